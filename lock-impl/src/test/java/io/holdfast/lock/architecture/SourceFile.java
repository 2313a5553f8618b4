// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file of Java source, for what the bytecode does not show: string literals, and types of which only constants are used.
 *
 * @param path the file
 * @param text its whole text
 */
record SourceFile(Path path, String text) {

    private static final Pattern TOKEN = Pattern.compile(
            "(?s)(?<comment>/[*].*?[*]/|//[^\n]*)|\"\"\"(?<block>.*?)(?<!\\\\)\"\"\"|\"(?<string>(?:[^\"\\\\\n]|\\\\.)*)\"|'(?:[^'\\\\]|\\\\.)+'");

    private static final Pattern IMPORT = Pattern.compile("import (?:static )?[\\w.]+[.](?<name>\\w+);");

    private static final Pattern QUALIFIED_TYPE = Pattern.compile("\\b(?:[a-z]\\w*[.])+[A-Z]\\w*");

    static List<SourceFile> ofBothModules() {
        return Stream.concat(of("lock-api").stream(), of("lock-impl").stream()).toList();
    }

    /** The main sources of a module, which is a folder beside this one. */
    static List<SourceFile> of(String module) {
        try (Stream<Path> files = Files.walk(Path.of("..", module, "src", "main", "java"))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .map(SourceFile::read)
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static SourceFile read(Path path) {
        try {
            return new SourceFile(path, Files.readString(path));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The name of its type, without the package. */
    String simpleName() {
        return path.getFileName().toString().replace(".java", "");
    }

    String packageName() {
        return text.replaceFirst("(?s).*?\\bpackage ([\\w.]+);.*", "$1");
    }

    String typeName() {
        return packageName() + "." + simpleName();
    }

    List<String> literals() {
        List<String> literals = new ArrayList<>();
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            if (token.group("string") != null) {
                literals.add(token.group("string"));
            } else if (token.group("block") != null) {
                literals.add(token.group("block"));
            }
        }
        return literals;
    }

    /**
     * Types that the code names with their package, or imports and names; not those that only the documentation names.
     */
    Set<String> qualifiedTypes() {
        String code = TOKEN.matcher(text).replaceAll(" ");
        String body = IMPORT.matcher(code).replaceAll(" ");
        Set<String> types =
                QUALIFIED_TYPE.matcher(body).results().map(MatchResult::group).collect(toCollection(TreeSet::new));
        Matcher imported = IMPORT.matcher(code);
        while (imported.find()) {
            if (Pattern.compile("\\b" + imported.group("name") + "\\b")
                    .matcher(body)
                    .find()) {
                Matcher type = QUALIFIED_TYPE.matcher(imported.group());
                type.find();
                types.add(type.group());
            }
        }
        return types;
    }
}

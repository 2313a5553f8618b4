// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The pages of the documentation, and the blocks of code in them. */
public final class Pages {

    private static final Path ROOT = Path.of("..");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```([a-z]*)[^\\n]*\\n(.*?)^ *```$");

    private Pages() {}

    /**
     * A block of code.
     *
     * @param language the first word at its fence; empty if there is none
     * @param text the lines of the block
     */
    record Block(String language, String text) {}

    /** All pages; those in docs/performance are parts of a page. */
    public static List<Path> all() {
        Stream<Path> docs = Snippets.filesBelow(ROOT.resolve("docs"))
                .filter(file -> file.toString().endsWith(".md"))
                .filter(file -> !file.getParent().endsWith("performance"));
        Stream<Path> others = Stream.of(
                        "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "lock-ear-example/README.md")
                .map(ROOT::resolve);
        return Stream.concat(docs, others).toList();
    }

    static List<Block> blocks(Path page) {
        return BLOCK.matcher(Snippets.read(page))
                .results()
                .map(block -> new Block(block.group(1), block.group(2)))
                .toList();
    }

    /** The texts of the blocks of one language. */
    public static List<String> blocks(Path page, String language) {
        return blocks(page).stream()
                .filter(block -> block.language().equals(language))
                .map(Block::text)
                .toList();
    }
}

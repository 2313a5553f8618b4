// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.tutorial;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page as a list of what its reader does. */
final class Page {

    private static final Pattern BLOCK = Pattern.compile("(?ms)^```(\\w+)\\n(.*?)^```$");
    private static final Pattern FILE = Pattern.compile("`(\\S+/\\S+\\.(?:xml|java|properties))`");

    private Page() {}

    /** What a block is for. */
    enum Kind {
        /** Commands for the shell. */
        COMMANDS,
        /** Statements for a superuser. */
        SQL,
        /** A file, which the paragraph before the block names. */
        FILE,
        /** What the commands before the block print. */
        OUTPUT
    }

    /**
     * A block of the page.
     *
     * @param file the path of a {@link Kind#FILE}, else an empty text
     */
    record Block(Kind kind, String file, String text) {}

    static List<Block> read(Path page) throws IOException {
        String text = Files.readString(page);
        List<Block> blocks = new ArrayList<>();
        Matcher block = BLOCK.matcher(text);
        int end = 0;
        while (block.find()) {
            Kind kind = kind(block.group(1));
            String before = text.substring(end, block.start()).strip();
            blocks.add(new Block(kind, kind == Kind.FILE ? file(before) : "", block.group(2)));
            end = block.end();
        }
        return blocks;
    }

    private static Kind kind(String language) {
        return switch (language) {
            case "sh" -> Kind.COMMANDS;
            case "sql" -> Kind.SQL;
            case "text" -> Kind.OUTPUT;
            default -> Kind.FILE;
        };
    }

    private static String file(String before) {
        Matcher file = FILE.matcher(before.substring(before.lastIndexOf("\n\n") + 1));
        if (!file.find()) {
            throw new IllegalStateException("the paragraph does not name a file: " + before);
        }
        return file.group(1);
    }
}

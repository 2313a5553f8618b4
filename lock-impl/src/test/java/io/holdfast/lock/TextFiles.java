// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Documents and sources that tests compare. */
public final class TextFiles {

    private TextFiles() {}

    /** What the first group of the pattern has matched. */
    public static Set<String> find(String pattern, Path file) throws IOException {
        Matcher matcher = Pattern.compile(pattern).matcher(Files.readString(file));
        Set<String> found = new TreeSet<>();
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }
}

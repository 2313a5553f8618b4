// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.integration;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.postgresql.Driver;

/** What the page about programs without a container shows is what tests run. WithoutContainerIT runs its first example. */
class StandalonePageTest {

    private static final Path PAGE = Path.of("../docs/standalone.md");
    private static final Path TEST = Path.of("src/test/java/io/holdfast/lock/integration/InvoicesIT.java");

    @Test
    @DisplayName("the test on the page is one of ours, without its imports")
    void shouldShowTest() throws IOException {
        String source = Files.readString(TEST);
        String shown = "```java\n" + source.substring(source.indexOf("class InvoicesIT")) + "```";

        assertTrue(Files.readString(PAGE).contains(shown), shown);
    }

    @Test
    @DisplayName("the versions on the page are those that the tests use")
    void shouldNameTestedVersions() throws Exception {
        String page = Files.readString(PAGE);
        for (Class<?> type : List.of(HikariDataSource.class, Driver.class)) {
            Path jar = Path.of(
                    type.getProtectionDomain().getCodeSource().getLocation().toURI());
            String dependency = jar.getFileName()
                    .toString()
                    .replaceFirst(
                            "(.+?)-(\\d.*)[.]jar", "<artifactId>$1</artifactId><version>$2</version></dependency>");

            assertTrue(page.contains(dependency), dependency);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.arquillian.container.spi.event.container.BeforeStart;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.LoadableExtension;

/**
 * Tells Payara's domains where the databases are, before they start. The adapter can set one system property only, since
 * Arquillian makes one line of several.
 */
public final class PayaraProperties implements LoadableExtension {

    private static final String OPTION = "<jvm-options>-D";

    @Override
    public void register(ExtensionBuilder builder) {
        builder.observer(PayaraProperties.class);
    }

    /** Called by Arquillian. */
    public void write(@Observes BeforeStart event) throws IOException {
        if (!event.getDeployableContainer().getClass().getName().contains("glassfish")) {
            return;
        }
        Path domains = Path.of(System.getProperty("payara.home"), "glassfish", "domains");
        try (Stream<Path> all = Files.list(domains)) {
            for (Path domain : all.toList()) {
                write(domain.resolve("config/domain.xml"));
            }
        }
    }

    /** In the place of those of an earlier run. */
    private static void write(Path domainXml) throws IOException {
        Map<String, String> properties = new TreeMap<>(Map.of(
                "one.management.port", System.getProperty("one.management.port"),
                "holdfast.jdbc.url", System.getProperty("postgres.server.url"),
                "holdfast.jdbc.user", System.getProperty("postgres.server.user"),
                "holdfast.jdbc.password", System.getProperty("postgres.server.password"),
                "nowhere.jdbc.url", "jdbc:postgresql://127.0.0.1:" + System.getProperty("nowhere.port") + "/nowhere"));
        List<String> others = Files.readAllLines(domainXml).stream()
                .filter(line -> properties.keySet().stream().noneMatch(name -> line.startsWith(OPTION + name + '=')))
                .toList();
        String options = properties.entrySet().stream()
                .map(property -> OPTION + property.getKey() + '=' + escaped(property.getValue()) + "</jvm-options>\n")
                .collect(Collectors.joining("", "\n", ""));
        Files.writeString(domainXml, String.join("\n", others).replace("</java-config>", options + "</java-config>"));
    }

    private static String escaped(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;");
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.arquillian.container.spi.event.container.BeforeStart;
import org.jboss.arquillian.container.spi.event.container.BeforeStop;
import org.jboss.arquillian.container.spi.event.container.ContainerEvent;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.LoadableExtension;

/** What the Arquillian adapter for Payara leaves to do. */
public final class PayaraAdapter implements LoadableExtension {

    private static final String OPTION = "<jvm-options>-D";

    @Override
    public void register(ExtensionBuilder builder) {
        builder.observer(PayaraAdapter.class);
    }

    /**
     * Passes the addresses of the databases to Payara's domains. The adapter can set only one system property, because
     * Arquillian joins several lines into one.
     */
    public void setProperties(@Observes BeforeStart event) throws IOException {
        if (!isPayara(event)) {
            return;
        }
        Path domains = Path.of(System.getProperty("payara.home"), "glassfish", "domains");
        try (Stream<Path> all = Files.list(domains)) {
            for (Path domain : all.toList()) {
                write(domain.resolve("config/domain.xml"));
            }
        }
    }

    /** Of version 1.7: it adds the domain to a list that it takes for empty, so only its first stop would work. */
    public void forgetDomains(@Observes BeforeStop event) throws ReflectiveOperationException {
        if (isPayara(event)) {
            String control = event.getDeployableContainer().getClass().getPackageName() + ".GlassFishServerControl";
            Field arguments = Class.forName(control).getDeclaredField("NO_ARGS");
            arguments.setAccessible(true);
            ((List<?>) arguments.get(null)).clear();
        }
    }

    private static boolean isPayara(ContainerEvent event) {
        return event.getDeployableContainer().getClass().getName().contains("glassfish");
    }

    /** In the place of those of an earlier run. */
    private static void write(Path domainXml) throws IOException {
        Map<String, String> properties = new TreeMap<>(Map.of(
                "one.management.port", System.getProperty("one.management.port"),
                "holdfast.jdbc.url", System.getProperty("postgres.server.url"),
                "holdfast.jdbc.user", System.getProperty("postgres.server.user"),
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

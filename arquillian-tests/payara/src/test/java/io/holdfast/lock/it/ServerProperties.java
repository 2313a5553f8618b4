// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jboss.arquillian.container.spi.event.container.BeforeStart;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.LoadableExtension;

/**
 * Tells the server where the databases are, before it starts. The adapter can set one system property only, since Arquillian
 * makes one line of several.
 */
public final class ServerProperties implements LoadableExtension {

    @Override
    public void register(ExtensionBuilder builder) {
        builder.observer(ServerProperties.class);
    }

    /** Called by Arquillian. */
    public void write(@Observes BeforeStart event) throws IOException {
        Path domainXml = Path.of(System.getProperty("payara.home"), "glassfish/domains/domain1/config/domain.xml");
        String options = Map.of(
                        "one.management.port", System.getProperty("one.management.port"),
                        "holdfast.jdbc.url", System.getProperty("postgres.server.url"),
                        "holdfast.jdbc.user", System.getProperty("postgres.server.user"),
                        "holdfast.jdbc.password", System.getProperty("postgres.server.password"),
                        "nowhere.jdbc.url",
                                "jdbc:postgresql://127.0.0.1:" + System.getProperty("nowhere.port") + "/nowhere")
                .entrySet()
                .stream()
                .map(property ->
                        "<jvm-options>-D" + property.getKey() + '=' + escaped(property.getValue()) + "</jvm-options>\n")
                .collect(Collectors.joining());
        Files.writeString(domainXml, Files.readString(domainXml).replace("</java-config>", options + "</java-config>"));
    }

    private static String escaped(String value) {
        return value.replace("&", "&amp;").replace("<", "&lt;");
    }
}

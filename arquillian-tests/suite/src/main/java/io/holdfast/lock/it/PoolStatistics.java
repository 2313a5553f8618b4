// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.lang.management.ManagementFactory;
import java.util.List;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.openmbean.CompositeData;

/** Reads from the server how many connections of the pool {@code jdbc/holdfast} are in use. Runs inside the server. */
final class PoolStatistics {

    /** One for each server: the MBean that is there says which it is. */
    private static final List<Source> SOURCES = List.of(
            new Source(
                    "jboss.as:subsystem=datasources,data-source=HoldfastDS,statistics=pool",
                    (server, name) -> number(server.getAttribute(name, "InUseCount"))),
            new Source(
                    "amx:type=jdbc-connection-pool-mon,name=resources/holdfast,*",
                    (server, name) ->
                            number(((CompositeData) server.getAttribute(name, "numconnused")).get("current"))),
            new Source(
                    "WebSphere:type=ConnectionPoolStats,name=jdbc/holdfast",
                    (server, name) -> number(server.getAttribute(name, "ManagedConnectionCount"))
                            - number(server.getAttribute(name, "FreeConnectionCount"))));

    private record Source(String name, Count inUse) {}

    private interface Count {
        long ask(MBeanServer server, ObjectName name) throws JMException;
    }

    private PoolStatistics() {}

    static long connectionsInUse() {
        MBeanServer server = ManagementFactory.getPlatformMBeanServer();
        try {
            for (Source source : SOURCES) {
                for (ObjectName name : server.queryNames(new ObjectName(source.name()), null)) {
                    return source.inUse().ask(server, name);
                }
            }
        } catch (JMException e) {
            throw new IllegalStateException(e);
        }
        throw new IllegalStateException("this server is not known to tell how many connections are in use");
    }

    private static long number(Object value) {
        return Long.parseLong(value.toString());
    }
}

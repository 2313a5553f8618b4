// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.SocketFactory;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * Sockets that note which thread sends each message of the driver. They are below the driver, because a connection that
 * is wrapped belongs to an unknown pool. The driver creates the factory, and passes the name of the test's list.
 */
public final class SendingThreads extends SocketFactory {

    /** The driver connects on it for a pool, which may want one more connection at any time. */
    private static final String CONNECTING = "PostgreSQL JDBC driver connection thread";

    private static final Map<String, List<Thread>> LISTS = new ConcurrentHashMap<>();

    private final List<Thread> senders;

    public SendingThreads(String list) {
        senders = LISTS.computeIfAbsent(list, name -> new CopyOnWriteArrayList<>());
    }

    /** With a list of its own. */
    static SendingThreads create() {
        return new SendingThreads(UUID.randomUUID().toString());
    }

    private String list() {
        return LISTS.entrySet().stream()
                .filter(each -> each.getValue() == senders)
                .findFirst()
                .orElseThrow()
                .getKey();
    }

    /** The driver uses these sockets for the connections of this data source. */
    PGSimpleDataSource watch(PGSimpleDataSource dataSource) {
        dataSource.setSocketFactory(SendingThreads.class.getName());
        dataSource.setSocketFactoryArg(list());
        return dataSource;
    }

    /** The URL with the parameters that make the driver use these sockets. */
    String watch(String url) {
        return url + (url.contains("?") ? "&" : "?") + "socketFactory=" + SendingThreads.class.getName()
                + "&socketFactoryArg=" + list();
    }

    /** One for each message, which is a round trip for every statement. */
    List<Thread> senders() {
        return List.copyOf(senders);
    }

    void clear() {
        senders.clear();
    }

    static boolean isKeeper(Thread thread) {
        return thread.getName().startsWith("holdfast-keeper-");
    }

    @Override
    public Socket createSocket() {
        return new Socket() {
            @Override
            public OutputStream getOutputStream() throws IOException {
                return new FilterOutputStream(super.getOutputStream()) {
                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        if (!Thread.currentThread().getName().equals(CONNECTING)) {
                            senders.add(Thread.currentThread());
                        }
                        out.write(bytes, offset, length);
                    }
                };
            }
        };
    }

    @Override
    public Socket createSocket(String host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress host, int port) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort) {
        throw new UnsupportedOperationException();
    }
}

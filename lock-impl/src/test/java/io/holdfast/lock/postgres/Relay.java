// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.postgresql.ds.PGSimpleDataSource;

/** A network between driver and server that can be frozen: connections stay open, and nothing arrives any more. */
final class Relay implements AutoCloseable {

    private final ServerSocket door = open();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final URI server;

    private volatile CountDownLatch thawed = new CountDownLatch(0);

    Relay(String jdbcUrl) {
        server = URI.create(jdbcUrl.substring("jdbc:".length()));
        start(this::accept);
    }

    private static ServerSocket open() {
        try {
            return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same database, by way of the relay. */
    PGSimpleDataSource through(PGSimpleDataSource direct) {
        direct.setUrl("jdbc:postgresql://localhost:" + door.getLocalPort() + server.getPath());
        return direct;
    }

    void freeze() {
        thawed = new CountDownLatch(1);
    }

    void thaw() {
        thawed.countDown();
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = door.accept();
            Socket backend = new Socket(server.getHost(), server.getPort());
            sockets.add(client);
            sockets.add(backend);
            start(() -> pump(client, backend));
            start(() -> pump(backend, client));
        }
    }

    private void pump(Socket from, Socket to) throws IOException, InterruptedException {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                thawed.await();
                out.write(buffer, 0, read);
            }
            thawed.await();
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // The other end has gone, or the relay is closed: both are the end of this thread's work.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        thaw();
        door.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}

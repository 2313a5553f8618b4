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
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A network between driver and server that can be frozen, as a whole or for one connection: connections stay open, but
 * nothing arrives any more. It can also cut a connection: both ends are notified.
 */
final class Relay implements AutoCloseable {

    private final ServerSocket door = open();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final URI server;

    private volatile CountDownLatch thawed = new CountDownLatch(0);

    /** How long everything takes, in each direction. */
    private volatile long delayMillis;

    private volatile boolean swallowing;

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

    /** One connection; {@code backend} is the socket whose peer is the server. */
    private record Link(Socket client, Socket backend, AtomicReference<CountDownLatch> thawed) {

        void cut() throws IOException {
            client.close();
            backend.close();
        }
    }

    /** The connection that the server sees coming from this port. */
    private Link link(long clientPort) {
        return links.stream()
                .filter(link -> link.backend().getLocalPort() == clientPort)
                .findFirst()
                .orElseThrow();
    }

    /** Cuts the connection that the server sees coming from this port; both ends are notified of its end. */
    void cut(long clientPort) throws IOException {
        link(clientPort).cut();
    }

    /** Nothing arrives any more on the connection that the server sees coming from this port. */
    void freeze(long clientPort) {
        link(clientPort).thawed().set(new CountDownLatch(1));
    }

    /** From now on nothing of what the server says arrives, nor that a client has gone. */
    void swallowAnswers() {
        swallowing = true;
    }

    /** Everything takes this long from now on, in each direction. */
    void delay(Duration delay) {
        delayMillis = delay.toMillis();
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
            Link link = new Link(client, backend, new AtomicReference<>(new CountDownLatch(0)));
            links.add(link);
            start(() -> pump(link, client, backend));
            start(() -> pump(link, backend, client));
        }
    }

    private void pump(Link link, Socket from, Socket to) throws IOException, InterruptedException {
        byte[] buffer = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                TimeUnit.MILLISECONDS.sleep(delayMillis);
                awaitThaw(link);
                if (!swallowing || from == link.client()) {
                    out.write(buffer, 0, read);
                }
            }
            while (swallowing) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
            awaitThaw(link);
        }
    }

    private void awaitThaw(Link link) throws InterruptedException {
        thawed.await();
        link.thawed().get().await();
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
        swallowing = false;
        thaw();
        door.close();
        for (Link link : links) {
            link.thawed().get().countDown();
            link.cut();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a node and the database, so that the network between them can be cut. While it is cut, connections stay
 * open, and nothing arrives: as if a cable was pulled out.
 */
final class Relay implements AutoCloseable {

    private static final int BUFFER = 8_192;
    private static final System.Logger LOG = System.getLogger(Relay.class.getName());

    private final String host;
    private final int port;
    private final ServerSocket server;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    /** Guarded by this. */
    private boolean cut;

    private Relay(String host, int port, ServerSocket server) {
        this.host = host;
        this.port = port;
        this.server = server;
    }

    /** Relays a port of this machine, which the system chooses, to that of the database. */
    static Relay start(String host, int port) throws IOException {
        Relay relay = new Relay(host, port, new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
        run("relay", relay::accept);
        return relay;
    }

    int port() {
        return server.getLocalPort();
    }

    synchronized void cut() {
        cut = true;
    }

    synchronized void restore() {
        cut = false;
        notifyAll();
    }

    synchronized boolean isCut() {
        return cut;
    }

    private synchronized void awaitWhole() throws InterruptedException {
        while (cut) {
            wait();
        }
    }

    private void accept() throws IOException {
        while (!server.isClosed()) {
            Socket node = server.accept();
            sockets.add(node);
            run("relay-connection", () -> connect(node));
        }
    }

    private void connect(Socket node) throws IOException, InterruptedException {
        awaitWhole();
        try {
            Socket database = new Socket(host, port);
            sockets.add(database);
            node.setTcpNoDelay(true);
            database.setTcpNoDelay(true);
            run("relay-answers", () -> pump(database, node));
            pump(node, database);
        } finally {
            close(node);
        }
    }

    private void pump(Socket from, Socket to) throws IOException, InterruptedException {
        try {
            byte[] buffer = new byte[BUFFER];
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            int count = in.read(buffer);
            while (count >= 0) {
                awaitWhole();
                out.write(buffer, 0, count);
                count = in.read(buffer);
            }
            awaitWhole();
        } finally {
            close(from);
            close(to);
        }
    }

    private void close(Socket socket) throws IOException {
        sockets.remove(socket);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            close(socket);
        }
        restore();
    }

    @FunctionalInterface
    private interface Work {

        void run() throws IOException, InterruptedException;
    }

    private static void run(String name, Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        LOG.log(Level.DEBUG, "one side has ended the connection, and the other one hears of it", e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.machine;

import java.io.FilterInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import javax.net.SocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * The sockets of pgjdbc, which creates this class by its name. They count round trips: the first read after something
 * was written. They can delay each answer, to stand for a network.
 */
public final class CountedSockets extends SocketFactory {

    private static final LongAdder ROUND_TRIPS = new LongAdder();

    private final long delayNanos;

    /** The argument is what pgjdbc passes on from its URL: the delay in nanoseconds. */
    public CountedSockets(String delayNanos) {
        this.delayNanos = Long.parseLong(delayNanos);
    }

    /** All round trips of this JVM. */
    public static long roundTrips() {
        return ROUND_TRIPS.sum();
    }

    @Override
    public Socket createSocket() {
        return new Counted(delayNanos);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    private Socket connected(InetSocketAddress address) throws IOException {
        Socket socket = createSocket();
        socket.connect(address);
        return socket;
    }

    private static final class Counted extends Socket {

        private final long delayNanos;
        private volatile boolean isAsked;
        private @Nullable InputStream in;
        private @Nullable OutputStream out;

        Counted(long delayNanos) {
            this.delayNanos = delayNanos;
        }

        @Override
        public InputStream getInputStream() throws IOException {
            if (in == null) {
                in = new FilterInputStream(super.getInputStream()) {

                    @Override
                    public int read() throws IOException {
                        int read = super.read();
                        answered();
                        return read;
                    }

                    @Override
                    public int read(byte[] bytes, int offset, int length) throws IOException {
                        int read = super.read(bytes, offset, length);
                        answered();
                        return read;
                    }
                };
            }
            return in;
        }

        @Override
        public OutputStream getOutputStream() throws IOException {
            if (out == null) {
                out = new FilterOutputStream(super.getOutputStream()) {

                    @Override
                    public void write(int b) throws IOException {
                        isAsked = true;
                        out.write(b);
                    }

                    @Override
                    public void write(byte[] bytes, int offset, int length) throws IOException {
                        isAsked = true;
                        out.write(bytes, offset, length);
                    }
                };
            }
            return out;
        }

        /** The delay comes after the answer, so that a session that waits on the server pays it as well. */
        private void answered() {
            if (isAsked) {
                isAsked = false;
                ROUND_TRIPS.increment();
                long end = System.nanoTime() + delayNanos;
                for (long left = delayNanos; left > 0; left = end - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
            }
        }
    }
}

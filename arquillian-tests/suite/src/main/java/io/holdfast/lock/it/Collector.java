// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/**
 * Receives what a server exports by the OpenTelemetry protocol, in protobuf over HTTP, and reads of it what tests ask for. The
 * numbers are those of the fields in the protocol's definition. Used outside of the application server.
 */
final class Collector implements AutoCloseable {

    /** A span that has ended. */
    record Span(
            String traceId,
            String spanId,
            String parentId,
            String name,
            Map<String, Object> attributes,
            List<String> events,
            int status) {}

    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;

    private final HttpServer server;
    private final List<Span> spans = new CopyOnWriteArrayList<>();
    private final List<String> metrics = new CopyOnWriteArrayList<>();

    private Collector() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/v1/traces", exchange -> receive(exchange, this::readSpan));
        server.createContext("/v1/metrics", exchange -> receive(exchange, this::readMetric));
        server.start();
    }

    static Collector start() {
        try {
            return new Collector();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The settings of an application that make the server export to here. */
    Map<String, String> settings() {
        return Map.of(
                "otel.sdk.disabled", "false",
                "otel.traces.exporter", "otlp",
                "otel.metrics.exporter", "otlp",
                "otel.logs.exporter", "none",
                "otel.exporter.otlp.protocol", "http/protobuf",
                "otel.exporter.otlp.endpoint",
                        "http://127.0.0.1:" + server.getAddress().getPort(),
                "otel.bsp.schedule.delay", "100",
                "otel.metric.export.interval", "500");
    }

    /** All of this trace that has been received. */
    List<Span> spans(String traceId) {
        return spans.stream().filter(span -> span.traceId().equals(traceId)).toList();
    }

    /** The names of all metrics that have been received. */
    List<String> metrics() {
        return metrics.stream().distinct().toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private interface Reader {
        void read(Message part);
    }

    private static void receive(HttpExchange exchange, Reader reader) throws IOException {
        try (exchange) {
            boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
            byte[] body = zipped
                    ? new GZIPInputStream(exchange.getRequestBody()).readAllBytes()
                    : exchange.getRequestBody().readAllBytes();
            // Resources, their instrumentation scopes, and the spans or metrics of these.
            for (Message resource : new Message(body).all(1)) {
                for (Message scope : resource.all(2)) {
                    scope.all(2).forEach(reader::read);
                }
            }
            exchange.getResponseHeaders().add("Content-Type", "application/x-protobuf");
            exchange.sendResponseHeaders(200, -1);
        }
    }

    private void readSpan(Message span) {
        Map<String, Object> attributes = new HashMap<>();
        span.all(9).forEach(attribute -> attributes.put(attribute.text(1), value(attribute.all(2))));
        spans.add(new Span(
                span.hex(1),
                span.hex(2),
                span.hex(4),
                span.text(5),
                attributes,
                span.all(11).stream().map(event -> event.text(2)).toList(),
                span.all(15).stream()
                        .mapToInt(status -> (int) status.number(3))
                        .findFirst()
                        .orElse(0)));
    }

    private static Object value(List<Message> values) {
        return values.isEmpty() ? "" : values.get(0).any();
    }

    private void readMetric(Message metric) {
        metrics.add(metric.text(1));
    }

    /** The fields of a message, by their numbers: bytes, or a number of eight bytes. */
    private static final class Message {

        private final Map<Integer, List<Object>> fields = new HashMap<>();

        Message(byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            while (buffer.hasRemaining()) {
                int tag = (int) varint(buffer);
                fields.computeIfAbsent(tag >>> 3, number -> new ArrayList<>()).add(value(buffer, tag & 7));
            }
        }

        private static Object value(ByteBuffer buffer, int type) {
            return switch (type) {
                case VARINT -> varint(buffer);
                case FIXED64 -> Double.longBitsToDouble(buffer.getLong());
                case LENGTH_DELIMITED -> {
                    byte[] bytes = new byte[(int) varint(buffer)];
                    buffer.get(bytes);
                    yield bytes;
                }
                default -> buffer.getInt();
            };
        }

        private static long varint(ByteBuffer buffer) {
            long value = 0;
            for (int shift = 0; ; shift += 7) {
                byte next = buffer.get();
                value |= (next & 0x7fL) << shift;
                if (next >= 0) {
                    return value;
                }
            }
        }

        List<Message> all(int number) {
            return fields.getOrDefault(number, List.of()).stream()
                    .map(bytes -> new Message((byte[]) bytes))
                    .toList();
        }

        private byte[] bytes(int number) {
            return fields.containsKey(number) ? (byte[]) fields.get(number).get(0) : new byte[0];
        }

        String hex(int number) {
            return HexFormat.of().formatHex(bytes(number));
        }

        String text(int number) {
            return new String(bytes(number), StandardCharsets.UTF_8);
        }

        long number(int number) {
            return fields.containsKey(number) ? (Long) fields.get(number).get(0) : 0;
        }

        /** The value of an attribute, which has one field of some number. */
        Object any() {
            return fields.values().stream()
                    .map(values -> values.get(0))
                    .map(value -> value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value)
                    .findFirst()
                    .orElse("");
        }
    }
}

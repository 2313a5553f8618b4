// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import jakarta.json.Json;
import jakarta.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Shows without hands what the demo is to show: seats are not oversold, no tick of the timer runs twice, and a killed node's
 * lock goes to another node in under a second.
 */
record Check(List<ServerNode> nodes, Consumer<String> say) {

    private static final int STAMPEDES = 3;
    private static final int BUYERS = 200;
    private static final int TICKS = 3;
    private static final int TAKE_OVER_LIMIT_MILLIS = 1_000;

    void run() throws IOException, InterruptedException {
        checkSeats();
        checkTicks();
        checkTakeOver();
        say.accept("check passed");
    }

    private void checkSeats() throws IOException, InterruptedException {
        for (int i = 0; i < STAMPEDES; i++) {
            JsonObject wanted = Json.createObjectBuilder().add("buyers", BUYERS).build();
            JsonObject result = nodes.get(0).post("/api/stampede", wanted);
            JsonObject show = state(last()).getJsonObject("show");
            say.accept("stampede of " + BUYERS + " buyers: " + show.getInt("sold") + " sold, " + show.getInt("refused")
                    + " refused");
            require(
                    show.getInt("sold") == show.getInt("seats")
                            && show.getInt("sold") + show.getInt("refused") == BUYERS
                            && result.getInt("failed") == 0,
                    "every seat is sold once, and every other buyer is refused");
        }
    }

    private void checkTicks() throws IOException, InterruptedException {
        int interval = state(nodes.get(0)).getJsonObject("report").getInt("interval");
        TimeUnit.SECONDS.sleep((long) interval * (TICKS + 1));
        List<Long> ticks =
                state(last()).getJsonObject("report").getJsonArray("runs").getValuesAs(JsonObject.class).stream()
                        .map(run -> run.getJsonNumber("tick").longValue())
                        .toList();
        say.accept("the report ran " + ticks.size() + " times, in "
                + ticks.stream().distinct().count() + " ticks");
        require(ticks.size() >= TICKS, "the timer runs");
        require(ticks.stream().distinct().count() == ticks.size(), "no tick runs twice");
    }

    private void checkTakeOver() throws IOException, InterruptedException {
        if (nodes.size() == 1) {
            say.accept("one node alone: nobody takes over");
            return;
        }
        String open = tillNode(nodes.get(0));
        ServerNode holder = nodes.stream()
                .filter(node -> node.name().equals(open))
                .findFirst()
                .orElseThrow();
        ServerNode other =
                nodes.stream().filter(node -> node != holder).findFirst().orElseThrow();
        long killedNanos = System.nanoTime();
        holder.kill();
        String successor = tillNode(other);
        while (successor.equals(holder.name())) {
            require(System.nanoTime() - killedNanos < TimeUnit.SECONDS.toNanos(30), "the till is taken over in 30 s");
            TimeUnit.MILLISECONDS.sleep(10);
            successor = tillNode(other);
        }
        long seenMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killedNanos);
        say.accept(holder.name() + " was killed; " + successor + " had its lock, seen from " + other.name() + ", after "
                + seenMillis + " ms");
        require(seenMillis < TAKE_OVER_LIMIT_MILLIS, "the take-over is seen within a second");
    }

    private ServerNode last() {
        return nodes.get(nodes.size() - 1);
    }

    private static JsonObject state(ServerNode asked) throws IOException, InterruptedException {
        return asked.get("/api/state");
    }

    private static String tillNode(ServerNode asked) throws IOException, InterruptedException {
        return state(asked)
                .getJsonObject("till")
                .getJsonArray("openings")
                .getJsonObject(0)
                .getString("node");
    }

    private static void require(boolean holds, String claim) {
        if (!holds) {
            throw new IllegalStateException("check failed: " + claim);
        }
    }
}

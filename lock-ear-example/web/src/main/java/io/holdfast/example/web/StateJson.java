// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import io.holdfast.example.BoxOffice;
import io.holdfast.example.Node;
import io.holdfast.example.Overview;
import io.holdfast.example.ReportTimer;
import io.holdfast.example.Till;
import io.holdfast.lock.LockInfo;
import jakarta.json.Json;
import jakarta.json.JsonArrayBuilder;
import jakarta.json.JsonObject;
import jakarta.json.JsonObjectBuilder;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** What the page shows, as JSON. Times are milliseconds since 1970, by the clock of the database. */
final class StateJson {

    private StateJson() {}

    static JsonObject of(Optional<Till.Held> held, Overview.All all) {
        return ofNode(held)
                .add("at", all.at().toEpochMilli())
                .add("useLock", all.useLock())
                .add("locks", array(Overview.KEYS, key -> lock(key, all.locks())))
                .add(
                        "report",
                        Json.createObjectBuilder()
                                .add("interval", ReportTimer.INTERVAL)
                                .add("runs", array(all.runs(), StateJson::run)))
                .add("show", show(all.show()))
                .add("till", till(all.till()))
                .add("events", array(all.events(), StateJson::event))
                .build();
    }

    /** Without the database. */
    static JsonObject ofProblem(Optional<Till.Held> held, String problem) {
        return ofNode(held)
                .add("at", Instant.now().toEpochMilli())
                .add("problem", problem)
                .build();
    }

    private static JsonObjectBuilder ofNode(Optional<Till.Held> held) {
        return Json.createObjectBuilder()
                .add("node", Node.NAME)
                .add("server", Node.SERVER)
                .add("upMillis", Node.uptime().toMillis())
                .add("heartbeatMillis", Node.heartbeat().toMillis())
                .add("peers", array(Node.ALL.entrySet(), StateJson::peer))
                .add("held", array(held.stream().toList(), StateJson::held));
    }

    private static JsonObjectBuilder peer(Map.Entry<String, String> peer) {
        return Json.createObjectBuilder().add("node", peer.getKey()).add("url", peer.getValue());
    }

    private static JsonObjectBuilder held(Till.Held held) {
        return Json.createObjectBuilder()
                .add("key", held.key())
                .add("mode", held.mode().name())
                .add("state", held.state().name())
                .add("heldMillis", held.held().toMillis())
                .add("leaseLeftMillis", held.leaseLeft().toMillis())
                .add("token", held.token().toString());
    }

    private static JsonObjectBuilder lock(String key, Map<String, LockInfo> locks) {
        LockInfo lock = locks.get(key);
        JsonObjectBuilder object = Json.createObjectBuilder().add("key", key);
        if (lock == null) {
            return object.add("holders", Json.createArrayBuilder()).add("waiters", Json.createArrayBuilder());
        }
        // A number of JavaScript has 53 bits.
        return object.add("lockId", Long.toString(lock.lockId()))
                .add("holders", array(lock.holders(), StateJson::session))
                .add("waiters", array(lock.waiters(), StateJson::session));
    }

    private static JsonObjectBuilder session(LockInfo.Session session) {
        JsonObjectBuilder object = Json.createObjectBuilder()
                .add("node", Overview.nodeOf(session))
                .add("pid", session.pid())
                .add("mode", session.mode().name());
        if (session.since() != null) {
            object.add("sinceAt", session.since().toEpochMilli());
        }
        return object;
    }

    private static JsonObjectBuilder run(Overview.Run run) {
        return Json.createObjectBuilder().add("tick", run.tick()).add("node", run.node());
    }

    private static JsonObjectBuilder show(Overview.Show show) {
        JsonObjectBuilder object = Json.createObjectBuilder()
                .add("seats", BoxOffice.SEATS)
                .add("sold", show.sold())
                .add("refused", show.refused())
                .add("failed", show.failed());
        show.stampede().ifPresent(crowd -> object.add("stampede", stampede(crowd)));
        return object;
    }

    private static JsonObjectBuilder stampede(Overview.Crowd crowd) {
        int served = crowd.pace().stream().mapToInt(Overview.Served::served).sum();
        JsonObjectBuilder object = Json.createObjectBuilder()
                .add("buyers", crowd.buyers())
                .add("useLock", crowd.useLock())
                .add("startedAt", crowd.startedAt().toEpochMilli())
                .add("elapsedMillis", crowd.elapsed().toMillis())
                .add("running", crowd.running())
                .add("perSecond", served * 1e3 / Math.max(1, crowd.elapsed().toMillis()))
                .add(
                        "series",
                        array(
                                crowd.pace(),
                                quarter -> withWaits(quarter.waits())
                                        .add("atMillis", quarter.at().toMillis())
                                        .add("served", quarter.served())));
        crowd.waits().map(StateJson::withWaits).ifPresent(object::addAll);
        return object;
    }

    private static JsonObjectBuilder withWaits(Overview.Waits waits) {
        return Json.createObjectBuilder()
                .add("p50", waits.p50())
                .add("p95", waits.p95())
                .add("p99", waits.p99());
    }

    private static JsonObjectBuilder till(Overview.TillBook till) {
        return Json.createObjectBuilder()
                .add("takings", till.takings())
                .add("token", till.token())
                .add("openings", array(till.openings(), StateJson::opening));
    }

    private static JsonObjectBuilder opening(Overview.Opening opening) {
        JsonObjectBuilder object = Json.createObjectBuilder()
                .add("node", opening.node())
                .add("openedAt", opening.openedAt().toEpochMilli())
                .add("token", opening.token());
        opening.gap().ifPresent(gap -> object.add("gapMillis", gap.toMillis()));
        return object;
    }

    private static JsonObjectBuilder event(Overview.Event event) {
        return Json.createObjectBuilder()
                .add("id", event.id())
                .add("at", event.at().toEpochMilli())
                .add("node", event.node())
                .add("kind", event.kind())
                .add("text", event.text());
    }

    private static <T> JsonArrayBuilder array(Collection<T> items, Function<T, JsonObjectBuilder> toJson) {
        JsonArrayBuilder array = Json.createArrayBuilder();
        for (T item : items) {
            array.add(toJson.apply(item));
        }
        return array;
    }
}

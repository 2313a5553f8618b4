// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.postgres.session.LockSession;
import io.holdfast.lock.postgres.session.Servers;
import io.holdfast.lock.postgres.session.SessionProbe;
import io.holdfast.lock.postgres.sql.HoldingsQuery;
import io.holdfast.lock.postgres.sql.HoldingsQuery.Holdings;
import io.holdfast.lock.postgres.thread.Keepers;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks each server in one query which of the locks it still has, and ends those that it does not have as lost. */
final class LockCheck {

    private record Observation(long sentNanos, Holdings holdings) {}

    private final Tenures tenures;
    private final Servers servers;
    private final Keepers keepers;
    private final SessionProbe probe;

    /** Whether the missing right was reported. */
    private final AtomicBoolean notPermittedReported = new AtomicBoolean();

    LockCheck(Tenures tenures, Servers servers, Keepers keepers) {
        this.tenures = tenures;
        this.servers = servers;
        this.keepers = keepers;
        this.probe = tenures.probe();
    }

    /** Checks all locks. Blocks on JDBC. */
    void run() {
        Map<Long, List<Tenure>> byServer = new HashMap<>();
        tenures.stream()
                .forEach(tenure -> byServer.computeIfAbsent(
                                tenure.session().backend().serverStart(), start -> new ArrayList<>())
                        .add(tenure));
        if (byServer.size() == 1) {
            byServer.forEach(this::check);
        } else {
            byServer.forEach((server, held) -> keepers.runReported(() -> check(server, held)));
        }
    }

    /** Checks the locks of one server. The answer of another server counts only if it has taken over from this one. */
    private void check(long server, List<Tenure> held) {
        if (servers.hasSuccessor(server)) {
            Tenures.loseAll(held);
            return;
        }
        Set<Integer> pids = new LinkedHashSet<>();
        held.forEach(tenure -> pids.add(tenure.session().backend().pid()));
        Optional<Observation> answer;
        try {
            answer = probe.ask(session -> observe(session, pids), server);
            notPermittedReported.set(false);
        } catch (SessionProbe.NotPermittedException e) {
            if (notPermittedReported.compareAndSet(false, true)) {
                Messages.mayNotCheck(e.refusal());
            }
            return;
        }
        if (answer.isEmpty() || answer.get().holdings().standby()) {
            return;
        }
        long asked = answer.get().holdings().serverStart();
        if (asked == server) {
            compare(held, answer.get());
        } else if (servers.hasTakenOver(asked, server)) {
            Tenures.loseAll(held);
        }
    }

    private Observation observe(LockSession session, Set<Integer> pids) throws SQLException {
        long sentNanos = System.nanoTime();
        Holdings holdings = session.ask(new HoldingsQuery(pids));
        if (!holdings.standby()) {
            servers.learn(holdings.serverStart(), session);
        }
        return new Observation(sentNanos, holdings);
    }

    private void compare(List<Tenure> held, Observation observation) {
        Tenures.loseAll(
                held.stream().filter(tenure -> !mayBeHeld(tenure, observation)).toList());
    }

    /**
     * Whether the session of this tenure has the lock, or may have it. The session that has it may also be a later one
     * with the same process id that has acquired the same lock; then its start differs from the start of ours. The
     * start of ours is learned here, from the first answer that cannot be about a later session. If the server's clock
     * was set, there is no such answer, so the session itself is asked. If it does not answer, nothing is proven.
     */
    private boolean mayBeHeld(Tenure tenure, Observation observation) {
        LockSession session = tenure.session();
        int pid = session.backend().pid();
        if (!observation.holdings().contains(pid, tenure.lockId(), tenure.mode())) {
            return false;
        }
        long observedNanos = observation.sentNanos();
        Long start = observation.holdings().sessionStarts().get(pid);
        if (start == null || start.equals(session.identity().start())) {
            tenure.proven(observedNanos);
            return true;
        }
        if (session.identity().start() != null) {
            return false;
        }
        if (start > session.backend().seenAt()) {
            Optional<Boolean> held = askSession(session, tenure);
            if (held.isEmpty()) {
                return true;
            }
            if (!held.get()) {
                return false;
            }
        }
        session.identity().learnStart(start);
        tenure.proven(observedNanos);
        return true;
    }

    /** Empty if the session does not answer, or its role may not ask: neither proves anything about the lock. */
    private Optional<Boolean> askSession(LockSession session, Tenure tenure) {
        try {
            return probe.askOn(session, asked -> asked.refresh(tenure.lockId(), tenure.mode(), null));
        } catch (SessionProbe.NotPermittedException e) {
            return Optional.empty();
        }
    }
}

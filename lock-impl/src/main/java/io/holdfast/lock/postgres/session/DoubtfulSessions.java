// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.sql.TerminateStatement;
import io.holdfast.lock.postgres.sql.TerminateStatement.Termination;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ends the sessions that are given up. One that does not confirm its end may live on at the server, where it may hold a
 * lock: it is terminated from another session, and forgotten when the server confirms that it is gone.
 */
public final class DoubtfulSessions {

    /** Holders are notified of a loss after this time at the latest. A session that answers takes some milliseconds. */
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(1);

    private final SessionProbe probe;
    private final Servers servers;
    private final Keepers keepers;
    private final Duration checkInterval;

    /** How long a session may take to terminate itself. */
    private final Duration patience;

    /** The traces of each session, and from when on they may be forgotten. */
    private final Map<Traces, Deadline> inDoubt = new ConcurrentHashMap<>();

    public DoubtfulSessions(SessionProbe probe, Servers servers, Keepers keepers, LockerConfig config) {
        this.probe = probe;
        this.servers = servers;
        this.keepers = keepers;
        this.checkInterval = config.checkInterval();
        Duration quarter = config.answerTimeout().dividedBy(4);
        this.patience = quarter.compareTo(LONGEST_PATIENCE) < 0 ? quarter : LONGEST_PATIENCE;
    }

    /** Aborts the session on this side, and has it terminated on the server, if possible before that. */
    public void retire(LockSession session) {
        Traces traces = session.traces();
        session.terminate(patience, () -> {
            if (traces.pid().isPresent() && !traces.lockIds().isEmpty()) {
                inDoubt.put(traces, Deadline.NEVER);
                keepers.run(this::terminateAll);
            }
        });
    }

    public boolean isEmpty() {
        return inDoubt.isEmpty();
    }

    /**
     * Asks the server to terminate them. A session is forgotten only when the server has answered twice, a check
     * interval apart, that it is not there: a statement may have been on its way to it.
     */
    public void terminateAll() {
        for (Traces traces : List.copyOf(inDoubt.keySet())) {
            try {
                Optional<Termination> answer =
                        probe.ask(session -> session.ask(new TerminateStatement(traces)), traces.serverStart());
                if (answer.isEmpty()) {
                    return;
                }
                if (isOver(traces, answer.get())) {
                    inDoubt.remove(traces);
                }
            } catch (SessionProbe.NotPermittedException e) {
                inDoubt.remove(traces);
                Messages.notTerminated(traces.pid().getAsInt(), e.refusal());
            }
        }
    }

    private boolean isOver(Traces traces, Termination answer) {
        Long server = traces.serverStart();
        if (server != null && server != answer.serverStart()) {
            return servers.hasTakenOver(answer.serverStart(), server);
        }
        if (answer.wasThere()) {
            inDoubt.replace(traces, Deadline.NEVER);
            return false;
        }
        Deadline forgotten = Deadline.after(checkInterval);
        Deadline known = inDoubt.merge(traces, forgotten, (earlier, later) -> earlier.unlimited() ? later : earlier);
        return known.hasPassed();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import static java.util.Objects.requireNonNull;

import io.holdfast.lock.postgres.sql.Backend;
import io.holdfast.lock.postgres.sql.TerminateStatement.Traces;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What is known so far of how a session appears on its server: which backend it is, and which locks it may have. */
public final class SessionIdentity {

    /** The numbers of the locks that the session may hold or wait for. */
    private final Set<Long> lockIds = ConcurrentHashMap.newKeySet();

    /** Null before the first answer to a statement that acquires. */
    private volatile @Nullable Backend backend;

    /** When the session began, by its server's clock in microseconds; null until a check has seen it. */
    private volatile @Nullable Long start;

    SessionIdentity() {}

    /** Which backend it is. To be called after the first answer to a statement that acquires. */
    Backend backend() {
        return requireNonNull(backend, "the backend is not known yet");
    }

    /** As {@link #backend()}; null before the first answer. */
    @Nullable
    Backend backendIfKnown() {
        return backend;
    }

    /** The process id of the backend; null before the first answer. */
    @Nullable
    Integer pidIfKnown() {
        Backend known = backend;
        return known == null ? null : known.pid();
    }

    void learnBackend(Backend backend) {
        this.backend = backend;
    }

    /** When the session began, as a check has seen it; null before. */
    @Nullable
    public Long start() {
        return start;
    }

    public void learnStart(Long start) {
        this.start = start;
    }

    Set<Long> lockIds() {
        return lockIds;
    }

    /**
     * What identifies the session on the server after it was aborted.
     *
     * @param driverPid the process id as the driver knows it, in case that no statement was answered
     */
    Traces traces(OptionalInt driverPid) {
        Backend known = backend;
        return new Traces(
                known == null ? driverPid : OptionalInt.of(known.pid()),
                known == null ? null : known.serverStart(),
                start,
                Set.copyOf(lockIds));
    }
}

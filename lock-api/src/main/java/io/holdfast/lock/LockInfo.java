// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the server knew about one lock when it was asked.
 *
 * @param lockId the number by which PostgreSQL identifies the lock
 * @param key the name of what is locked; null if its holder does not publish it
 * @param holders the sessions that hold the lock: one in EXCLUSIVE mode, or any number in SHARED mode; empty if all are
 *     waiting
 * @param waiters the sessions that wait for the lock at the server, in no particular order; threads that wait in their
 *     own JVM are not included
 * @since 0.1.0
 */
public record LockInfo(long lockId, @Nullable String key, List<Session> holders, List<Session> waiters) {

    /**
     * Creates the description of a lock, with copies of the lists.
     *
     * @param lockId any number
     * @param key the name of what is locked, or null
     * @param holders the sessions that hold the lock
     * @param waiters the sessions that wait for the lock
     */
    public LockInfo {
        holders = List.copyOf(holders);
        waiters = List.copyOf(waiters);
    }

    /** Returns all parts; the key is shown by {@link KeyText}. */
    @Override
    public String toString() {
        return "LockInfo[lockId=" + lockId + ", key=" + (key == null ? null : KeyText.of(key)) + ", holders=" + holders
                + ", waiters=" + waiters + "]";
    }

    /**
     * One session of the server that holds the lock or waits for it.
     *
     * @param pid the process id of its backend
     * @param startedAt when the session began, by the clock of the server, which distinguishes it from a later session
     *     with the same process id; null if the role of the data source may not see it
     * @param mode how the session holds the lock or wants to hold it
     * @param user the role of the session
     * @param applicationName the application name; empty if the session has none
     * @param address the address of the client; null for a local socket, or if the role of the data source may not see
     *     it
     * @param since since when the session has held the lock or waited for it, by the clock of the server, to the
     *     second; null if that is not known
     * @since 0.1.0
     */
    public record Session(
            int pid,
            @Nullable Instant startedAt,
            LockMode mode,
            String user,
            String applicationName,
            @Nullable String address,
            @Nullable Instant since) {

        /**
         * Creates the description of a session.
         *
         * @param pid the process id of its backend
         * @param startedAt when the session began, or null
         * @param mode how the session holds the lock or wants to hold it
         * @param user the role of the session
         * @param applicationName the application name
         * @param address the address of the client, or null
         * @param since since when the session has held the lock or waited for it, or null
         */
        public Session {
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(applicationName, "applicationName");
        }

        /** Returns all parts; texts that the session chose itself are shown by {@link KeyText}. */
        @Override
        public String toString() {
            return "Session[pid=" + pid + ", startedAt=" + startedAt + ", mode=" + mode + ", user=" + KeyText.of(user)
                    + ", applicationName=" + KeyText.of(applicationName) + ", address=" + address + ", since=" + since
                    + "]";
        }
    }
}

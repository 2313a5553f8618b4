// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the server knew of one lock when it was asked.
 *
 * @param lockId the number under which PostgreSQL knows the lock
 * @param key the name of what is locked; null if its holder does not publish it
 * @param holders who holds it: one in EXCLUSIVE or any number in SHARED mode; empty if all are waiting
 * @param waiters who waits for it at the server, in no particular order; threads that wait in their own JVM do not show
 */
public record LockInfo(long lockId, @Nullable String key, List<Session> holders, List<Session> waiters) {

    /**
     * Copies the lists.
     *
     * @param lockId any number
     * @param key the name, or null
     * @param holders who holds it
     * @param waiters who waits for it
     */
    public LockInfo {
        holders = List.copyOf(holders);
        waiters = List.copyOf(waiters);
    }

    /** All parts, with the key as {@link KeyText} shows it. */
    @Override
    public String toString() {
        return "LockInfo[lockId=" + lockId + ", key=" + (key == null ? null : KeyText.of(key)) + ", holders=" + holders
                + ", waiters=" + waiters + "]";
    }

    /**
     * One session of the server that holds the lock or waits for it.
     *
     * @param pid the process id of its backend
     * @param startedAt when it began, by the server's clock; null if the asking role may not see it. Tells it from a later
     *     session of the same process id
     * @param mode how it holds the lock or wants it
     * @param user the role
     * @param applicationName the application name; empty if it has none
     * @param address the client's address; null if the asking role may not see it, or for a local socket
     * @param since since when it holds the lock or waits, by the server's clock, to the second; null if not known
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
         * Checks that nothing is missing.
         *
         * @param pid the process id
         * @param startedAt when it began, or null
         * @param mode how it holds the lock or wants it
         * @param user the role
         * @param applicationName the application name
         * @param address the client's address, or null
         * @param since since when, or null
         */
        public Session {
            Objects.requireNonNull(mode, "mode");
            Objects.requireNonNull(user, "user");
            Objects.requireNonNull(applicationName, "applicationName");
        }

        /** All parts, with the texts that the session chose itself as {@link KeyText} shows them. */
        @Override
        public String toString() {
            return "Session[pid=" + pid + ", startedAt=" + startedAt + ", mode=" + mode + ", user=" + KeyText.of(user)
                    + ", applicationName=" + KeyText.of(applicationName) + ", address=" + address + ", since=" + since
                    + "]";
        }
    }
}

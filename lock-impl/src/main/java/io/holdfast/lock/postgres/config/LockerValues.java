// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.time.Duration;
import java.util.List;

/** Each setting with its default. The fields change only before the object is published in a final field. */
final class LockerValues implements Cloneable {
    int namespace;
    Duration waitAtMost = Duration.ofSeconds(60);
    Duration waitSlice = Duration.ofSeconds(30);
    Duration connectionTimeout = Duration.ofSeconds(5);
    Duration answerTimeout = Duration.ofSeconds(5);
    Duration closeTimeout = Duration.ofSeconds(10);
    Duration checkInterval = Duration.ofSeconds(5);
    Duration heartbeat = Duration.ofSeconds(30);
    Duration handOver = Duration.ofMillis(5);
    Duration keepSession = Duration.ofSeconds(1);
    SessionMode sessions = SessionMode.PINNED;
    int maxSessions;
    int maxLocks = 1000;
    boolean publishKeys = true;

    @Override
    protected LockerValues clone() {
        try {
            return (LockerValues) super.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException(e);
        }
    }

    List<Object> all() {
        return List.of(
                namespace,
                waitAtMost,
                waitSlice,
                connectionTimeout,
                answerTimeout,
                closeTimeout,
                checkInterval,
                heartbeat,
                handOver,
                keepSession,
                sessions,
                maxSessions,
                maxLocks,
                publishKeys);
    }
}

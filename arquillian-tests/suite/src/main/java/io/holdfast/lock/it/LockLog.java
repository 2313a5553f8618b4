// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the locker logs inside this server until it is closed; all three servers log by java.util.logging. */
public final class LockLog extends Handler implements AutoCloseable {

    private static final Logger LOGGER = Logger.getLogger("io.holdfast.lock");

    private final List<String> messages = new CopyOnWriteArrayList<>();

    public LockLog() {
        LOGGER.addHandler(this);
    }

    /** Whether a message has all these parts. */
    public boolean has(String... parts) {
        return messages.stream().anyMatch(message -> List.of(parts).stream().allMatch(message::contains));
    }

    @Override
    public void publish(LogRecord logRecord) {
        messages.add(String.valueOf(logRecord.getMessage()));
    }

    @Override
    public void flush() {
        // Nothing is kept back.
    }

    @Override
    public void close() {
        LOGGER.removeHandler(this);
    }
}

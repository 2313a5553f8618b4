// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What lockers log until this is closed. */
final class LockerLog extends Handler implements AutoCloseable {

    private static final Logger LOG = Logger.getLogger("io.holdfast.lock");

    private final List<String> messages = new CopyOnWriteArrayList<>();

    static LockerLog open() {
        LockerLog log = new LockerLog();
        LOG.addHandler(log);
        return log;
    }

    /** Those with this id, the oldest first. */
    List<String> messages(String id) {
        return messages.stream().filter(message -> message.startsWith(id)).toList();
    }

    @Override
    public void publish(LogRecord message) {
        messages.add(message.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        LOG.removeHandler(this);
    }
}

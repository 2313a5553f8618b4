// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What a hot key protects: plain numbers in a file that all threads of all JVMs have in their memory. Only the lock
 * keeps two holders apart, so that each failure of the lock is seen here.
 */
final class Section {

    private static final int SIZE = 4096;
    private static final int HOLDER = 0;
    private static final int ENTRIES = 64;
    private static final int VIOLATIONS = 128;
    private static final int SPINS = 30;

    private final MappedByteBuffer memory;

    Section(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE)) {
            memory = channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE);
            memory.order(ByteOrder.nativeOrder());
        }
    }

    void reset() {
        for (int at = 0; at < SIZE; at += Long.BYTES) {
            memory.putLong(at, 0);
        }
        VarHandle.fullFence();
    }

    /** Each holder has a number that is not 0. */
    void enter(long holder) {
        VarHandle.fullFence();
        if (memory.getLong(HOLDER) != 0) {
            violated();
        }
        memory.putLong(HOLDER, holder);
        VarHandle.fullFence();
        long entries = memory.getLong(ENTRIES);
        for (int i = 0; i < SPINS; i++) {
            Thread.onSpinWait();
        }
        memory.putLong(ENTRIES, entries + 1);
        VarHandle.fullFence();
    }

    void leave(long holder) {
        VarHandle.fullFence();
        if (memory.getLong(HOLDER) != holder) {
            violated();
        }
        memory.putLong(HOLDER, 0);
        VarHandle.fullFence();
    }

    private void violated() {
        memory.putLong(VIOLATIONS, memory.getLong(VIOLATIONS) + 1);
    }

    /** How often a holder has met another, and how many of these entries are missing because two counted at once. */
    long violations(long entries) {
        VarHandle.fullFence();
        return memory.getLong(VIOLATIONS) + Math.abs(entries - memory.getLong(ENTRIES));
    }
}

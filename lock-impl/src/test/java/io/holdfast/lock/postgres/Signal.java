// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;

/** What a test does to a process of the operating system. */
enum Signal {
    STOP,
    CONT,
    KILL;

    /**
     * Returns when the signal is sent, or the process has ended by itself. The shell's own kill is used, since not every
     * Linux has the program.
     */
    void send(long pid) {
        try {
            int exit = new ProcessBuilder("sh", "-c", "kill -s " + name() + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
            if (exit != 0 && ProcessHandle.of(pid).isPresent()) {
                throw new IllegalStateException(name() + " could not be sent to process " + pid);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending " + name() + " to process " + pid, e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** What the launcher says while it works: a line for each stage, and every five seconds what it waits for. */
final class Progress {

    private static final int REMINDER_SECONDS = 5;

    private final Set<Step> steps = ConcurrentHashMap.newKeySet();
    private final long startNanos;

    /**
     * Starts.
     *
     * @param started when the user started Maven
     */
    Progress(Instant started) {
        long sinceNanos = Duration.between(started, Instant.now()).toNanos();
        this.startNanos = System.nanoTime() - Math.max(0, sinceNanos);
        Thread reminder = new Thread(this::remind, "demo-progress");
        reminder.setDaemon(true);
        reminder.start();
    }

    void say(String message) {
        double seconds = (System.nanoTime() - startNanos) / 1e9;
        System.out.println(String.format("[%5.1f s] %s", seconds, message));
    }

    /** Begins something that may take a while, and whose result is printed when it is closed. */
    Step step(String subject, String doing, String done) {
        return new Step(subject, doing, done);
    }

    private void remind() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                steps.forEach(Step::remind);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Something that takes a while. */
    final class Step implements AutoCloseable {

        private final long beginNanos = System.nanoTime();
        private final String subject;
        private final String doing;
        private final String done;

        /** Confined to the reminding thread. */
        private long nextReminder = REMINDER_SECONDS;

        private Step(String subject, String doing, String done) {
            this.subject = subject;
            this.doing = doing;
            this.done = done;
            steps.add(this);
        }

        private void remind() {
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beginNanos);
            if (seconds >= nextReminder) {
                nextReminder = seconds - seconds % REMINDER_SECONDS + REMINDER_SECONDS;
                say(subject + ": " + doing + ", " + seconds + " s");
            }
        }

        void done() {
            if (steps.remove(this)) {
                say(String.format("%s: %s, %.1f s", subject, done, (System.nanoTime() - beginNanos) / 1e9));
            }
        }

        /** Ends it without a word if it was not done. */
        @Override
        public void close() {
            steps.remove(this);
        }
    }
}

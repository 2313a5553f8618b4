// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.message.Shown;
import io.holdfast.lock.postgres.acquire.LocalQueues.Turn;
import io.holdfast.lock.postgres.config.LockerConfig;
import io.holdfast.lock.postgres.config.SessionMode;
import io.holdfast.lock.postgres.thread.Admission;
import io.holdfast.lock.postgres.thread.Deadline;
import io.holdfast.lock.postgres.thread.Keepers;
import io.holdfast.lock.spi.LockAttempt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Starts the acquisitions of a locker, knows those that run, and refuses them when the locker closes. */
public final class Acquisitions {

    /** How many threads at least may ask on sessions with several locks; they do not wait for a lock there. */
    private static final int ASKING_ON_SHARED_SESSIONS = 32;

    private final GrantWork.Resources resources;
    private final Keepers keepers;
    private final LocalQueues queues = new LocalQueues();
    private final Admission admission;
    private final Admission admissionToWait;
    private final Set<Acquisition> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    public Acquisitions(GrantWork.Resources resources, Keepers keepers) {
        this.resources = resources;
        this.keepers = keepers;
        LockerConfig config = resources.config();
        int own = Math.min(resources.sessions().limit(), config.maxLocks());
        boolean isShared = config.sessions() == SessionMode.SHARED;
        this.admission = new Admission(keepers, isShared ? Math.max(own, ASKING_ON_SHARED_SESSIONS) : own);
        this.admissionToWait = new Admission(keepers, own);
    }

    LocalQueues queues() {
        return queues;
    }

    /**
     * Starts an acquisition. It is refused at once if the locker is closed.
     *
     * @param deadline the end of the wait for others
     */
    public Acquisition start(LockAttempt attempt, Deadline deadline) {
        Acquisition acquisition = newAcquisition(attempt, deadline);
        try {
            // Before the look at closed: closing sets it first, and then refuses all acquisitions that it finds.
            running.add(acquisition);
            if (closed) {
                refuse(acquisition);
            }
            acquisition.start();
            return acquisition;
        } catch (Error e) {
            acquisition.abandon();
            running.remove(acquisition);
            throw e;
        }
    }

    private Acquisition newAcquisition(LockAttempt attempt, Deadline deadline) {
        LockerConfig config = resources.config();
        Turn turn = queues.join(
                attempt.lockId(),
                attempt.request().mode(),
                !attempt.waitAtMost().isZero());
        AcquisitionProgress progress = new AcquisitionProgress();
        GrantAttempt statement = new GrantAttempt(attempt.request(), attempt.lockId(), deadline, config, keepers);
        GrantWork work = new GrantWork(attempt, deadline, turn, progress, statement, resources);
        StatementCanceller canceller =
                new StatementCanceller(progress, turn, resources.tenures(), keepers, config.answerTimeout());
        return new Acquisition(
                attempt, deadline, turn, work, progress, canceller, admission, admissionToWait, running::remove);
    }

    /** Refuses the acquisitions that run, and those that come later. */
    public void close() {
        closed = true;
        running.forEach(Acquisitions::refuse);
    }

    private static void refuse(Acquisition acquisition) {
        acquisition.giveUp(Messages.closed(Shown.lock(acquisition.attempt())));
    }
}

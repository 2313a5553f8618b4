// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import io.holdfast.lock.LockRequest;

/**
 * The place of a holder for whose lock nobody waits.
 *
 * @param onEnd what to do when the place ends
 */
public record LonelyPlace(Runnable onEnd) implements Place<Tenure> {

    @Override
    public boolean isAwaited() {
        return false;
    }

    @Override
    public LockRequest next() {
        return null;
    }

    @Override
    public Place<Tenure> passOn(boolean withToken) {
        return null;
    }

    @Override
    public void deliver(Tenure tenure) {
        throw new IllegalStateException("nobody waits here");
    }

    @Override
    public void end() {
        onEnd.run();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

/** A caller that waits for work of several statements, for each of them as long as for one. */
public interface Progress {

    /** A statement is about to be sent. */
    void nextStep();

    /** Whether nobody waits for the work any more. */
    boolean isUnwanted();
}

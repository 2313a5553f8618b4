// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

/** A caller that waits for work of several steps, for each of them as long as for the answer to one statement. */
public interface Progress {

    /** The next step begins, such as a statement that is about to be sent. */
    void nextStep();

    /** Whether nobody waits for the work any more. */
    boolean isUnwanted();
}

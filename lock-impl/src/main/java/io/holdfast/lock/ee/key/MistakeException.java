// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

/**
 * An annotation has a mistake. To be caught where the place of the annotation is known, which users need to know, too.
 */
public final class MistakeException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Mistake mistake;

    MistakeException(Mistake mistake) {
        super(mistake.problem(), null, false, false);
        this.mistake = mistake;
    }

    /** Returns the mistake. */
    public Mistake mistake() {
        return mistake;
    }
}

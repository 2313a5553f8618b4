// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

/** A key of an annotation has a mistake. */
public final class BadKeyException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * Describes the mistake.
     *
     * @param problem what is wrong, without a full stop
     * @param remedy what to do, as a sentence
     */
    BadKeyException(String problem, String remedy) {
        super(problem, null, false, false);
        this.remedy = remedy;
    }

    /**
     * What to do.
     *
     * @return a sentence
     */
    public String remedy() {
        return remedy;
    }
}

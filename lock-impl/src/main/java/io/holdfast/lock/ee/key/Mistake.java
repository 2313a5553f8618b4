// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

/**
 * A mistake in an annotation.
 *
 * @param problem what is wrong, without a full stop
 * @param remedy what to do, as a sentence
 */
public record Mistake(String problem, String remedy) {

    /** Makes an exception of it. */
    public MistakeException toException() {
        return new MistakeException(this);
    }
}

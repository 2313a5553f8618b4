// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.ee.key.Mistake;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;

/**
 * Every text of this package that users read, in the order of the ids, except those in {@link Mistakes}. An id is never
 * used again for something else.
 */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static IllegalStateException badKey(Method method, IllegalArgumentException cause) {
        return new IllegalStateException(
                "HOLDFAST-0035: the key of @Locked on %s cannot be used for this call: %s. The method has not run"
                        .formatted(method, cause.getMessage()),
                cause);
    }

    static IllegalStateException badCombination(Method method, String lockName, Mistake mistake) {
        return new IllegalStateException(
                "HOLDFAST-0052: @Locked on %s conflicts with the settings for locks of the name %s: %s. %s"
                        .formatted(method, KeyText.of(lockName), mistake.problem(), mistake.remedy()));
    }

    static void overrideWithoutAnnotation(Method overriding, Method annotated) {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0054: %s overrides %s without its @Locked, which is not inherited, so it runs without"
                                + " the lock. Put @Locked on it, too")
                        .formatted(overriding, annotated));
    }

    static IllegalStateException badAnnotation(AnnotatedElement place, Mistake mistake) {
        return new IllegalStateException(
                "HOLDFAST-0110: @Locked on %s: %s. %s".formatted(place, mistake.problem(), mistake.remedy()));
    }
}

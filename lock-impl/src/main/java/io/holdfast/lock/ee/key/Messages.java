// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import java.lang.reflect.Method;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    static final String USE_PROPERTY =
            "Use a property of it, or a value whose text is the same everywhere: text, a number, an enum, a UUID, or one of"
                    + " java.time";

    private Messages() {}

    static IllegalStateException keyValueIsNull(Method method, String what) {
        return new IllegalStateException("HOLDFAST-0032: the key of @Locked on " + method + " needs " + what
                + ", which is null; the method has not run. Check the argument before the call, or let an expression compare it"
                + " with null, as in #{id == null ? 'none' : id}");
    }

    static IllegalStateException keyValueHasNoText(Method method, String what, Class<?> type, String reason) {
        return new IllegalStateException("HOLDFAST-0033: the key of @Locked on " + method + " needs " + what
                + ", but a value of " + type.getName() + " cannot be part of a key: " + reason + ". " + USE_PROPERTY
                + ". The method has not run");
    }

    static IllegalStateException keyExpressionFailed(Method method, String expression, Throwable cause) {
        return new IllegalStateException(
                "HOLDFAST-0034: the key of @Locked on " + method + " needs " + expression
                        + ", which could not be evaluated; the method has not run. See the cause",
                cause);
    }
}

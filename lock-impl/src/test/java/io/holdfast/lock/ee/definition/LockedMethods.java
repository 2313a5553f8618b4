// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.ee.settings.Settings;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.Arrays;

/** The locked methods of the tests' own classes. */
final class LockedMethods {

    private LockedMethods() {}

    static LockedMethod method(Class<?> type, String name) {
        return method(type, name, Settings.UNSET);
    }

    static LockedMethod method(Class<?> type, String name, Settings settings) {
        return LockedMethodParser.parse(new LockedTarget(type, only(type, name)), domain -> settings);
    }

    private static Method only(Class<?> type, String name) {
        return Arrays.stream(type.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    static Duration waitOf(LockedMethod method) {
        return method.waitAtMost(method.requests(new Object[0]).get(0));
    }
}

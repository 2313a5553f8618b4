// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

/** The keys of the beans, each of which runs what it is given. */
public final class Keys {

    public static final String SHARED = "shared/key";
    public static final String ANOTHER = "another/key";
    public static final String TIMER = "timer/key";

    private Keys() {}
}

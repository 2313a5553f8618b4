// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/** How a lock excludes others. */
public enum LockMode {
    /** At most one holder, and none in any other mode beside it. */
    EXCLUSIVE,

    /** Any number of holders in this mode at the same time, but none in {@link #EXCLUSIVE}. */
    SHARED
}

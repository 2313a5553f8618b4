// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

/**
 * How a lock excludes others.
 *
 * @since 0.1.0
 */
public enum LockMode {
    /** The lock has at most one holder, and no holder in any other mode at the same time. */
    EXCLUSIVE,

    /** The lock has any number of holders in this mode at the same time, but none in {@link #EXCLUSIVE} mode. */
    SHARED
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

/**
 * Ensures that a step that must not stop half-way does not begin at the very end of the caller's stack: the error is
 * thrown before the step instead of within it.
 */
public final class StackReserve {

    /** The depth of calls, which takes at least 4 KiB of stack when compiled, and more before, as other calls do. */
    private static final int DEPTH = 256;

    private StackReserve() {}

    /**
     * Has no effect if there is enough stack.
     *
     * @throws StackOverflowError if the rest of the stack is too small
     */
    public static void require() {
        touch(DEPTH, 0, 0, 0, 0);
    }

    /** Touches the stack. The arguments only make the frame larger. */
    private static long touch(int depth, long a, long b, long c, long d) {
        return depth == 0 ? a + b + c + d : touch(depth - 1, b, c, d, a + depth) + 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

/**
 * Sees to it that a step which must not stop half-way does not begin at the very end of the caller's stack: the error is thrown
 * before the step instead of within it.
 */
public final class StackReserve {

    /** At least 4 KiB of stack when it is compiled, and more before, as the locker's own calls need it. */
    private static final int DEPTH = 256;

    private StackReserve() {}

    /**
     * Does nothing.
     *
     * @throws StackOverflowError if there is too little left of the stack
     */
    public static void require() {
        touch(DEPTH, 0, 0, 0, 0);
    }

    /** The arguments only make the frame larger. */
    private static long touch(int depth, long a, long b, long c, long d) {
        return depth == 0 ? a + b + c + d : touch(depth - 1, b, c, d, a + depth) + 1;
    }
}

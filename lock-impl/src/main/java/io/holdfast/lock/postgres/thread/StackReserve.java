// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

/**
 * Ensures that a step that must not stop half-way does not begin at the very end of the caller's stack: the error is
 * thrown before the step instead of within it, or a keeper, whose stack is empty, takes the step.
 */
public final class StackReserve {

    /** The depth of a statement with all that may follow it, in frames of ordinary methods. */
    private static final int FRAMES = 64;

    /** What it takes to pass the work on: at least 4 KiB of stack when compiled, and more before, as other calls do. */
    private static final int CALLS = 256;

    private StackReserve() {}

    /**
     * Requires enough stack for a step, which may be to pass the work on to a keeper.
     *
     * @return whether there is enough stack for a statement and for all that may follow it, where an error at the end
     *     of the stack could come at any call; otherwise a keeper has to do the work
     * @throws StackOverflowError if the rest of the stack is too small to pass the work on
     */
    public static boolean require() {
        try {
            return fill(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) != 0;
        } catch (StackOverflowError e) {
            return touch(CALLS, 0, 0, 0, 0) < 0;
        }
    }

    /** Touches the stack. The arguments only make the frame larger. Returns no negative number. */
    private static long touch(int calls, long a, long b, long c, long d) {
        return calls == 0 ? a + b + c + d : touch(calls - 1, b, c, d, a + calls) + 1;
    }

    /**
     * Each frame is as large as those of ordinary methods. Before the code is compiled, those are much larger, and so
     * are these, with the frames of the two calls in between. Returns no zero.
     */
    private static long fill(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (frames == 0) {
            return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h) | 1;
        }
        return descend(frames - 1, b, c + a, d, e + frames, f, g + b, h, a) + a + b + c + d + e + f + g + h | 1;
    }

    /** Has no frame when it is compiled. */
    private static long descend(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        return descendFurther(frames, a, b, c, d, e, f, g, h);
    }

    /** Likewise. */
    private static long descendFurther(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        return fill(frames, a, b, c, d, e, f, g, h);
    }
}

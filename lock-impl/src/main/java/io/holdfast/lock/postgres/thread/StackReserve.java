// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

/**
 * Ensures that a step that must not stop half-way does not begin at the very end of the caller's stack: the error is
 * thrown before the step instead of within it, or a keeper, whose stack is empty, takes the step.
 */
public final class StackReserve {

    /** The depth of a statement with all that may follow it, in frames of ordinary methods that are compiled. */
    private static final int FRAMES = 128;

    /** The same before they are compiled, when frames are larger and classes are loaded. */
    private static final int FRAMES_AT_FIRST = 4 * FRAMES;

    /** After so many steps their code is compiled, most likely. */
    private static final int FIRST_STEPS = 100_000;

    /** What it takes to pass the work on: at least 4 KiB of stack when compiled, and more before, as other calls do. */
    private static final int CALLS = 256;

    /** How many steps there were, up to the number above. Threads may miss each other's changes. */
    private static int steps;

    private StackReserve() {}

    /**
     * Requires enough stack for a step, which may be to pass the work on to a keeper.
     *
     * @return whether there is enough stack for a statement and for all that may follow it, where an error at the end
     *     of the stack could come at any call; otherwise a keeper has to do the work
     * @throws StackOverflowError if the rest of the stack is too small to pass the work on
     */
    public static boolean require() {
        int frames = FRAMES;
        if (steps < FIRST_STEPS) {
            steps++;
            frames = FRAMES_AT_FIRST;
        }
        try {
            return fill(frames, 1, 2, 3, 4, 5, 6, 7, 8) != 0;
        } catch (StackOverflowError e) {
            return touch(CALLS, 0, 0, 0, 0) < 0;
        }
    }

    /** Each frame is as large as those of ordinary methods. Returns no zero. */
    private static long fill(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (frames == 0) {
            return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h) | 1;
        }
        return fill(frames - 1, b, c + a, d, e + frames, f, g + b, h, a) + a + b + c + d + e + f + g + h | 1;
    }

    /** Touches the stack. The arguments only make the frame larger. Returns no negative number. */
    private static long touch(int calls, long a, long b, long c, long d) {
        return calls == 0 ? a + b + c + d : touch(calls - 1, b, c, d, a + calls) + 1;
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * Ensures that a step that must not stop half-way does not begin at the very end of the caller's stack: the error is
 * thrown before the step instead of within it, or a keeper, whose stack is empty, takes the step.
 */
public final class StackReserve {

    /** A statement with all that may follow it needs less than this when its code is compiled. */
    private static final int WIDE_FRAMES = 4;

    /** The same before that, in frames of ordinary methods, when these are larger and classes are loaded. */
    private static final int FRAMES_AT_FIRST = 512;

    /** After so many steps their code is compiled, most likely. */
    private static final int FIRST_STEPS = 100_000;

    /** What it takes to pass the work on: at least 4 KiB of stack when compiled, and more before, as other calls do. */
    private static final int CALLS = 256;

    private static final int ARGUMENTS = 100;

    /** Null before the first step. Threads may miss each other's change. */
    private static @Nullable MethodHandle wideCall;

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
        try {
            long odd = 1;
            if (steps < FIRST_STEPS) {
                steps++;
                odd = fill(FRAMES_AT_FIRST, 1, 2, 3, 4, 5, 6, 7, 8);
            }
            return span(WIDE_FRAMES, odd, wideCall()) != 0;
        } catch (Throwable e) {
            // A StackOverflowError, or what the call has made of it.
            return touch(CALLS, 0, 0, 0, 0) < 0;
        }
    }

    /**
     * A call with many arguments, which returns the first. Only a call of a constant would be inlined. It is made when
     * there is enough stack for that, since an error in the initializer of this class would be final.
     */
    private static MethodHandle wideCall() {
        MethodHandle made = wideCall;
        if (made == null) {
            made = MethodHandles.dropArguments(
                    MethodHandles.identity(long.class), 1, Collections.nCopies(ARGUMENTS - 1, long.class));
            wideCall = made;
        }
        return made;
    }

    /**
     * Each compiled frame has more than 3 KiB, which the arguments of the call need. Only the last one makes that call,
     * so this is much quicker than to fill as many bytes. Returns no zero.
     */
    private static long span(int frames, long a, MethodHandle wideCall) throws Throwable {
        if (frames == 0) {
            return (long) wideCall.invokeExact(
                    a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,
                    a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,
                    a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a, a,
                    a);
        }
        return span(frames - 1, a + 2, wideCall) | a;
    }

    /** Each frame is as large as those of ordinary methods. Returns an odd number. */
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

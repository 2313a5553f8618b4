// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

/**
 * Finds out whether the stack of the calling thread has room for a statement and for all that may follow it. A keeper
 * begins with an empty stack; on a thread of the application an error at the end of the stack could come at any call,
 * also where a session is returned.
 */
public final class StackRoom {

    private static final int FRAMES = 64;

    private StackRoom() {}

    public static boolean isEnough() {
        try {
            return fill(FRAMES, 1, 2, 3, 4, 5, 6, 7, 8) != 0;
        } catch (StackOverflowError e) {
            return false;
        }
    }

    /** Each frame is as large as those of ordinary methods. Returns no zero. */
    private static long fill(int frames, long a, long b, long c, long d, long e, long f, long g, long h) {
        if (frames == 0) {
            return (a ^ b ^ c ^ d ^ e ^ f ^ g ^ h) | 1;
        }
        return fill(frames - 1, b, c + a, d, e + frames, f, g + b, h, a) + a + b + c + d + e + f + g + h | 1;
    }
}

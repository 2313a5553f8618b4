// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.nio.charset.StandardCharsets;

/** The 64-bit number of a lock: FNV-1a over the namespace, as four big-endian bytes, and the key in UTF-8. */
public final class LockId {

    private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    /** In UTF-8 these are one byte each. */
    private static final char LAST_ASCII = 0x7f;

    private LockId() {}

    /**
     * Computes the number of a lock.
     *
     * @param namespace the namespace of the lock
     * @param key the key of the lock
     * @return the number
     */
    public static long of(int namespace, String key) {
        long hash = OFFSET_BASIS;
        for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            hash = update(hash, namespace >> shift);
        }
        for (int i = 0; i < key.length(); i++) {
            if (key.charAt(i) > LAST_ASCII) {
                return update(hash, key.substring(i).getBytes(StandardCharsets.UTF_8));
            }
            hash = update(hash, key.charAt(i));
        }
        return hash;
    }

    private static long update(long hash, byte[] bytes) {
        long updated = hash;
        for (byte b : bytes) {
            updated = update(updated, b);
        }
        return updated;
    }

    /** Only the last eight bits count. */
    private static long update(long hash, int value) {
        return (hash ^ (value & 0xff)) * PRIME;
    }
}

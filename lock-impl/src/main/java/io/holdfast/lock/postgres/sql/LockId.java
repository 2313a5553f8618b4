// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The 64-bit number of a lock: FNV-1a over the namespace, as four big-endian bytes, and the key in UTF-8. */
public final class LockId {

    private static final long OFFSET_BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private LockId() {}

    /**
     * Computes the number of a lock.
     *
     * @param namespace the namespace of the lock
     * @param key the key of the lock
     * @return the number
     */
    public static long of(int namespace, String key) {
        long hash = update(
                OFFSET_BASIS,
                ByteBuffer.allocate(Integer.BYTES).putInt(namespace).array());
        return update(hash, key.getBytes(StandardCharsets.UTF_8));
    }

    private static long update(long hash, byte[] bytes) {
        for (byte b : bytes) {
            hash = (hash ^ (b & 0xff)) * PRIME;
        }
        return hash;
    }
}

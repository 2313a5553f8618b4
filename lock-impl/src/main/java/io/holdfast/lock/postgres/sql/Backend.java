// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

/**
 * Identifies a process of the server among others that had or will have the same process id.
 *
 * @param pid its process id
 * @param seenAt a moment, by the server's clock in microseconds, at which it existed
 * @param serverStart when its server started; differs on another server and after a restart
 */
public record Backend(int pid, long seenAt, long serverStart) {}

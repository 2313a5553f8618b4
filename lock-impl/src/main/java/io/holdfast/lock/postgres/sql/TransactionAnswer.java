// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import org.jspecify.annotations.Nullable;

/**
 * The server's answer to a statement that acquires a lock in a transaction.
 *
 * @param granted whether the lock was granted; null on a standby, on another database, and under REPEATABLE READ, where
 *     the statement asks for nothing
 * @param database the database of the transaction
 * @param repeatableRead whether the isolation level of the transaction is REPEATABLE READ
 */
public record TransactionAnswer(@Nullable Boolean granted, Database database, boolean repeatableRead) {}

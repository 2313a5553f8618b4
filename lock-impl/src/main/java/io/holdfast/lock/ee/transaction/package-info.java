// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: binds locks to JTA transactions.
 *
 * <p>Uses {@code naming}, {@code postgres.config} and {@code postgres.transaction}. Jakarta Transactions, which the
 * server may lack, are named in {@link io.holdfast.lock.ee.transaction.JtaTransaction} only, which sees no transactions
 * where they are missing.
 */
@NullMarked
package io.holdfast.lock.ee.transaction;

import org.jspecify.annotations.NullMarked;

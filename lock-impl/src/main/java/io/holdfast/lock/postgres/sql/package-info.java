// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: every statement that the lock sends, with its parameters and its answer, and what the server's errors mean.
 * Depends on the API of the lock and on JDBC only. The package has all SQL of the library, and all SQLSTATEs.
 *
 * <p>A statement is a {@link io.holdfast.lock.postgres.sql.Query}, mostly a record whose components are the parameters.
 * The text of each variant is built once. The order of evaluation inside a statement relies on materialized common
 * table expressions and on CASE, which PostgreSQL guarantees; never on the order of a select list.
 *
 * <p>Functions, relations, types and operators are qualified with their schema. A role that may create objects in a
 * schema of the search path could otherwise create some that are chosen instead, and that run with the rights of the
 * lock's role.
 *
 * @see <a href="https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADVISORY-LOCKS">PostgreSQL
 *     manual, "Advisory Lock Functions"</a>
 */
@NullMarked
package io.holdfast.lock.postgres.sql;

import org.jspecify.annotations.NullMarked;

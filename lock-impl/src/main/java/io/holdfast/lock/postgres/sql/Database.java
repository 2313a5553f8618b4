// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

/**
 * Identifies a database among others of its server and of other servers.
 *
 * @param serverStart when its server started; differs after a restart
 * @param oid the number of the database within its server
 */
public record Database(long serverStart, long oid) {}

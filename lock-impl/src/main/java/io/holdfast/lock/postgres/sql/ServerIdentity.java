// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

/**
 * Identifies a server among those of all clusters.
 *
 * @param cluster what it has in common with its standbys and copies only
 * @param timeline a number that rises with every promotion
 */
public record ServerIdentity(long cluster, long timeline) {}

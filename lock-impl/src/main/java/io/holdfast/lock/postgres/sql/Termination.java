// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

/**
 * A server's answer to the request to terminate a session.
 *
 * @param serverStart when the server that answers started
 * @param wasThere whether the session existed, and held one of its locks or waited for one
 */
public record Termination(long serverStart, boolean wasThere) {}

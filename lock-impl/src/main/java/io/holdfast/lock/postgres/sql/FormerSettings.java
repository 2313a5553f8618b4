// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import org.jspecify.annotations.Nullable;

/**
 * The settings of a session before a lock changed them.
 *
 * @param idleTimeout idle_session_timeout; null if it has not changed, as on servers before PostgreSQL 14, which do not
 *     have it
 * @param applicationName application_name
 */
public record FormerSettings(@Nullable String idleTimeout, String applicationName) {

    /** How the server shows a timeout that is switched off. */
    static final String NO_TIMEOUT = "0";
}

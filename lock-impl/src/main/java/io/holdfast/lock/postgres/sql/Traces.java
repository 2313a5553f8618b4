// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What identifies a session that was given up and may still exist on its server.
 *
 * @param pid its process id; empty if it is not known
 * @param serverStart when its server started; null if it is not known
 * @param start when the session began, by the server's clock in microseconds; null if it is not known
 * @param lockIds the numbers of the locks that it may hold or wait for
 */
public record Traces(
        OptionalInt pid,
        @Nullable Long serverStart,
        @Nullable Long start,
        Set<Long> lockIds) {}

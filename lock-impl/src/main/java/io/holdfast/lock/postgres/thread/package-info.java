// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: threads, waiting and time. It may use the JDK and the constants of {@code lock-api} only.
 */
@NullMarked
package io.holdfast.lock.postgres.thread;

import org.jspecify.annotations.NullMarked;

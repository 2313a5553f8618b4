// SPDX-License-Identifier: Apache-2.0
/**
 * Public: locks in memory for the unit tests of applications that use locks, and the contract tests for a
 * {@code Locker}. Needs no database.
 */
@NullMarked
package io.holdfast.lock.testkit;

import org.jspecify.annotations.NullMarked;

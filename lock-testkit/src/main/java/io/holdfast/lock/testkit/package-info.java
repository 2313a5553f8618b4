// SPDX-License-Identifier: Apache-2.0
/** Public: for tests of applications that use locks, and of lockers themselves. Needs no database. */
@NullMarked
package io.holdfast.lock.testkit;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** Public: for tests of applications that use locks, and of lockers themselves. */
package io.holdfast.lock.testkit;

// SPDX-License-Identifier: Apache-2.0
/** Public: a real PostgreSQL for tests, whether or not they use locks. */
package io.holdfast.lock.testkit.postgres;

// SPDX-License-Identifier: Apache-2.0
/** Public: a real PostgreSQL for tests, whether or not they use locks. */
@NullMarked
package io.holdfast.lock.testkit.postgres;

import org.jspecify.annotations.NullMarked;

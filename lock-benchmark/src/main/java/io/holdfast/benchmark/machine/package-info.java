// SPDX-License-Identifier: Apache-2.0
/** The servers, the sockets and the processors of a run. Uses no other package. */
@NullMarked
package io.holdfast.benchmark.machine;

import org.jspecify.annotations.NullMarked;

// SPDX-License-Identifier: Apache-2.0
/** The libraries that people use instead. Only the profile benchmark compiles this package and downloads them. */
@NullMarked
package io.holdfast.benchmark.peer;

import org.jspecify.annotations.NullMarked;

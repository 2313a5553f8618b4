// SPDX-License-Identifier: Apache-2.0
/** Measures Holdfast and what people use instead, side by side in one run. It starts everything; no package uses it. */
@NullMarked
package io.holdfast.benchmark;

import org.jspecify.annotations.NullMarked;

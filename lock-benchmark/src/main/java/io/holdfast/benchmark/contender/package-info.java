// SPDX-License-Identifier: Apache-2.0
/** The locks that are compared, behind one small interface. Uses machine only. */
@NullMarked
package io.holdfast.benchmark.contender;

import org.jspecify.annotations.NullMarked;

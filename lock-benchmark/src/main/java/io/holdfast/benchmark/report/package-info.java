// SPDX-License-Identifier: Apache-2.0
/** Results, and the table, files, charts and page made of them. Uses the names of contender only. */
@NullMarked
package io.holdfast.benchmark.report;

import org.jspecify.annotations.NullMarked;

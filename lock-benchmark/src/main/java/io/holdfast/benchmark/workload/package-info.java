// SPDX-License-Identifier: Apache-2.0
/** What the contenders have to do. Uses contender, machine and report. */
@NullMarked
package io.holdfast.benchmark.workload;

import org.jspecify.annotations.NullMarked;

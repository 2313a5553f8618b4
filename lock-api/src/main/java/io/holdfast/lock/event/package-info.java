// SPDX-License-Identifier: Apache-2.0
/** CDI events that tell what happens to locks: see {@link io.holdfast.lock.event.LockEvent}. */
@NullMarked
package io.holdfast.lock.event;

import org.jspecify.annotations.NullMarked;

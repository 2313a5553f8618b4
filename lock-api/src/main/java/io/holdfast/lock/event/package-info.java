// SPDX-License-Identifier: Apache-2.0
/** Public API: CDI events that report what happens to locks. See {@link io.holdfast.lock.event.LockEvent}. */
@NullMarked
package io.holdfast.lock.event;

import org.jspecify.annotations.NullMarked;

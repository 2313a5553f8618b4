// SPDX-License-Identifier: Apache-2.0
/** CDI events that tell what happens to locks: see {@link io.holdfast.lock.event.LockEvent}. */
package io.holdfast.lock.event;

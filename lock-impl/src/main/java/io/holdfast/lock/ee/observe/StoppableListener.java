// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.observe;

import io.holdfast.lock.spi.LockListener;

/** A listener that is stopped when the application ends. */
interface StoppableListener extends LockListener {

    /** Nothing is reported to the listener after that. */
    void stop();
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.spi.LockListener;
import java.util.List;

/** Finds what holds the locks of one domain, and makes a {@link Backend} of it. */
interface BackendSource {

    /** Whether the application defines where these locks live. */
    boolean isDefined();

    /** Whether what holds the locks can be found already, while the application starts. */
    boolean canBeFound();

    /** Makes a backend. Not called by several threads at once. */
    Backend make(List<LockListener> listeners);
}

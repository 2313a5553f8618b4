// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;

/** With a lock of a name that has settings. */
@ApplicationScoped
public class NamedBean {

    public static final String KEY = "configuration/42";
    public static final String NAME = "order/#{order.id}";
    public static final int WAIT_SECONDS = 30;

    @Locked(value = KEY, name = NAME, waitAtMost = WAIT_SECONDS)
    public void call() {
        // The lock is what the test is about.
    }
}

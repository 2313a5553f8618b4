// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;

/** Right by itself; settings may contradict it. */
@ApplicationScoped
public class TtlBean {

    @Locked(value = "order", ttl = 30)
    public void order() {}
}

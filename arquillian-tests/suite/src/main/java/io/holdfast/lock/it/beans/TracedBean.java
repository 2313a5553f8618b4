// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;

/** Works under a lock, which it refreshes. */
@ApplicationScoped
public class TracedBean {

    @Inject
    private CurrentLock lock;

    @Locked(value = "traced/#{id}", ttl = 30)
    public String work(String id) {
        lock.refresh(Duration.ofSeconds(45));
        return id;
    }
}

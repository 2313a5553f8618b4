// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;

/** Shows under which keys its method runs. */
@ApplicationScoped
public class CurrentKeyBean {

    @Inject
    private CurrentLock lock;

    @Locked("current-key")
    public List<String> keys() {
        return lock.keys();
    }
}

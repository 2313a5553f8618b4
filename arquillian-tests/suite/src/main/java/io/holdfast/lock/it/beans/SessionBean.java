// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.SessionScoped;
import jakarta.inject.Inject;
import java.io.Serializable;

/** A bean that can be passivated, and so needs interceptors that can be. */
@SessionScoped
public class SessionBean implements Serializable {

    private static final long serialVersionUID = 1L;

    @Inject
    @SuppressWarnings("serial")
    private CurrentLock lock;

    @Locked("component/session")
    public String keys() {
        return lock.keys().toString();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.Callable;

/** Locks by its stereotype, by another binding, and by the annotation itself, each of which takes precedence over the one before. */
@NightlyWork
@ApplicationScoped
public class NightlyBean {

    public <T> T nightly(Callable<T> work) throws Exception {
        return work.call();
    }

    @OneAtATime
    public <T> T oneAtATime(Callable<T> work) throws Exception {
        return work.call();
    }

    @Locked("own")
    public <T> T own(Callable<T> work) throws Exception {
        return work.call();
    }
}

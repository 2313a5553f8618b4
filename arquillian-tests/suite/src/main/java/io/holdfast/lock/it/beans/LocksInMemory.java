// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.testkit.InMemoryLocking;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;

/** What docs/testing.md adds to an archive whose locks are to be in memory. */
@ApplicationScoped
public class LocksInMemory {

    @Produces
    @Singleton
    InMemoryLocking locking() {
        return new InMemoryLocking();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;

/** Adds a lock to a bean by program. */
public class AddedLock implements Extension {

    void add(@Observes ProcessAnnotatedType<PlainBean> event) {
        event.configureAnnotatedType()
                .filterMethods(method -> method.getJavaMember().getName().equals("call"))
                .forEach(method -> method.add(Locked.Literal.of("added")));
    }
}

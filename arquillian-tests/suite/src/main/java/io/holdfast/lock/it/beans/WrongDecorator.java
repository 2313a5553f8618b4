// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.annotation.Priority;
import jakarta.decorator.Decorator;
import jakarta.decorator.Delegate;
import jakarta.enterprise.inject.Any;
import jakarta.inject.Inject;

/** Fails its deployment: decorators are not intercepted. */
@Decorator
@Priority(1)
public class WrongDecorator implements Decorated {

    @Inject
    @Any
    @Delegate
    private Decorated decorated;

    @Override
    @Locked("order")
    public void ship() {
        decorated.ship();
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

/** What {@link WrongDecorator} decorates. */
public interface Decorated {

    void ship();
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Date;
import java.util.stream.Stream;

/** Fails its deployment by keys that would not be what they seem, and a result that does its work later. */
@ApplicationScoped
public class WrongKeyBean {

    @Locked("order/{arg0}")
    public void braces(String id) {}

    @Locked("order")
    public void date(@LockKey Date day) {}

    @Locked("order")
    public Stream<String> stream() {
        return Stream.of();
    }
}

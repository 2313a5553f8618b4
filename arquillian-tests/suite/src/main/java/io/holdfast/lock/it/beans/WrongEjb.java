// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.Schedule;
import jakarta.ejb.Stateless;

/** Fails its deployment: the timeout method is private. */
@Stateless
public class WrongEjb {

    @Schedule(hour = "4", persistent = false)
    @Locked("reports/daily")
    private void timeout() {}
}

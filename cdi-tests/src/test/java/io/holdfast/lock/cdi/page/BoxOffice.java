// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi.page;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;

// snippet: class
/** Sells every seat once. */
@ApplicationScoped
public class BoxOffice {

    @Inject
    Seats seats;

    /** Returns whether the seat was free. */
    @Locked("seat/#{seat}")
    public boolean sell(String seat) {
        boolean isFree = seats.isFree(seat);
        if (isFree) {
            seats.take(seat);
        }
        return isFree;
    }
}
// end

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** Free, or sold. */
@Entity
@Table(name = "seats")
public class Seat {

    @Id
    private int id;

    private int sold;

    public boolean isFree() {
        return sold == 0;
    }

    public void sell() {
        sold = 1;
    }
}

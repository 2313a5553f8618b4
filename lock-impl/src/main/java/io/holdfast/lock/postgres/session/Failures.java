// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.session;

import io.holdfast.lock.Lease;
import io.holdfast.lock.LockException;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.message.CommonMessages;
import io.holdfast.lock.postgres.sql.SqlStates;
import java.sql.SQLException;

/** Finds the exception for a caller whose statement failed. */
public final class Failures {

    private Failures() {}

    public static LockException of(LockRequest request, String lock, SQLException e) {
        if (SqlStates.isDeadlock(e)) {
            return Messages.deadlock(lock, e);
        }
        if (request.lease() == Lease.ENFORCED && SqlStates.isUnknownSetting(e)) {
            return Messages.leaseUnknown(lock, e);
        }
        return CommonMessages.unavailable(lock, e);
    }
}

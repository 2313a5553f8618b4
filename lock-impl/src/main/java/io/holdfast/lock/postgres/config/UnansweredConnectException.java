// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.sql.SQLTimeoutException;

/**
 * The data source gave no connection in time, and no session of the locker that may have used up its pool was open. So the database
 * most likely does not answer a connect; a pool that others have used up, and that keeps its callers waiting, looks the same.
 */
public final class UnansweredConnectException extends SQLTimeoutException {

    private static final long serialVersionUID = 1L;

    /** One that says no more than that. */
    public UnansweredConnectException() {
        super("the data source gave no connection in time");
    }
}

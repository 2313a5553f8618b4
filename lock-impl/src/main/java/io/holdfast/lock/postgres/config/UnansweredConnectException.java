// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.config;

import java.sql.SQLTimeoutException;

/**
 * The data source had no connection in time, and no session of the locker was open that can have used up its pool. So
 * the database most likely does not answer connection attempts. A pool that others have used up, and that makes its
 * callers wait, looks the same.
 */
public final class UnansweredConnectException extends SQLTimeoutException {

    private static final long serialVersionUID = 1L;

    /** Makes an exception without further details. */
    public UnansweredConnectException() {
        super("the data source had no connection in time");
    }
}

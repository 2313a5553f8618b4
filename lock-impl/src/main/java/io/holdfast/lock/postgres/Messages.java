// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.message.Causes;
import java.lang.System.Logger;

/** Everything that users read of this package, in the order of the ids. An id is never used again for something else. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static LockPrivilegeException mayNotTerminate(int pid, Throwable cause) {
        return new LockPrivilegeException(
                "HOLDFAST-0022: the role of the data source may not end the session with process id " + pid
                        + ". Use the role of that session, or grant pg_signal_backend. After SET ROLE the role in force counts: it has to"
                        + " be a member of the login role, or of pg_signal_backend" + Causes.sentence(cause),
                cause);
    }
}

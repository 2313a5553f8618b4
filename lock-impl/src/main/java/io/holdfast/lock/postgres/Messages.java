// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.LockPrivilegeException;
import io.holdfast.lock.message.Causes;
import java.lang.System.Logger;

/** All texts of this package for users, in the order of their ids. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    // What messages are about.
    static final String PING = "a ping";
    static final String LIST = "the list of locks";

    private Messages() {}

    static String termination(int pid) {
        return "the end of the session with process id " + pid;
    }

    static LockPrivilegeException mayNotTerminate(int pid, Throwable cause) {
        return new LockPrivilegeException("""
                HOLDFAST-0022: the role of the data source may not end the session with process id %s. Use the role of \
                that session, or grant pg_signal_backend. After SET ROLE the current role counts: it must be a member \
                of the login role, or of pg_signal_backend%s\
                """.formatted(pid, Causes.sentence(cause)), cause);
    }
}

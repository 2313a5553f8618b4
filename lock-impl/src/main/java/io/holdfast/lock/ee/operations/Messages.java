// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockInfo;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void terminated(String caller, int pid, LockInfo lock, boolean withKey) {
        String key = withKey ? lock.key() : null;
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0070: the caller " + KeyText.of(caller)
                        + " of the operations endpoint has ended the session with"
                        + " process id " + pid + ", which held "
                        + (key == null ? "lock id " + lock.lockId() : "lock " + KeyText.of(key, lock.lockId()))
                        + " or waited for it. Every lock of that session is lost");
    }

    static void roleMissed(String caller, String setting, String role) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0071: the operations endpoint refused the caller " + KeyText.of(caller)
                        + ", who is logged in without the role " + KeyText.of(role)
                        + ". If everybody is refused, correct "
                        + setting + ", or declare that role and grant it. Further refusals are not logged");
    }

    static String notConfirmed() {
        return "HOLDFAST-0072: a session is only ended on purpose: send the header " + Confirmation.HEADER + ": "
                + Confirmation.VALUE + " and no form, from no page of a different origin";
    }

    static String noSessionNumbers(String lockId, String pid) {
        return "HOLDFAST-0073: the lock id and the process id must be the numbers that the list of locks shows: "
                + KeyText.of(lockId) + ", " + KeyText.of(pid);
    }

    static String noSuchSession(long lockId, int pid) {
        return "HOLDFAST-0074: no session with process id " + pid + " holds lock id " + lockId
                + " or waits for it at the server, so none was ended. Ask for the list of locks again";
    }
}

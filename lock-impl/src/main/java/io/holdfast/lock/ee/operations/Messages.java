// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.operations;

import io.holdfast.lock.KeyText;
import io.holdfast.lock.LockInfo;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void terminated(String caller, int pid, LockInfo lock, boolean showsKey) {
        String key = showsKey ? lock.key() : null;
        String shown = key == null ? "lock id " + lock.lockId() : "lock " + KeyText.of(key, lock.lockId());
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0070: the caller %s of the operations endpoint has ended the session with process id %s,"
                                + " which held %s or waited for it. Every lock of that session is lost")
                        .formatted(KeyText.of(caller), pid, shown));
    }

    static void roleMissed(String caller, String setting, String role) {
        LOG.log(
                Level.INFO,
                ("HOLDFAST-0071: the operations endpoint refused the caller %s, who is logged in without the role"
                                + " %s. If everybody is refused, correct %s, or declare that role and grant it."
                                + " Further refusals are not logged")
                        .formatted(KeyText.of(caller), KeyText.of(role), setting));
    }

    static String notConfirmed() {
        return ("HOLDFAST-0072: a session is only ended on purpose: send the header %s: %s and no form, from no"
                        + " page of a different origin")
                .formatted(Confirmation.HEADER, Confirmation.VALUE);
    }

    static String noSessionNumbers(String lockId, String pid) {
        return "HOLDFAST-0073: the lock id and the process id must be the numbers that the list of locks shows: %s, %s"
                .formatted(KeyText.of(lockId), KeyText.of(pid));
    }

    static String noSuchSession(long lockId, int pid) {
        return ("HOLDFAST-0074: no session with process id %s holds lock id %s or waits for it at the server, so"
                        + " none was ended. Request the list of locks again")
                .formatted(pid, lockId);
    }
}

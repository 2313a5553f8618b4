// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.thread;

import java.lang.System.Logger;

/** Everything that users read of this package, in the order of the ids. An id is never used again for something else. */
final class Messages {

    static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import io.holdfast.lock.testkit.postgres.TestDatabase;

/** An application in a CDI container, with a database for its locks. */
abstract class CdiTest extends ContainerTest {

    static final TestDatabase DATABASE = TestDatabase.start();
}

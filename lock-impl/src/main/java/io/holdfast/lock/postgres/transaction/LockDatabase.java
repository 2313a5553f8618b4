// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.transaction;

import io.holdfast.lock.postgres.acquire.Attempts;
import io.holdfast.lock.postgres.session.Inquiries;
import io.holdfast.lock.postgres.sql.Database;
import io.holdfast.lock.postgres.sql.PlainQuery;
import org.jspecify.annotations.Nullable;

/** The database that has the locks, to be compared with the database that a transaction works on. */
final class LockDatabase {

    private final Attempts attempts;
    private final Inquiries inquiries;

    /** The last answer; null before the first. */
    private volatile @Nullable Database known;

    LockDatabase(Attempts attempts, Inquiries inquiries) {
        this.attempts = attempts;
        this.inquiries = inquiries;
    }

    /** Returns the last answer of the database; asks it if there is none. */
    Database known() throws InterruptedException {
        Database database = known;
        return database == null ? ask() : database;
    }

    /** Throws if the locker is closed. */
    void requireOpen() {
        attempts.requireOpen(Messages.LOCK_DATABASE);
    }

    /** Asks the database. After a restart of its server it counts as a different one. */
    Database ask() throws InterruptedException {
        attempts.requireOpen(Messages.LOCK_DATABASE);
        Database answer = inquiries.ask(Messages.LOCK_DATABASE, session -> session.ask(PlainQuery.DATABASE));
        known = answer;
        return answer;
    }
}

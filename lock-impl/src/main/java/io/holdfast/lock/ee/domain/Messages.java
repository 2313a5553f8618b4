// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.ee.settings.UnreadSettings;
import io.holdfast.lock.message.Causes;
import io.holdfast.lock.message.Shown;
import io.holdfast.lock.spi.LockerFactory;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/**
 * Every text of this package that users read, in the order of the ids. An id is never used again for something else.
 */
final class Messages {

    /** The name of the method behind {@link Retrying} in the configuration of MicroProfile Fault Tolerance. */
    static final String RETRIED = "io.holdfast.lock.integration.LockAcquisition/acquire";

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    private Messages() {}

    static void transactionsNotSeen() {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0062: neither JNDI nor CDI has a TransactionSynchronizationRegistry, so transactions are"
                        + " not seen: a lock is released when its method ends, even if the caller's transaction is"
                        + " still open. Provide one as a CDI bean, or do not call @Locked methods inside"
                        + " transactions");
    }

    static IllegalStateException stopped() {
        return new IllegalStateException("HOLDFAST-0063: the application has stopped, so no lock is acquired. Stop your"
                + " threads before the application stops");
    }

    static void breakerOpened(String domain, int failures, LockException last) {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0066: %s could not be reached by %s attempts in a row, so locks are refused until it"
                                + " answers. Check the database and the network. Last cause: %s")
                        .formatted(databaseOf(domain), failures, cause(last)));
    }

    static void breakerClosed(String domain, Duration refused) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0067: %s answers again. Locks had been refused for %s"
                        .formatted(databaseOf(domain), Shown.seconds(refused)));
    }

    static LockUnavailableException refusedByFaultTolerance(Throwable cause) {
        return new LockUnavailableException(
                ("HOLDFAST-0068: MicroProfile Fault Tolerance refused to acquire the lock: %s. Check the"
                                + " configuration of %s")
                        .formatted(cause.getClass().getSimpleName(), RETRIED),
                cause);
    }

    static DeploymentException severalDataSources(String bean) {
        return Refusal.of(
                ("HOLDFAST-0080: the application has several beans for %s, so it is not clear in which database the"
                                + " locks live. Qualify all but one of them, or set the JNDI name of the data"
                                + " source")
                        .formatted(bean));
    }

    static void reached(String domain, String dataSource, String database, int namespace) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0101: the %s use %s, which leads to %s, namespace %s"
                        .formatted(locksOf(domain), dataSource, database, namespace));
    }

    static void startedWithoutDatabase(String domain, String dataSource, LockException failure) {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0102: the database of %s cannot be asked while the application starts. The %s are"
                                + " refused until it can. %s")
                        .formatted(dataSource, locksOf(domain), failure.getMessage()));
        LOG.log(Level.DEBUG, "The cause of HOLDFAST-0102", failure);
    }

    static DeploymentException unfit(LockException failure) {
        return Refusal.of(new DeploymentException(
                "HOLDFAST-0103: the data source cannot hold locks: " + failure.getMessage(), failure));
    }

    static IllegalStateException closedByContainer() {
        return new IllegalStateException(
                "HOLDFAST-0106: an injected locker belongs to the whole application and is closed by"
                        + " the container. Close the handles instead");
    }

    /** The last failure is not the cause, because it is that of another caller, and names the key of that one. */
    static LockUnavailableException refusedByBreaker(
            String domain, int failures, Duration refused, Duration remaining, LockException last) {
        return new LockUnavailableException(
                ("HOLDFAST-0107: %s could not be reached by %s attempts in a row, so locks have been refused for %s"
                                + " without asking it. It is asked again %s. Check the database and try later. Last"
                                + " cause: %s")
                        .formatted(
                                databaseOf(domain),
                                failures,
                                Shown.seconds(refused),
                                remaining.isZero() ? "now" : "in " + Shown.seconds(remaining),
                                cause(last)),
                null);
    }

    static void dataSourceLater() {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0112: no data source for locks has a name while the application starts, so it is looked"
                                + " up at the first use. Set holdfast.datasource, or declare a resource reference"
                                + " java:app/env/jdbc/holdfast, to have it checked at start%s")
                        .formatted(UnreadSettings.hint()));
    }

    static void defaultDataSource(String name) {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0113: the locks use the default data source %s. Holders that need one of its connections"
                                + " for their work can wait for each other. Give the locks a data source of their"
                                + " own and set holdfast.datasource to its name")
                        .formatted(name));
    }

    static void withoutDatabase(LockerFactory factory) {
        LOG.log(
                Level.WARNING,
                ("HOLDFAST-0120: %s replaces the database, so the locks exclude nobody outside of this JVM. This is"
                                + " for tests: in production remove that bean and lock-testkit")
                        .formatted(factory.getClass().getName()));
    }

    // How the messages above name things.

    private static String locksOf(String domain) {
        return domain.equals(DomainNames.DEFAULT) ? "locks" : "locks of domain '%s'".formatted(domain);
    }

    private static String databaseOf(String domain) {
        return "the database of "
                + (domain.equals(DomainNames.DEFAULT) ? "the locks" : "lock domain '%s'".formatted(domain));
    }

    static String bean(String domain) {
        return domain.equals(DomainNames.DEFAULT) ? "DataSource" : "@LockDomain(\"%s\") DataSource".formatted(domain);
    }

    static String foundBean(String domain) {
        return "the bean " + bean(domain);
    }

    /**
     * Shows what the driver or the server reported. A failure of this library without such a cause is a missing answer.
     */
    private static String cause(LockException failure) {
        Throwable innermost = Causes.innermost(failure);
        return innermost == failure || innermost.getMessage() == null
                ? "no answer in time"
                : Causes.shown(innermost.getMessage());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.ee.settings.DomainNames;
import io.holdfast.lock.ee.settings.Refusal;
import io.holdfast.lock.ee.settings.UnreadSettings;
import io.holdfast.lock.message.Causes;
import jakarta.enterprise.inject.spi.DeploymentException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;

/** What users read of this package. An id is never used again for something else. */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    /** By which configuration knows the method that {@link Retrying} stands for. */
    static final String RETRIED = "io.holdfast.lock.integration.LockAcquisition/acquire";

    private Messages() {}

    static IllegalStateException stopped() {
        return new IllegalStateException(
                "HOLDFAST-0063: the application has stopped, so no lock is acquired. Stop your threads before");
    }

    static void breakerOpened(String domain, int failures, LockException last) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0066: " + databaseOf(domain) + " could not be reached by " + failures
                        + " attempts in a row, so locks are refused until it answers. Check the database and the network."
                        + " Last cause: " + sentence(last));
    }

    static void breakerClosed(String domain, Duration since) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0067: " + databaseOf(domain) + " answers again; locks had been refused for "
                        + seconds(since));
    }

    static LockUnavailableException refusedByFaultTolerance(Throwable cause) {
        return new LockUnavailableException(
                "HOLDFAST-0068: MicroProfile Fault Tolerance refused to acquire the lock: "
                        + cause.getClass().getSimpleName() + ". Check what is configured for "
                        + RETRIED,
                cause);
    }

    static DeploymentException severalDataSources(String bean) {
        return Refusal.of("HOLDFAST-0080: the application has several beans for " + bean
                + ", so it is not clear in which database the locks live. Qualify all but one of them, or set the JNDI"
                + " name of the data source");
    }

    static void reached(String domain, String dataSource, String database, int namespace) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0101: the " + locks(domain) + " use " + dataSource + ", which leads to " + database
                        + ", namespace " + namespace);
    }

    static void startedWithoutDatabase(String domain, String dataSource, LockException failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0102: the database of " + dataSource
                        + " cannot be asked while the application starts; the " + locks(domain)
                        + " are refused until it can. " + failure.getMessage());
        LOG.log(Level.DEBUG, "The cause of HOLDFAST-0102", failure);
    }

    static DeploymentException unfit(LockException failure) {
        return Refusal.of(new DeploymentException(
                "HOLDFAST-0103: the data source cannot hold locks: " + failure.getMessage(), failure));
    }

    static IllegalStateException closedByContainer() {
        return new IllegalStateException(
                "HOLDFAST-0106: an injected locker belongs to the whole application and is closed by the container; close"
                        + " the handles instead");
    }

    /** The failure is that of a different caller and names that one's key, so it is not the cause. */
    static LockUnavailableException refusedByBreaker(
            String domain, int failures, Duration since, Duration left, LockException last) {
        return new LockUnavailableException(
                "HOLDFAST-0107: " + databaseOf(domain) + " could not be reached by " + failures
                        + " attempts in a row, so locks have been refused for " + seconds(since)
                        + " without asking it; it is asked again " + (left.isZero() ? "now" : "in " + seconds(left))
                        + ". Check the database and try later. Last cause: " + sentence(last),
                null);
    }

    static void dataSourceLater() {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0112: no data source for locks is named while the application starts; it is looked for again at the"
                        + " first use. Set holdfast.datasource, or declare a resource reference java:app/env/jdbc/holdfast, to"
                        + " have it checked at start" + UnreadSettings.hint());
    }

    static void defaultDataSource(String name) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0113: the locks use the default data source " + name + ". Holders that need one of its"
                        + " connections for their work can wait for each other. Give the locks a data source of their own"
                        + " and name it by holdfast.datasource");
    }

    private static String locks(String domain) {
        return domain.equals(DomainNames.DEFAULT) ? "locks" : "locks of domain '" + domain + "'";
    }

    private static String databaseOf(String domain) {
        return "the database of " + (domain.equals(DomainNames.DEFAULT) ? "the locks" : "lock domain '" + domain + "'");
    }

    /** What the driver or the server said; of a failure of ours without such a cause, what kind it is. */
    private static String sentence(LockException failure) {
        Throwable innermost = Causes.innermost(failure);
        return innermost == failure || innermost.getMessage() == null
                ? "no answer in time"
                : Causes.shown(innermost.getMessage());
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() / 1000.0 + " s";
    }
}

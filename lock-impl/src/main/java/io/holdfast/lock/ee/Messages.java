// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockException;
import io.holdfast.lock.LockInfo;
import io.holdfast.lock.LockInterruptedException;
import io.holdfast.lock.LockNotHeldException;
import io.holdfast.lock.LockUnavailableException;
import io.holdfast.lock.event.LockEvent;
import io.holdfast.lock.integration.LockAcquisition;
import io.holdfast.lock.message.Causes;
import io.holdfast.lock.spi.KeyText;
import jakarta.enterprise.inject.spi.DeploymentException;
import jakarta.enterprise.inject.spi.InterceptionType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.net.URL;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.naming.NameNotFoundException;

/** Everything that users of the container layer read. An id is never used again for something else. */
final class Messages {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    static final String USE_PROPERTY =
            "Use a property of it, or a value whose text is the same everywhere: text, a number, an enum, a UUID, or one of"
                    + " java.time";

    private Messages() {}

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

    private static String locks(String domain) {
        return domain.equals(Domain.DEFAULT) ? "locks" : "locks of domain '" + domain + "'";
    }

    static void unreadFile(URL file) {
        LOG.log(Level.WARNING, "HOLDFAST-0075: " + notRead(file));
    }

    private static String notRead(URL file) {
        return "the settings in " + file
                + " are not read, because this server has no MicroProfile Config. Enable it, on Open"
                + " Liberty with the feature mpConfig-3.1; or set them as environment variables or system properties";
    }

    /** Follows a sentence about a setting that is missing. */
    private static String whereSettingsAreRead() {
        return ". In an EAR, settings are read from an EJB jar or a jar in lib, not from a WAR"
                + UnreadSettings.find().stream()
                        .map(file -> ". Note that " + notRead(file))
                        .collect(Collectors.joining());
    }

    static void dataSourceLater() {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0112: no data source for locks is named while the application starts; it is looked for again at the"
                        + " first use. Set holdfast.datasource, or declare a resource reference java:app/env/jdbc/holdfast, to"
                        + " have it checked at start" + whereSettingsAreRead());
    }

    static void observerFailed(LockEvent event, Throwable failure) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0140: an asynchronous observer of " + event.getClass().getSimpleName()
                        + " failed; the lock is not affected. Mend the observer",
                failure);
    }

    /** Without a stack trace: it would say nothing, and hide the message among hundreds of lines of the server's log. */
    static DeploymentException refusal(String message) {
        DeploymentException refusal = new DeploymentException(message);
        refusal.setStackTrace(new StackTraceElement[0]);
        return refusal;
    }

    /** What a caller gets with its cause, for the server's log. */
    static DeploymentException refusal(DeploymentException failure) {
        LOG.log(Level.DEBUG, "The cause of the refusal", failure);
        return refusal(failure.getMessage());
    }

    static DeploymentException unfit(LockException failure) {
        return refusal(new DeploymentException(
                "HOLDFAST-0103: the data source cannot hold locks: " + failure.getMessage(), failure));
    }

    static DeploymentException noDataSource(List<String> names, Throwable cause) {
        return new DeploymentException(
                "HOLDFAST-0104: no data source is bound to " + String.join(" or ", names)
                        + ". Set holdfast.datasource to the JNDI name of a PostgreSQL data source, or declare a resource"
                        + " reference java:app/env/jdbc/holdfast" + whereSettingsAreRead()
                        + (cause == null || cause instanceof NameNotFoundException
                                ? ""
                                : ". Cause: " + Causes.withoutCredentials(cause.toString())),
                cause);
    }

    static DeploymentException severalDataSources(String bean) {
        return refusal("HOLDFAST-0080: the application has several beans for " + bean
                + ", so it is not clear in which database the locks live. Qualify all but one of them, or set the JNDI"
                + " name of the data source");
    }

    static DeploymentException badSetting(String name, String value, String expected) {
        return refusal("HOLDFAST-0105: " + name + " must be " + expected + ": '" + value + "'");
    }

    static DeploymentException badDomain(String domain) {
        return refusal("HOLDFAST-0050: '" + domain
                + "' cannot be a lock domain. Use lower-case words of letters and digits with hyphens between them, none of them "
                + String.join(" or ", LockDomains.RESERVED));
    }

    static DeploymentException domainWithoutDataSource(String domain, Set<String> domains) {
        return refusal("HOLDFAST-0051: lock domain '" + domain + "' has no data source. Set "
                + Settings.prefix(domain) + Settings.DATA_SOURCE
                + " to the JNDI name of one, or correct the name of the domain; those that are named by the application or its"
                + " settings are " + domains);
    }

    static IllegalStateException badCombination(Method method, String lockName, String problem, String remedy) {
        return new IllegalStateException("HOLDFAST-0052: @Locked on " + method
                + " does not go with what is set for locks of the name " + KeyText.of(lockName) + ": " + problem + ". "
                + remedy);
    }

    static void unknownSetting(String name, String nearest) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0130: " + name + " is not a setting, so its value has no effect. Did you mean " + nearest
                        + "?");
    }

    static DeploymentException interceptorMissing(InterceptionType type) {
        return refusal("HOLDFAST-0111: the interceptor of @Locked is not active for " + type
                + ", so methods would run without their locks. Have one lock-api and one lock-impl, of the same version, in the"
                + " EAR's lib or the WAR's WEB-INF/lib, and look for WELD-000119 in the server's log");
    }

    static IllegalStateException stopped() {
        return new IllegalStateException(
                "HOLDFAST-0063: the application has stopped, so no lock is acquired. Stop your threads before");
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
                        + LockAcquisition.class.getName() + "/acquire",
                cause);
    }

    private static String databaseOf(String domain) {
        return "the database of " + (domain.equals(Domain.DEFAULT) ? "the locks" : "lock domain '" + domain + "'");
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

    static LockInterruptedException interrupted(String key, InterruptedException cause) {
        return new LockInterruptedException(
                "HOLDFAST-0108: the thread was interrupted while it waited for lock " + KeyText.of(key)
                        + "; the method has not run",
                cause);
    }

    /** For a method that declares it, with the same words. */
    static InterruptedException interruptedAsDeclared(String key, InterruptedException cause) {
        InterruptedException interrupted =
                new InterruptedException(interrupted(key, cause).getMessage());
        interrupted.initCause(cause);
        return interrupted;
    }

    static IllegalStateException notKept(String key, RuntimeException cause) {
        return new IllegalStateException(
                "HOLDFAST-0060: a transaction that was begun in a @Locked method is still open at the end of the method, and"
                        + " cannot keep lock " + KeyText.of(key)
                        + " until it ends, so it was marked for rollback. Commit it"
                        + " or roll it back in the method",
                cause);
    }

    static IllegalStateException transactionEnded(String key) {
        return new IllegalStateException(
                "HOLDFAST-0061: the caller's transaction timed out, was marked for rollback or ended"
                        + " while the thread waited for lock " + KeyText.of(key) + "; the method has not run");
    }

    static void transactionsNotSeen() {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0062: neither JNDI nor CDI has a TransactionSynchronizationRegistry, so transactions are not seen:"
                        + " a lock is released when its method ends, even if the caller's transaction is still open. Provide one"
                        + " as a CDI bean, or do not call @Locked methods inside transactions");
    }

    static IllegalStateException notUpgradable(String key) {
        return new IllegalStateException("HOLDFAST-0109: this transaction holds lock " + KeyText.of(key)
                + " in SHARED mode, which cannot become EXCLUSIVE:"
                + " two that try would wait for each other. Acquire it in EXCLUSIVE mode first");
    }

    static IllegalStateException notFenced(String key) {
        return new IllegalStateException("HOLDFAST-0114: this transaction holds lock " + KeyText.of(key)
                + " without a fencing token, which cannot be made later. Ask for the token where the lock is acquired"
                + " first");
    }

    static IllegalStateException noTransaction(String key) {
        return new IllegalStateException("HOLDFAST-0115: lock " + KeyText.of(key)
                + " of scope TRANSACTION was asked for where no transaction is active. Call it from an EJB with a"
                + " container-managed transaction or a @Transactional method, or use scope SESSION");
    }

    static IllegalStateException heldInTransaction(String key) {
        return new IllegalStateException("HOLDFAST-0116: this transaction holds lock " + KeyText.of(key)
                + " in scope TRANSACTION and would wait for itself in scope SESSION. Use one scope for one key");
    }

    static LockNotHeldException gone(String key) {
        return new LockNotHeldException(
                "HOLDFAST-0042: lock " + KeyText.of(key)
                        + " is lost, or its ttl has passed, so that somebody else may hold it. Roll back what"
                        + " was done under it",
                null);
    }

    static LockNotHeldException shareReleased(String key) {
        return new LockNotHeldException(
                "HOLDFAST-0118: lock " + KeyText.of(key)
                        + " was released through this handle before; the transaction may hold it until"
                        + " it completes",
                null);
    }

    /**
     * A mistake that shows without a call.
     *
     * @param problem without a full stop
     * @param remedy a sentence
     */
    static IllegalStateException badAnnotation(AnnotatedElement where, String problem, String remedy) {
        return new IllegalStateException("HOLDFAST-0110: @Locked on " + where + ": " + problem + ". " + remedy);
    }

    static void overrideWithoutAnnotation(Method overriding, Method annotated) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0054: " + overriding + " overrides " + annotated
                        + " without its @Locked, which is not inherited, so it runs without the lock. Put @Locked on it, too");
    }

    static IllegalStateException keyValueIsNull(Method method, String what) {
        return new IllegalStateException("HOLDFAST-0032: the key of @Locked on " + method + " needs " + what
                + ", which is null; the method has not run. Check the argument before the call, or let an expression compare it"
                + " with null, as in #{id == null ? 'none' : id}");
    }

    static IllegalStateException keyValueHasNoText(Method method, String what, Class<?> type, String reason) {
        return new IllegalStateException("HOLDFAST-0033: the key of @Locked on " + method + " needs " + what
                + ", but a value of " + type.getName() + " cannot be part of a key: " + reason + ". " + USE_PROPERTY
                + ". The method has not run");
    }

    static IllegalStateException keyExpressionFailed(Method method, String expression, Throwable cause) {
        return new IllegalStateException(
                "HOLDFAST-0034: the key of @Locked on " + method + " needs " + expression
                        + ", which could not be evaluated; the method has not run. See the cause",
                cause);
    }

    static IllegalStateException badKey(Method method, IllegalArgumentException cause) {
        return new IllegalStateException(
                "HOLDFAST-0035: the key of @Locked on " + method + " cannot be used for this call: "
                        + cause.getMessage() + ". The method has not run",
                cause);
    }

    static IllegalStateException notUpgradableInCall(String key) {
        return new IllegalStateException(
                "HOLDFAST-0036: a @Locked method that this one is called by holds lock " + KeyText.of(key)
                        + " in SHARED mode, which cannot become EXCLUSIVE: it would wait for itself. Let the outer one ask"
                        + " for EXCLUSIVE mode");
    }

    static IllegalStateException heldInOtherTransaction(String key) {
        return new IllegalStateException("HOLDFAST-0041: lock " + KeyText.of(key)
                + " is held by a @Locked method that this one is called by, or for the"
                + " transaction of the caller, but this one runs in another transaction and would not see the work of"
                + " that one. Let this one join that transaction, or lock in one of them only");
    }

    static IllegalStateException notFencedInCall(String key) {
        return new IllegalStateException(
                "HOLDFAST-0037: a @Locked method that this one is called by holds lock " + KeyText.of(key)
                        + " without a fencing token, which cannot be made later. Let the outer one ask for the token");
    }

    static LockNotHeldException lostInCall(String key) {
        return new LockNotHeldException(
                "HOLDFAST-0038: the lock " + KeyText.of(key)
                        + " of a @Locked method that this one is called by is lost, or its ttl has"
                        + " passed; the method has not run",
                null);
    }

    static IllegalStateException noCurrentLock() {
        return new IllegalStateException(
                "HOLDFAST-0039: the calling thread is in no @Locked method, so there is no current"
                        + " lock. Call it on the method's own thread; elsewhere use the handles of a Locker");
    }

    static IllegalStateException severalTokens(int keys) {
        return new IllegalStateException("HOLDFAST-0040: the method has " + keys
                + " locks, each with a fencing token of its own. Have one key, or use Locker.acquireAll");
    }

    static void refused(Class<?> type, RuntimeException cause) {
        LOG.log(
                Level.INFO,
                "HOLDFAST-0119: the server has " + type.getName()
                        + " but does not give it, so nothing about locks goes there."
                        + " That is as it should be if it is switched off; else see the cause: " + cause);
        LOG.log(Level.DEBUG, "The cause of HOLDFAST-0119", cause);
    }

    static void listenerNotMade(Class<?> listener, String api, Throwable cause) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0076: " + listener.getName() + " could not be made, so it reports nothing about locks to "
                        + api
                        + " until the application starts again. See the cause, and check that the server's version of that"
                        + " API is one that Holdfast is tested with",
                cause);
    }

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

    static void defaultDataSource(String name) {
        LOG.log(
                Level.WARNING,
                "HOLDFAST-0113: the locks use the default data source " + name + ". Holders that need one of its"
                        + " connections for their work can wait for each other. Give the locks a data source of their own"
                        + " and name it by holdfast.datasource");
    }
}

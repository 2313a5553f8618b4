// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import io.holdfast.lock.LockAdmin;
import io.holdfast.lock.LockDomain;
import io.holdfast.lock.Locker;
import io.holdfast.lock.spi.LockListener;
import io.holdfast.lock.spi.LockerFactory;
import jakarta.annotation.Priority;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import jakarta.interceptor.Interceptor;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.stream.Collectors;

/**
 * A CDI alternative for tests that puts locks in memory under {@link io.holdfast.lock.Locked} methods and injected
 * lockers, in every {@link LockDomain}. The application needs no database and no data source. Add the class to the
 * beans of the test, and inject it to see and change the locks:
 *
 * <pre>{@code
 * SeContainer application = SeContainerInitializer.newInstance()
 *         .addBeanClasses(InMemoryLocking.class, Reports.class)
 *         .initialize();
 * InMemoryLocking locking = application.select(InMemoryLocking.class).get();
 * }</pre>
 *
 * <p>{@code lock-testkit} on the class path alone changes nothing: it contains no bean archive, and this class has no
 * annotation by which a container finds beans. Where no bean classes can be listed, as in a server, a bean of the test
 * produces it:
 *
 * <pre>{@code
 * @ApplicationScoped
 * public class TestLocks {
 *     @Produces
 *     @jakarta.inject.Singleton
 *     InMemoryLocking locking() {
 *         return new InMemoryLocking();
 *     }
 * }
 * }</pre>
 *
 * <p>Everything that the annotation promises remains, because {@code lock-impl} runs the methods: keys, waits,
 * {@code ifBusy}, {@code minHold}, ttl, fencing tokens, re-entry, {@link io.holdfast.lock.CurrentLock}, settings and
 * transactions. A lock of {@link io.holdfast.lock.LockScope#TRANSACTION} is kept until its transaction has completed,
 * but its handle accepts {@code refresh}. {@link InMemoryLocker} documents what is not simulated.
 *
 * <p>Each domain has locks of its own, as if each had a database of its own. Thread-safe.
 *
 * @since 0.1.0
 */
@Alternative
@Priority(Interceptor.Priority.APPLICATION)
@Singleton
public class InMemoryLocking implements LockerFactory {

    private static final String DEFAULT_DOMAIN = "";

    /**
     * The locks of one domain.
     *
     * @param locks the locks
     * @param namespace the namespace of the application's lockers
     */
    private record Domain(InMemoryLocks locks, int namespace) {}

    private final Map<String, Domain> domains = new ConcurrentSkipListMap<>();

    /** Creates an object without any locks; the container does that as well. */
    public InMemoryLocking() {}

    /**
     * Returns the locks of the default domain.
     *
     * @return the locks, which are the same at every call
     * @throws IllegalStateException if the application has not started
     */
    public InMemoryLocks locks() {
        return locks(DEFAULT_DOMAIN);
    }

    /**
     * Returns the locks of a domain.
     *
     * @param domain the name of a {@link LockDomain}
     * @return the locks, which are the same at every call
     * @throws IllegalArgumentException if the application has no such domain
     * @throws IllegalStateException if the application has not started
     */
    public InMemoryLocks locks(String domain) {
        return domain(domain).locks();
    }

    /**
     * Creates a locker like the one of another server with the same application. It excludes the application's locker
     * of the default domain, so a test can hold a key from outside.
     *
     * @return a new locker, which has the namespace of the application
     * @throws IllegalStateException if the application has not started
     */
    public Locker anotherServer() {
        return anotherServer(DEFAULT_DOMAIN);
    }

    /**
     * Creates a locker like the one of another server with the same application, in a domain.
     *
     * @param domain the name of a {@link LockDomain}
     * @return a new locker, which has the namespace of the domain
     * @throws IllegalArgumentException if the application has no such domain
     * @throws IllegalStateException if the application has not started
     */
    public Locker anotherServer(String domain) {
        Domain found = domain(domain);
        return found.locks().newLocker(found.namespace());
    }

    private Domain domain(String name) {
        Objects.requireNonNull(name, "domain");
        if (domains.isEmpty()) {
            throw new IllegalStateException("the application has not started, so it has no locks yet");
        }
        Domain domain = domains.get(name);
        if (domain == null) {
            throw new IllegalArgumentException(
                    "the application has no lock domain '" + name + "', but only " + shownDomains());
        }
        return domain;
    }

    private String shownDomains() {
        return domains.keySet().stream()
                .map(name -> name.equals(DEFAULT_DOMAIN) ? "the default one" : "'" + name + "'")
                .collect(Collectors.joining(", "));
    }

    /**
     * Ends every lock and every wait in all domains, and turns locking on: see {@link InMemoryLocks#reset}. To be
     * called between tests that share an application.
     */
    public void reset() {
        domains.values().forEach(domain -> domain.locks().reset());
    }

    /**
     * Creates the locker of a domain; for {@code lock-impl}.
     *
     * @param domain the name of the domain
     * @param namespace the namespace of the domain
     * @param listeners what the locker notifies
     * @return a new locker on the locks of the domain
     */
    @Override
    public Locker newLocker(String domain, int namespace, List<LockListener> listeners) {
        return created(domain, namespace).locks().newLocker(namespace, listeners.toArray(new LockListener[0]));
    }

    /**
     * Creates the administration of a domain; for {@code lock-impl}.
     *
     * @param domain the name of the domain
     * @param namespace the namespace of the domain
     * @return what shows the locks of the domain
     */
    @Override
    public LockAdmin newAdmin(String domain, int namespace) {
        return created(domain, namespace).locks().newAdmin(namespace);
    }

    private Domain created(String domain, int namespace) {
        return domains.computeIfAbsent(domain, name -> new Domain(new InMemoryLocks(), namespace));
    }
}

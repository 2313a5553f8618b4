// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.LockKey;
import io.holdfast.lock.Locked;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.spi.AfterBeanDiscovery;
import jakarta.enterprise.inject.spi.AfterDeploymentValidation;
import jakarta.enterprise.inject.spi.Extension;
import jakarta.enterprise.inject.spi.ProcessAnnotatedType;
import jakarta.enterprise.inject.spi.ProcessInjectionTarget;
import jakarta.enterprise.inject.spi.WithAnnotations;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Fails the deployment of an application that has a wrong {@link Locked}. Looks at every class that the container discovers as
 * a bean, and at components that are none, as message-driven beans, when it prepares their injection.
 *
 * @see <a href="https://jakarta.ee/specifications/cdi/4.0/">Jakarta CDI 4.0</a>, "Container lifecycle events"
 */
public class LockedExtension implements Extension {

    private static final Logger LOG = System.getLogger("io.holdfast.lock");

    /** Open Liberty goes on to prepare components while the application starts. */
    private final Set<Class<?>> checked = ConcurrentHashMap.newKeySet();

    private final Set<String> problems = ConcurrentHashMap.newKeySet();
    private final List<LockedTarget> targets = new CopyOnWriteArrayList<>();

    /** For the container. */
    public LockedExtension() {
        // Nothing to set up.
    }

    void check(@Observes @WithAnnotations({Locked.class, LockKey.class}) ProcessAnnotatedType<?> event) {
        check(event.getAnnotatedType().getJavaClass());
    }

    void check(@Observes ProcessInjectionTarget<?> event) {
        check(event.getAnnotatedType().getJavaClass());
    }

    private void check(Class<?> type) {
        if (!checked.add(type)) {
            return;
        }
        try {
            LockedChecks checks = LockedChecks.of(type);
            problems.addAll(checks.problems());
            targets.addAll(checks.targets());
        } catch (LinkageError e) {
            // A class whose types the server lacks is no bean: the container drops it, or tells it.
            LOG.log(Level.DEBUG, type + " cannot be looked at", e);
        }
    }

    void tell(@Observes AfterBeanDiscovery event) {
        failDeployment(event::addDefinitionError);
    }

    /** What was found since then. */
    void tell(@Observes AfterDeploymentValidation event) {
        failDeployment(event::addDeploymentProblem);
    }

    /** The first mistake is told that shows only with what is set for the locks. */
    void check(Function<String, Settings> settingsOfDomain) {
        for (LockedTarget target : targets) {
            try {
                target.parse(settingsOfDomain);
            } catch (IllegalStateException e) {
                throw Messages.refusal(e.getMessage());
            }
        }
    }

    private void failDeployment(Consumer<Throwable> add) {
        if (!problems.isEmpty()) {
            add.accept(Messages.refusal(String.join("\n", new TreeSet<>(problems))));
            problems.clear();
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jboss.arquillian.config.descriptor.api.ArquillianDescriptor;
import org.jboss.arquillian.container.spi.client.container.DeployableContainer;
import org.jboss.arquillian.core.api.InstanceProducer;
import org.jboss.arquillian.core.api.annotation.ApplicationScoped;
import org.jboss.arquillian.core.api.annotation.Inject;
import org.jboss.arquillian.core.api.annotation.Observes;
import org.jboss.arquillian.core.spi.LoadableExtension;
import org.jboss.arquillian.core.spi.ServiceLoader;

/** Gives each container of arquillian.xml, in their order there, its own adapter: Arquillian itself takes only one for all. */
public final class Adapters implements LoadableExtension {

    private static final List<String> IN_ORDER = List.of(
            "org.jboss.as.arquillian.container.managed.ManagedDeployableContainer",
            "org.omnifaces.arquillian.container.glassfish.managed.GlassFishManagedDeployableContainer",
            "io.openliberty.arquillian.managed.WLPManagedContainer");

    @Inject
    @ApplicationScoped
    private InstanceProducer<ServiceLoader> services;

    @Override
    public void register(ExtensionBuilder builder) {
        builder.observer(Adapters.class);
    }

    /** Before the containers are made of it. */
    public void replaceServices(@Observes(precedence = 1) ArquillianDescriptor descriptor) {
        services.set(new Services(services.get(), new ArrayDeque<>(IN_ORDER)));
    }

    private record Services(ServiceLoader all, Deque<String> adapters) implements ServiceLoader {

        @Override
        public <T> Collection<T> all(Class<T> type) {
            return all.all(type);
        }

        @Override
        public <T> T onlyOne(Class<T> type) {
            if (type != DeployableContainer.class) {
                return all.onlyOne(type);
            }
            String adapter = adapters.remove();
            return all.all(type).stream()
                    .filter(container -> container.getClass().getName().equals(adapter))
                    .findFirst()
                    .orElseThrow();
        }

        @Override
        public <T> T onlyOne(Class<T> type, Class<? extends T> byDefault) {
            return all.onlyOne(type, byDefault);
        }
    }
}

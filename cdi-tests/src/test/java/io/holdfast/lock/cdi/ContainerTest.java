// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.enterprise.inject.se.SeContainer;
import jakarta.enterprise.inject.se.SeContainerInitializer;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** An application in a CDI container of its own, without a server, JNDI, or any other API of a server. */
abstract class ContainerTest {

    private static final Logger ROOT = Logger.getLogger("");

    private final ClassLoader original = Thread.currentThread().getContextClassLoader();
    private final Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    private final Queue<String> messages = new ConcurrentLinkedQueue<>();
    private final Handler recorder = new Handler() {

        @Override
        public void publish(LogRecord message) {
            messages.add(String.valueOf(message.getMessage()));
            if (message.getThrown() != null) {
                thrown.add(message.getThrown());
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            // Nothing to close.
        }
    };

    /** OpenWebBeans knows containers by the class loader of the thread, and keeps those that failed to start. */
    @BeforeEach
    void separateContainers() {
        Thread.currentThread().setContextClassLoader(new URLClassLoader(new URL[0], original));
        ROOT.addHandler(recorder);
    }

    @AfterEach
    void endSeparation() {
        ROOT.removeHandler(recorder);
        Thread.currentThread().setContextClassLoader(original);
    }

    /** The application consists of these classes and the library. */
    SeContainer start(Class<?>... classes) {
        return SeContainerInitializer.newInstance().addBeanClasses(classes).initialize();
    }

    /** What the container reports, by its exception or in the log. */
    String refusalOf(Class<?>... classes) {
        return refusalOf(SeContainerInitializer.newInstance().addBeanClasses(classes));
    }

    String refusalOf(SeContainerInitializer application) {
        thrown.add(assertThrows(
                RuntimeException.class, () -> application.initialize().close()));
        return failures().stream()
                .map(failure -> String.valueOf(failure.getMessage()))
                .collect(Collectors.joining("\n"));
    }

    /** The messages in the log that contain this. */
    List<String> logged(String part) {
        return messages.stream().filter(message -> message.contains(part)).toList();
    }

    /** All that were thrown or logged, with their causes. */
    Set<Throwable> failures() {
        Set<Throwable> all = Collections.newSetFromMap(new IdentityHashMap<>());
        thrown.forEach(failure -> addTo(all, failure));
        return all;
    }

    private static void addTo(Set<Throwable> all, Throwable failure) {
        if (failure != null && all.add(failure)) {
            addTo(all, failure.getCause());
            List.of(failure.getSuppressed()).forEach(suppressed -> addTo(all, suppressed));
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The class loaders of the deployments that have this class, remembered, weakly, until the observer ends. A deployment has two if
 * the jars in the EAR's lib have one of their own.
 */
@WebListener
public class Loaders implements ServletContextListener {

    private static final String PROPERTY = "holdfast.test.loaders.";
    private static final List<String> IN_LIB =
            List.of("io.holdfast.lock.postgres.PostgresLocker", "io.holdfast.lock.it.beans.RetryingBean");

    @Override
    public void contextInitialized(ServletContextEvent event) {
        List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
        loaders.add(new WeakReference<>(getClass().getClassLoader()));
        for (String name : IN_LIB) {
            try {
                loaders.add(new WeakReference<>(Class.forName(name).getClassLoader()));
            } catch (ClassNotFoundException e) {
                event.getServletContext().log("not in this deployment: " + e);
            }
        }
        String application = event.getServletContext().getContextPath().substring(1);
        deployments(application).add(loaders);
    }

    /** Payara's message broker does not start while a system property is anything but a string. */
    static void forget() {
        System.getProperties().keySet().removeIf(name -> name.toString().startsWith(PROPERTY));
    }

    /** How many deployments of the application still have a class loader in memory. */
    static long inMemory(String application) {
        return deployments(application).stream()
                .filter(loaders -> loaders.stream().anyMatch(loader -> loader.get() != null))
                .count();
    }

    /** Of types of the JDK only, so that it keeps no deployment itself. */
    @SuppressWarnings("unchecked")
    private static List<List<WeakReference<ClassLoader>>> deployments(String application) {
        return (List<List<WeakReference<ClassLoader>>>)
                System.getProperties().computeIfAbsent(PROPERTY + application, name -> new CopyOnWriteArrayList<>());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.demo;

import java.lang.reflect.Field;
import java.util.List;
import java.util.Map;

/**
 * What the Maven that this class runs in writes to the console. Maven has no interface for this, so it is done to the loggers
 * of Maven 3. Another Maven keeps writing as it did, and so does one whose command line chose a level.
 */
final class MavenOutput {

    private static final String LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";
    private static final int ERROR = 40;
    private static final int OFF = 50;

    /** Those that were there before this one. */
    private List<?> loggers = List.of();

    /** Does what {@code mvn -q} does. */
    void showErrorsOnly() {
        if (!System.getProperty(LEVEL, "info").equals("info")) {
            return;
        }
        try {
            Object factory = Class.forName("org.slf4j.LoggerFactory")
                    .getMethod("getILoggerFactory")
                    .invoke(null);
            ClassLoader loader = factory.getClass().getClassLoader();
            Field map = loader.loadClass("org.slf4j.impl.SimpleLoggerFactory").getDeclaredField("loggerMap");
            map.setAccessible(true);
            loggers = List.copyOf(((Map<?, ?>) map.get(factory)).values());
            limit(ERROR);
            // The loggers that are made from now on.
            System.setProperty(LEVEL, "error");
            loader.loadClass("org.slf4j.impl.MavenSlf4jSimpleFriend")
                    .getMethod("init")
                    .invoke(null);
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.out.println("This Maven writes more than is needed: " + e);
        }
    }

    /** Lets Maven end without a word, where {@link #showErrorsOnly} has had an effect. */
    void showNothing() {
        try {
            limit(OFF);
        } catch (ReflectiveOperationException | RuntimeException e) {
            System.out.println("This Maven writes more than is needed: " + e);
        }
    }

    private void limit(int level) throws ReflectiveOperationException {
        for (Object logger : loggers) {
            Field current = logger.getClass().getSuperclass().getDeclaredField("currentLogLevel");
            current.setAccessible(true);
            current.setInt(logger, level);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.key;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.util.Calendar;
import java.util.Collection;
import java.util.Currency;
import java.util.Date;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.BaseStream;

/**
 * Decides which values can be part of a key: those whose text is the same in every JVM. Of the classes of the JDK this is a closed
 * set; other classes need a {@code toString()} of their own, which is trusted.
 */
final class KeyValues {

    /** What extends or implements one of them is accepted, too. */
    private static final List<Class<?>> ACCEPTED = List.of(
            CharSequence.class,
            Number.class,
            Boolean.class,
            Character.class,
            Enum.class,
            UUID.class,
            URI.class,
            Locale.class,
            Currency.class);

    /** Even if a subclass has a {@code toString()} of its own: the order, the time zone or the content is not the same everywhere. */
    private static final List<Class<?>> REFUSED = List.of(
            Collection.class,
            Map.class,
            Map.Entry.class,
            Iterator.class,
            BaseStream.class,
            Future.class,
            CompletionStage.class,
            AtomicReference.class,
            Date.class,
            Calendar.class,
            TimeZone.class);

    private static final String NO_TEXT = "it has no toString() of its own, so its text is different in every JVM";
    private static final String UNSTABLE = "its text can be different in every JVM";

    private static final String OTHER_THAN_NAME =
            "the enum has a toString() of its own, which would be the text here; elsewhere in keys it is the name(). Write name()";

    private KeyValues() {}

    /** Enums by their names, as Expression Language has it. */
    static String text(Object value) {
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }

    /** Why this value cannot be part of a key; null if it can be. */
    static String refusal(Object value) {
        Class<?> type = value.getClass();
        String reason = refusal(type);
        if (reason != null || !showsComponents(type)) {
            return reason;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            Object shown;
            try {
                shown = read(component, value);
            } catch (ReflectiveOperationException e) {
                return "its component " + component.getName() + " cannot be read (" + e + ")";
            }
            reason = shown == null ? null : ofComponent(component, refusalOfShown(shown), shown.getClass());
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** The same, where not {@link #text} but the {@code toString()} of the value shows it. */
    static String refusalOfShown(Object value) {
        return isOtherThanName(value.getClass()) ? OTHER_THAN_NAME : refusal(value);
    }

    private static boolean isOtherThanName(Class<?> type) {
        return Enum.class.isAssignableFrom(type) && Enum.class != type && whoShows(type) != Enum.class;
    }

    /** Why no value of this declared type can be part of a key; null if some can be. */
    static String refusalOfDeclared(Class<?> type) {
        return refusalOfDeclared(type, new HashSet<>());
    }

    private static String refusalOfDeclared(Class<?> type, Set<Class<?>> seen) {
        if (type.isPrimitive() || !seen.add(type)) {
            return null;
        }
        String reason = isDecided(type) ? refusal(type) : null;
        if (reason != null || !showsComponents(type)) {
            return reason;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> shown = component.getType();
            reason = ofComponent(
                    component, isOtherThanName(shown) ? OTHER_THAN_NAME : refusalOfDeclared(shown, seen), shown);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** Whether subclasses are what this type is. Classes of the JDK are not extended to be keys. */
    private static boolean isDecided(Class<?> type) {
        int modifiers = type.getModifiers();
        boolean isAbstract = type.isInterface() || Modifier.isAbstract(modifiers) || type == Object.class;
        return Modifier.isFinal(modifiers) || isRefused(type) || !isAbstract && isOfJdk(type);
    }

    private static String refusal(Class<?> type) {
        if (type.isArray()) {
            return NO_TEXT;
        }
        if (isRefused(type) || Proxy.isProxyClass(type) || type.isHidden()) {
            return UNSTABLE;
        }
        if (Enum.class.isAssignableFrom(type)) {
            return null;
        }
        Class<?> shows = whoShows(type);
        if (!isOfJdk(shows)) {
            return null;
        }
        return shows == Object.class ? NO_TEXT : isAccepted(shows) ? null : UNSTABLE;
    }

    private static boolean isRefused(Class<?> type) {
        return REFUSED.stream().anyMatch(refused -> refused.isAssignableFrom(type));
    }

    private static boolean isAccepted(Class<?> type) {
        return type.getPackageName().startsWith("java.time")
                || ACCEPTED.stream().anyMatch(accepted -> accepted.isAssignableFrom(type));
    }

    /** Whose {@code toString()} it is. Not that of a class that a container or ORM has made, which only delegates. */
    private static Class<?> whoShows(Class<?> type) {
        Class<?> written = type;
        while (isGenerated(written)) {
            written = written.getSuperclass();
        }
        try {
            return written.getMethod("toString").getDeclaringClass();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has it", e);
        }
    }

    private static boolean isGenerated(Class<?> type) {
        return type.isSynthetic()
                || type.getName().contains("$$")
                || type.getName().contains("$HibernateProxy$");
    }

    private static boolean isOfJdk(Class<?> type) {
        ClassLoader loader = type.getClassLoader();
        return loader == null || loader == ClassLoader.getPlatformClassLoader();
    }

    /** The {@code toString()} that compilers add to a record is final; one that somebody wrote is trusted. */
    private static boolean showsComponents(Class<?> type) {
        try {
            return type.isRecord()
                    && Modifier.isFinal(type.getMethod("toString").getModifiers());
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has it", e);
        }
    }

    /** From the field, as the {@code toString()} does; where a module does not open it, from the accessor. */
    private static Object read(RecordComponent component, Object value) throws ReflectiveOperationException {
        Field field = component.getDeclaringRecord().getDeclaredField(component.getName());
        return field.trySetAccessible()
                ? field.get(value)
                : component.getAccessor().invoke(value);
    }

    private static String ofComponent(RecordComponent component, String reason, Class<?> type) {
        return reason == null
                ? null
                : "its component " + component.getName() + " is of " + type.getName() + ": " + reason;
    }
}

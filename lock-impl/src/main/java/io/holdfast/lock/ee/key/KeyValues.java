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
import org.jspecify.annotations.Nullable;

/**
 * Decides which values can be part of a key: those whose text is the same in every JVM. Of the classes of the JDK, a
 * closed set is accepted. Other classes need a {@code toString()} of their own, which is trusted.
 */
final class KeyValues {

    /** Accepted, with all classes that extend or implement one of them. */
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

    /**
     * Refused, even if a subclass has a {@code toString()} of its own, because the order, the time zone or the content
     * is not the same everywhere.
     */
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

    private KeyValues() {}

    /** Returns the text of a value. That of an enum is its name, as in Expression Language. */
    static String text(Object value) {
        return value instanceof Enum<?> constant ? constant.name() : value.toString();
    }

    /** Returns why this value cannot be part of a key; null if it can be. */
    static @Nullable String refusal(Object value) {
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
                return Messages.unreadable(component, e);
            }
            reason = shown == null ? null : ofComponent(component, refusalOfShown(shown), shown.getClass());
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /** Returns the same for a place where the {@code toString()} of the value is its text, instead of {@link #text}. */
    static @Nullable String refusalOfShown(Object value) {
        return isOtherThanName(value.getClass()) ? Messages.OTHER_THAN_NAME : refusal(value);
    }

    private static boolean isOtherThanName(Class<?> type) {
        return Enum.class.isAssignableFrom(type) && Enum.class != type && classThatShows(type) != Enum.class;
    }

    /** Returns why no value of this declared type can be part of a key; null if some can be. */
    static @Nullable String refusalOfDeclared(Class<?> type) {
        return refusalOfDeclared(type, new HashSet<>());
    }

    private static @Nullable String refusalOfDeclared(Class<?> type, Set<Class<?>> seen) {
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
                    component,
                    isOtherThanName(shown) ? Messages.OTHER_THAN_NAME : refusalOfDeclared(shown, seen),
                    shown);
            if (reason != null) {
                return reason;
            }
        }
        return null;
    }

    /**
     * Whether all values of this declared type have the same answer. Classes of the JDK are not extended to be keys.
     */
    private static boolean isDecided(Class<?> type) {
        int modifiers = type.getModifiers();
        boolean isAbstract = type.isInterface() || Modifier.isAbstract(modifiers) || type == Object.class;
        return Modifier.isFinal(modifiers) || isRefused(type) || !isAbstract && isOfJdk(type);
    }

    private static @Nullable String refusal(Class<?> type) {
        if (type.isArray()) {
            return Messages.NO_TEXT;
        }
        if (isRefused(type) || Proxy.isProxyClass(type) || type.isHidden()) {
            return Messages.UNSTABLE;
        }
        if (Enum.class.isAssignableFrom(type)) {
            return null;
        }
        Class<?> shows = classThatShows(type);
        if (!isOfJdk(shows)) {
            return null;
        }
        return shows == Object.class ? Messages.NO_TEXT : isAccepted(shows) ? null : Messages.UNSTABLE;
    }

    private static boolean isRefused(Class<?> type) {
        return REFUSED.stream().anyMatch(refused -> refused.isAssignableFrom(type));
    }

    private static boolean isAccepted(Class<?> type) {
        return type.getPackageName().startsWith("java.time")
                || ACCEPTED.stream().anyMatch(accepted -> accepted.isAssignableFrom(type));
    }

    /**
     * Returns the class whose {@code toString()} it is. A class that a container or ORM has generated does not count,
     * because it only delegates.
     */
    private static Class<?> classThatShows(Class<?> type) {
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

    /**
     * Whether the {@code toString()} is the one that the compiler adds to a record, which is final. One that somebody
     * wrote is trusted.
     */
    private static boolean showsComponents(Class<?> type) {
        try {
            return type.isRecord()
                    && Modifier.isFinal(type.getMethod("toString").getModifiers());
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("every class has it", e);
        }
    }

    /**
     * Reads the field, as the {@code toString()} does, or calls the accessor where a module does not open the field.
     */
    private static @Nullable Object read(RecordComponent component, Object value) throws ReflectiveOperationException {
        Field field = component.getDeclaringRecord().getDeclaredField(component.getName());
        return field.trySetAccessible()
                ? field.get(value)
                : component.getAccessor().invoke(value);
    }

    private static @Nullable String ofComponent(RecordComponent component, @Nullable String reason, Class<?> type) {
        return reason == null ? null : Messages.component(component, type, reason);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.key.KeyTemplate;
import io.holdfast.lock.ee.key.MistakeException;
import io.holdfast.lock.ee.settings.LockSettings;
import io.holdfast.lock.ee.settings.Settings;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses a method with its annotation, and checks everything that can be checked without a call. */
final class LockedMethodParser {

    /** The key of prototypes, which stands for any key. */
    private static final String ANY_KEY = "key";

    private final Class<?> beanClass;
    private final Method method;
    private final Locked locked;

    /** The settings of the domain. */
    private final Settings settings;

    private LockedMethodParser(Class<?> beanClass, Method method, Locked locked, Settings settings) {
        this.beanClass = beanClass;
        this.method = method;
        this.locked = locked;
        this.settings = settings;
    }

    /**
     * Parses a method by its own annotations, or else by those of its class.
     *
     * @throws IllegalStateException if the annotation cannot be used; it names the method
     */
    static LockedMethod parse(LockedTarget target, Function<String, Settings> settingsOfDomain) {
        Method method = target.method();
        Locked locked = find(method, method.getAnnotations(), target.beanClass().getAnnotations());
        if (locked == null) {
            throw Messages.badAnnotation(method, Mistakes.NOWHERE);
        }
        return parse(target, locked, settingsOfDomain.apply(locked.domain()));
    }

    /**
     * Parses a method with this annotation.
     *
     * @throws IllegalStateException if the annotation cannot be used; it names the method
     */
    static LockedMethod parse(LockedTarget target, Locked locked, Settings settings) {
        return new LockedMethodParser(target.beanClass(), target.method(), locked, settings).parse();
    }

    /**
     * Finds the annotation that takes effect for the method; null if there is none.
     *
     * @throws IllegalStateException if there are several; it names the method
     */
    static @Nullable Locked find(Method method, Annotation[] ofMethod, Annotation[] ofClass) {
        Set<Locked> direct = LockedAnnotations.of(ofMethod);
        Set<Locked> effective = direct.isEmpty() ? LockedAnnotations.of(ofClass) : direct;
        if (effective.size() > 1) {
            throw Messages.badAnnotation(method, Mistakes.SEVERAL);
        }
        return effective.isEmpty() ? null : effective.iterator().next();
    }

    /** The constant stands for settings that were not read yet; others may be equal to it. */
    @SuppressWarnings("ReferenceEquality")
    private LockedMethod parse() {
        List<KeyTemplate> keys;
        try {
            keys = keys();
        } catch (MistakeException e) {
            throw Messages.badAnnotation(method, e.mistake());
        }
        String name = name(keys.get(0));
        try {
            return parse(keys, name);
        } catch (MistakeException e) {
            throw settings == Settings.UNSET
                    ? Messages.badAnnotation(method, e.mistake())
                    : Messages.badCombination(method, name, e.mistake());
        }
    }

    /**
     * The settings of the method are those of this name, which is that of the first key if the method itself has none.
     */
    private LockedMethod parse(List<KeyTemplate> keys, String name) throws MistakeException {
        keys.forEach(key -> settings.locks().lookUp(name(key)));
        LockSettings ofMethod = settings.of(name);
        List<LockRequest> prototypes = prototypes(keys);
        IfBusy ifBusy = ofMethod.ifBusy().orElse(locked.ifBusy());
        Duration wait = wait(ofMethod, ifBusy);
        Duration minHold = minHold(ofMethod, prototypes);
        ResultChecks result = new ResultChecks(beanClass, method);
        result.check(ifBusy);

        List<LockTemplate> locks = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            LockRequest prototype = prototypes.get(i);
            Duration ofName = settings.of(prototype.name()).waitAtMost().orElse(wait);
            locks.add(new LockTemplate(keys.get(i), prototype, ofName));
        }
        return new LockedMethod(method, locked, List.copyOf(locks), ifBusy, minHold, result.hasResultFuture());
    }

    private List<KeyTemplate> keys() throws MistakeException {
        if (locked.value().length == 0) {
            throw Mistakes.NO_KEY.toException();
        }
        List<KeyTemplate> keys = new ArrayList<>();
        for (String source : locked.value()) {
            keys.add(KeyTemplate.parse(source, method));
        }
        if (KeyTemplate.hasKeyParameters(method) && (keys.size() > 1 || locked.value()[0].contains("#{"))) {
            throw Mistakes.KEY_PARAMETER_WITH_OTHERS.toException();
        }
        return keys;
    }

    private String name(KeyTemplate key) {
        return locked.name().isEmpty() ? key.source() : locked.name();
    }

    // ---- requests

    private List<LockRequest> prototypes(List<KeyTemplate> keys) throws MistakeException {
        try {
            List<LockRequest> prototypes = new ArrayList<>();
            for (KeyTemplate key : keys) {
                LockRequest request = LockRequest.of(ANY_KEY)
                        .mode(locked.mode())
                        .fenced(locked.fenced())
                        .name(name(key));
                prototypes.add(settings.override(withTtl(request).scope(locked.scope())));
            }
            return prototypes;
        } catch (IllegalArgumentException e) {
            throw Mistakes.badRequest(String.valueOf(e.getMessage())).toException();
        }
    }

    private LockRequest withTtl(LockRequest request) throws MistakeException {
        boolean isEnforced = locked.lease() == Lease.ENFORCED;
        if (locked.ttl() == Locked.UNLIMITED && isEnforced) {
            throw Mistakes.ENFORCED_WITHOUT_TTL.toException();
        }
        if (locked.ttl() == Locked.UNLIMITED) {
            return request;
        }
        if (locked.ttl() <= 0) {
            throw Mistakes.BAD_TTL.toException();
        }
        Duration ttl = duration(locked.ttl());
        return isEnforced ? request.enforcedTtl(ttl) : request.ttl(ttl);
    }

    // ---- durations

    private Duration wait(LockSettings ofMethod, IfBusy ifBusy) throws MistakeException {
        Duration limit =
                ofMethod.waitAtMost().isPresent() ? ofMethod.waitAtMost().get() : annotatedWait();
        if (ifBusy != IfBusy.SKIP) {
            return limit == null ? settings.waitAtMost() : limit;
        }
        if (LockRequest.UNLIMITED.equals(limit)) {
            throw Mistakes.NEVER_BUSY.toException();
        }
        return limit == null ? LockRequest.IMMEDIATE : limit;
    }

    /** Returns the wait of the annotation; null if it has none. */
    private @Nullable Duration annotatedWait() throws MistakeException {
        if (locked.waitAtMost() == Locked.CONFIGURED) {
            return null;
        }
        if (locked.waitAtMost() == Locked.UNLIMITED) {
            return LockRequest.UNLIMITED;
        }
        if (locked.waitAtMost() < 0) {
            throw Mistakes.BAD_WAIT.toException();
        }
        return duration(locked.waitAtMost());
    }

    private Duration minHold(LockSettings ofMethod, List<LockRequest> prototypes) throws MistakeException {
        if (locked.minHold() < 0) {
            throw Mistakes.NEGATIVE_MIN_HOLD.toException();
        }
        Duration minHold = ofMethod.minHold().isPresent() ? ofMethod.minHold().get() : duration(locked.minHold());
        if (!minHold.isZero() && locked.scope() == LockScope.TRANSACTION) {
            throw Mistakes.MIN_HOLD_IN_TRANSACTION.toException();
        }
        for (LockRequest prototype : prototypes) {
            if (minHold.compareTo(prototype.ttl()) >= 0) {
                throw Mistakes.MIN_HOLD_ABOVE_TTL.toException();
            }
        }
        return minHold;
    }

    private Duration duration(long amount) throws MistakeException {
        if (locked.unit().isDurationEstimated() && locked.unit() != ChronoUnit.DAYS) {
            throw Mistakes.inexactUnit(locked.unit()).toException();
        }
        try {
            return Duration.of(amount, locked.unit());
        } catch (ArithmeticException e) {
            throw Mistakes.tooLong(amount, locked.unit()).toException();
        }
    }
}

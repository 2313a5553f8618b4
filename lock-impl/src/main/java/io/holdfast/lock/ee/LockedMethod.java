// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import java.lang.annotation.Annotation;
import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;

/** A method and the annotation that holds for it, parsed and checked once. */
final class LockedMethod {

    private static final String MESSAGE_DRIVEN = "jakarta.ejb.MessageDriven";
    private static final String FAULT_TOLERANCE_ASYNCHRONOUS = "org.eclipse.microprofile.faulttolerance.Asynchronous";

    private static final Map<Class<?>, Object> EMPTY = Map.of(
            Optional.class, Optional.empty(),
            OptionalInt.class, OptionalInt.empty(),
            OptionalLong.class, OptionalLong.empty(),
            OptionalDouble.class, OptionalDouble.empty());

    private final Class<?> beanClass;
    private final Method method;
    private final Locked locked;

    /** Of the domain. */
    private final Settings settings;

    private final List<KeyTemplate> templates;

    /** What is set for the method's name or, if it has none, for that of the first key. */
    private final LockSettings ofName;

    /** Of a request, whatever its key. */
    private final LockRequest prototype;

    private final Duration minHold;

    /**
     * Checks all that can be checked without a call.
     *
     * @throws IllegalStateException if the annotation cannot be used; it names the method
     */
    LockedMethod(Class<?> beanClass, Method method, Locked locked, Settings settings) {
        this.beanClass = beanClass;
        this.method = method;
        this.locked = locked;
        this.settings = settings;
        this.templates = templates();
        this.ofName = settings.of(name(templates.get(0)));
        this.prototype = prototype();
        this.minHold = checkedMinHold();
        checkResult();
    }

    /** The method's own annotation goes before that of the bean class, which is inherited. */
    static LockedMethod of(Class<?> beanClass, Method method, Function<String, Settings> settingsOfDomain) {
        Locked locked = method.getAnnotation(Locked.class);
        if (locked == null) {
            locked = beanClass.getAnnotation(Locked.class);
        }
        if (locked == null) {
            throw Messages.badAnnotation(method, "it is found neither on the method nor on its class");
        }
        return new LockedMethod(beanClass, method, locked, settingsOfDomain.apply(locked.domain()));
    }

    private String name(KeyTemplate template) {
        return locked.name().isEmpty() ? template.source() : locked.name();
    }

    Locked locked() {
        return locked;
    }

    Duration minHold() {
        return minHold;
    }

    IfBusy ifBusy() {
        return ofName.ifBusy().orElse(locked.ifBusy());
    }

    /** One for each key of this call. */
    List<LockRequest> requests(Object[] arguments) {
        Map<String, LockRequest> requests = new LinkedHashMap<>();
        for (KeyTemplate template : templates) {
            String key = template.key(arguments);
            requests.computeIfAbsent(key, same -> request(same, template));
        }
        return List.copyOf(requests.values());
    }

    private LockRequest request(String key, KeyTemplate template) {
        try {
            LockRequest request = LockRequest.of(key)
                    .name(name(template))
                    .mode(prototype.mode())
                    .fenced(prototype.fenced())
                    .scope(prototype.scope())
                    .releaseAfterTransaction(true);
            request = prototype.lease() == Lease.ENFORCED
                    ? request.enforcedTtl(prototype.ttl())
                    : request.ttl(prototype.ttl());
            return settings.override(
                    prototype.waitAtMost() == null ? request : request.waitAtMost(prototype.waitAtMost()));
        } catch (IllegalArgumentException e) {
            throw Messages.badKey(method, e);
        }
    }

    /** What the caller gets if the method is not run. */
    Object resultIfSkipped() {
        Class<?> type = method.getReturnType();
        boolean isFuture = Future.class.isAssignableFrom(type) || CompletionStage.class.isAssignableFrom(type);
        if (isFuture && type.isAssignableFrom(CompletableFuture.class)) {
            return CompletableFuture.completedFuture(null);
        }
        boolean isPrimitive = type.isPrimitive() && type != void.class;
        // The elements of a new array are 0 or false.
        return isPrimitive ? Array.get(Array.newInstance(type, 1), 0) : EMPTY.get(type);
    }

    private List<KeyTemplate> templates() {
        if (locked.value().length == 0) {
            throw bad("it has no key");
        }
        List<KeyTemplate> parsed = new ArrayList<>();
        for (String source : locked.value()) {
            parsed.add(KeyTemplate.parse(source, method));
        }
        if (KeyTemplate.hasKeyParameters(method) && (parsed.size() > 1 || locked.value()[0].contains("#{"))) {
            throw bad("@LockKey goes with one key without expressions; name the parameters in the key instead");
        }
        return parsed;
    }

    private LockRequest prototype() {
        try {
            LockRequest request = LockRequest.of("key").mode(locked.mode()).fenced(locked.fenced());
            for (KeyTemplate template : templates) {
                request = request.name(name(template));
            }
            if (locked.ttl() != Locked.UNLIMITED) {
                request = locked.lease() == Lease.ENFORCED ? request.enforcedTtl(ttl()) : request.ttl(ttl());
            } else if (locked.lease() == Lease.ENFORCED) {
                throw bad("an ENFORCED lease needs a ttl");
            }
            Duration wait = waitAtMost();
            request = wait == null ? request : request.waitAtMost(wait);
            return request.scope(locked.scope());
        } catch (IllegalArgumentException e) {
            throw bad(e.getMessage());
        }
    }

    private Duration checkedMinHold() {
        if (locked.minHold() < 0) {
            throw bad("minHold must be 0 or more");
        }
        Duration duration = ofName.minHold().orElseGet(() -> duration(locked.minHold()));
        if (!duration.isZero() && locked.scope() == LockScope.TRANSACTION) {
            throw bad("a lock of scope TRANSACTION ends with its transaction, so it has no minHold");
        }
        if (duration.compareTo(settings.override(prototype).ttl()) >= 0) {
            throw bad("minHold must be below the ttl");
        }
        return duration;
    }

    private Duration ttl() {
        if (locked.ttl() <= 0) {
            throw bad("ttl must be above 0, or UNLIMITED");
        }
        return duration(locked.ttl());
    }

    /** Null for the configured one. */
    private Duration waitAtMost() {
        Duration wait = ofName.waitAtMost().orElseGet(this::annotatedWait);
        if (ifBusy() != IfBusy.SKIP) {
            return wait;
        }
        if (LockRequest.UNLIMITED.equals(wait)) {
            throw bad("with an UNLIMITED wait it is never busy, so ifBusy = SKIP has no sense");
        }
        return wait == null ? LockRequest.IMMEDIATE : wait;
    }

    private Duration annotatedWait() {
        if (locked.waitAtMost() == Locked.CONFIGURED) {
            return null;
        }
        if (locked.waitAtMost() == Locked.UNLIMITED) {
            return LockRequest.UNLIMITED;
        }
        if (locked.waitAtMost() < 0) {
            throw bad("waitAtMost must be 0 or more, UNLIMITED or CONFIGURED");
        }
        return duration(locked.waitAtMost());
    }

    private Duration duration(long amount) {
        if (locked.unit().isDurationEstimated() && locked.unit() != ChronoUnit.DAYS) {
            throw bad("unit must be of exact length, so up to DAYS: " + locked.unit());
        }
        try {
            return Duration.of(amount, locked.unit());
        } catch (ArithmeticException e) {
            throw bad(amount + " " + locked.unit() + " are too long");
        }
    }

    private void checkResult() {
        Class<?> type = method.getReturnType();
        if (CompletionStage.class.isAssignableFrom(type) && !type.isAssignableFrom(CompletableFuture.class)) {
            throw bad(
                    "of the CompletionStages it can return CompletionStage or CompletableFuture only, since the caller"
                            + " gets one that completes when the lock is free");
        }
        if (Future.class == type && isAnnotated(FAULT_TOLERANCE_ASYNCHRONOUS)) {
            throw bad(
                    "with @Asynchronous of MicroProfile Fault Tolerance it runs elsewhere, and nobody tells when its Future is"
                            + " done: return CompletionStage");
        }
        if (ifBusy() == IfBusy.SKIP && isAnnotated(MESSAGE_DRIVEN)) {
            throw bad("a message-driven bean that skips its method loses the message: use ifBusy = FAIL, which has it"
                    + " delivered again");
        }
    }

    /** By name, since the server may lack the type. */
    private boolean isAnnotated(String annotation) {
        return hasAnnotation(annotation, method.getAnnotations())
                || hasAnnotation(annotation, beanClass.getAnnotations());
    }

    static boolean hasAnnotation(String name, Annotation[] annotations) {
        return Arrays.stream(annotations)
                .anyMatch(annotation -> annotation.annotationType().getName().equals(name));
    }

    private IllegalStateException bad(String problem) {
        boolean isByItself = settings == Settings.UNSET || ofName == null;
        return isByItself
                ? Messages.badAnnotation(method, problem)
                : Messages.badCombination(method, name(templates.get(0)), problem);
    }
}

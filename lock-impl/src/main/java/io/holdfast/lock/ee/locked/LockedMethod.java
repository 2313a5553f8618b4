// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.locked;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import io.holdfast.lock.Locked;
import io.holdfast.lock.ee.domain.LockedAnnotations;
import io.holdfast.lock.ee.key.BadKeyException;
import io.holdfast.lock.ee.key.KeyTemplate;
import io.holdfast.lock.ee.settings.LockSettings;
import io.holdfast.lock.ee.settings.Settings;
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
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A method and the annotation that holds for it, parsed and checked once. */
final class LockedMethod {

    private static final String MESSAGE_DRIVEN = "jakarta.ejb.MessageDriven";
    private static final String FAULT_TOLERANCE_ASYNCHRONOUS = "org.eclipse.microprofile.faulttolerance.Asynchronous";

    private static final String CONCURRENCY_ASYNCHRONOUS = "jakarta.enterprise.concurrent.Asynchronous";
    private static final String EJB_ASYNCHRONOUS = "jakarta.ejb.Asynchronous";

    /** Results that do their work when somebody reads or subscribes to them. */
    private static final Set<String> LAZY = Set.of(
            "java.util.concurrent.Flow$Publisher",
            "java.util.stream.BaseStream",
            "org.reactivestreams.Publisher",
            "io.smallrye.mutiny.Uni",
            "io.smallrye.mutiny.Multi",
            "io.reactivex.rxjava3.core.SingleSource",
            "io.reactivex.rxjava3.core.MaybeSource",
            "io.reactivex.rxjava3.core.CompletableSource",
            "io.reactivex.rxjava3.core.ObservableSource",
            "kotlin.sequences.Sequence",
            "kotlinx.coroutines.flow.Flow",
            "kotlinx.coroutines.Job",
            "jakarta.ws.rs.core.StreamingOutput");

    /** The last parameter of what Kotlin compiles from a suspend function. */
    private static final String CONTINUATION = "kotlin.coroutines.Continuation";

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

    /** Null for the configured one. */
    private final @Nullable Duration waitAtMost;

    private final Duration minHold;
    private final boolean hasResultFuture;

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
        templates.forEach(template -> settings.locks().ask(name(template)));
        this.ofName = settings.of(name(templates.get(0)));
        this.prototype = prototype();
        this.waitAtMost = checkedWait();
        this.minHold = checkedMinHold();
        this.hasResultFuture =
                isAnnotated(CONCURRENCY_ASYNCHRONOUS) && CompletionStage.class.isAssignableFrom(method.getReturnType());
        checkResult();
    }

    /** By its own annotations or else those of its class. */
    static LockedMethod of(LockedTarget target, Function<String, Settings> settingsOfDomain) {
        Method method = target.method();
        Locked locked = find(method, method.getAnnotations(), target.beanClass().getAnnotations());
        if (locked == null) {
            throw Messages.badAnnotation(
                    method,
                    "it is found neither on the method nor on its class, nor on their bindings and stereotypes",
                    "Put it on the method");
        }
        return new LockedMethod(target.beanClass(), method, locked, settingsOfDomain.apply(locked.domain()));
    }

    /** The annotation that takes effect for the method; null if there is none. */
    static Locked find(Method method, Annotation[] ofMethod, Annotation[] ofClass) {
        Set<Locked> all = LockedAnnotations.of(ofMethod);
        if (all.isEmpty()) {
            all = LockedAnnotations.of(ofClass);
        }
        if (all.size() > 1) {
            throw Messages.badAnnotation(
                    method,
                    "several bindings or stereotypes bring different ones",
                    "Put one @Locked on the method itself, or on its class");
        }
        return all.isEmpty() ? null : all.iterator().next();
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

    /** Whether it gets a future of Jakarta Concurrency, to complete it. */
    boolean hasResultFuture() {
        return hasResultFuture;
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
            return settings.override(request);
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
            throw bad("it has no key", "Give it one, as in @Locked(\"reports/daily\")");
        }
        List<KeyTemplate> parsed = new ArrayList<>();
        for (String source : locked.value()) {
            try {
                parsed.add(KeyTemplate.parse(source, method));
            } catch (BadKeyException e) {
                throw Messages.badAnnotation(method, e.getMessage(), e.remedy());
            }
        }
        if (KeyTemplate.hasKeyParameters(method) && (parsed.size() > 1 || locked.value()[0].contains("#{"))) {
            throw bad("@LockKey goes with one key without expressions", "Name the parameters in the key instead");
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
                throw bad("an ENFORCED lease needs a ttl", "Set ttl, or leave the lease ADVISORY");
            }
            return request.scope(locked.scope());
        } catch (IllegalArgumentException e) {
            throw bad(e.getMessage(), "Change the annotation");
        }
    }

    private Duration checkedMinHold() {
        if (locked.minHold() < 0) {
            throw bad("minHold must be 0 or more", "Leave it out for 0");
        }
        Duration duration = ofName.minHold().orElseGet(() -> duration(locked.minHold()));
        if (!duration.isZero() && locked.scope() == LockScope.TRANSACTION) {
            throw bad(
                    "a lock of scope TRANSACTION ends with its transaction, so it has no minHold",
                    "Use scope SESSION, or no minHold");
        }
        if (duration.compareTo(settings.override(prototype).ttl()) >= 0) {
            throw bad("minHold must be below the ttl", "Use a longer ttl, or a shorter minHold");
        }
        return duration;
    }

    private Duration ttl() {
        if (locked.ttl() <= 0) {
            throw bad("ttl must be above 0, or UNLIMITED", "Leave it out for UNLIMITED");
        }
        return duration(locked.ttl());
    }

    /** Of all requests of a call together, of which this one is the first. */
    Duration waitAtMost(LockRequest first) {
        Duration unsaid = waitAtMost == null ? settings.locker().waitAtMost() : waitAtMost;
        return settings.of(first.name()).waitAtMost().orElse(unsaid);
    }

    private @Nullable Duration checkedWait() {
        Duration wait = ofName.waitAtMost().orElseGet(this::annotatedWait);
        if (ifBusy() != IfBusy.SKIP) {
            return wait;
        }
        if (LockRequest.UNLIMITED.equals(wait)) {
            throw bad(
                    "with an UNLIMITED wait it is never busy, so ifBusy = SKIP has no sense",
                    "Limit the wait, or use ifBusy = FAIL");
        }
        return wait == null ? LockRequest.IMMEDIATE : wait;
    }

    private @Nullable Duration annotatedWait() {
        if (locked.waitAtMost() == Locked.CONFIGURED) {
            return null;
        }
        if (locked.waitAtMost() == Locked.UNLIMITED) {
            return LockRequest.UNLIMITED;
        }
        if (locked.waitAtMost() < 0) {
            throw bad("waitAtMost must be 0 or more, UNLIMITED or CONFIGURED", "Leave it out for CONFIGURED");
        }
        return duration(locked.waitAtMost());
    }

    private Duration duration(long amount) {
        if (locked.unit().isDurationEstimated() && locked.unit() != ChronoUnit.DAYS) {
            throw bad(locked.unit() + " have no exact length", "Use a unit up to DAYS");
        }
        try {
            return Duration.of(amount, locked.unit());
        } catch (ArithmeticException e) {
            throw bad(amount + " " + locked.unit() + " are too long", "Use a smaller number, or UNLIMITED");
        }
    }

    private void checkResult() {
        Class<?> type = method.getReturnType();
        boolean isStage = CompletionStage.class.isAssignableFrom(type);
        if (isStage && !type.isAssignableFrom(CompletableFuture.class)) {
            throw bad(
                    "the caller gets a stage that completes when the lock is free, which cannot be a " + type.getName(),
                    "Return CompletionStage or CompletableFuture");
        }
        if (Future.class == type && isAnnotated(FAULT_TOLERANCE_ASYNCHRONOUS)) {
            throw bad(
                    "with @Asynchronous of MicroProfile Fault Tolerance it runs elsewhere, and nothing reports when its"
                            + " Future is done",
                    "Return CompletionStage");
        }
        if (!isStage && Future.class.isAssignableFrom(type) && !isAnnotated(EJB_ASYNCHRONOUS)) {
            throw bad(
                    "it returns a " + type.getName() + ", whose work may come after the method, without the lock",
                    "Return CompletionStage, for which the lock is kept, or use @Asynchronous of Jakarta Enterprise Beans");
        }
        Class<?>[] parameters = method.getParameterTypes();
        if (parameters.length > 0 && parameters[parameters.length - 1].getName().equals(CONTINUATION)) {
            throw bad(
                    "it is a suspend function, which returns before its work is done, without the lock",
                    "Write a plain function, which may call runBlocking, or return a CompletionStage");
        }
        if (isLazy(type)) {
            throw bad(
                    "it returns a " + type.getName() + ", whose work comes after the method, without the lock",
                    "Return what the work makes, such as a List, or a CompletionStage of it, for which the lock is kept");
        }
        if (ifBusy() == IfBusy.SKIP && isAnnotated(MESSAGE_DRIVEN)) {
            throw bad(
                    "a message-driven bean that skips its method loses the message",
                    "Use ifBusy = FAIL, which has it delivered again");
        }
    }

    /** By name, since the application may lack the types. */
    private static boolean isLazy(Class<?> type) {
        return type != null
                && (LAZY.contains(type.getName())
                        || isLazy(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(LockedMethod::isLazy));
    }

    /** By name, since the server may lack the type. */
    private boolean isAnnotated(String annotation) {
        return Stream.of(method, method.getDeclaringClass(), beanClass)
                .anyMatch(element -> hasAnnotation(annotation, element.getAnnotations()));
    }

    static boolean hasAnnotation(String name, Annotation[] annotations) {
        return Arrays.stream(annotations)
                .anyMatch(annotation -> annotation.annotationType().getName().equals(name));
    }

    private IllegalStateException bad(String problem, String remedy) {
        boolean isByItself = settings == Settings.UNSET || ofName == null;
        return isByItself
                ? Messages.badAnnotation(method, problem, remedy)
                : Messages.badCombination(method, name(templates.get(0)), problem, remedy);
    }
}

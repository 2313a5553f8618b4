// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.ee.key.MistakeException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the work of a method is done when it returns, or that its result reports when it is done. Optional types
 * are recognized by their names, because the server or the application may lack them.
 */
final class ResultChecks {

    private static final String MESSAGE_DRIVEN = "jakarta.ejb.MessageDriven";
    private static final String FAULT_TOLERANCE_ASYNCHRONOUS = "org.eclipse.microprofile.faulttolerance.Asynchronous";
    private static final String CONCURRENCY_ASYNCHRONOUS = "jakarta.enterprise.concurrent.Asynchronous";
    private static final String EJB_ASYNCHRONOUS = "jakarta.ejb.Asynchronous";

    /** The last parameter of what Kotlin compiles from a suspend function. */
    private static final String CONTINUATION = "kotlin.coroutines.Continuation";

    /** The results that do their work when they are read or subscribed to. */
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

    private final Class<?> beanClass;
    private final Method method;
    private final Class<?> type;

    ResultChecks(Class<?> beanClass, Method method) {
        this.beanClass = beanClass;
        this.method = method;
        this.type = method.getReturnType();
    }

    /** Whether the method gets a future of Jakarta Concurrency, to complete it. */
    boolean hasResultFuture() {
        return isAnnotated(CONCURRENCY_ASYNCHRONOUS) && CompletionStage.class.isAssignableFrom(type);
    }

    void check(IfBusy ifBusy) throws MistakeException {
        checkFuture();
        if (suspends()) {
            throw Mistakes.SUSPENDS.toException();
        }
        if (isLazy(type)) {
            throw Mistakes.lazyResult(type).toException();
        }
        if (ifBusy == IfBusy.SKIP && isAnnotated(MESSAGE_DRIVEN)) {
            throw Mistakes.SKIPPED_MESSAGE.toException();
        }
    }

    private void checkFuture() throws MistakeException {
        boolean isStage = CompletionStage.class.isAssignableFrom(type);
        if (isStage && !type.isAssignableFrom(CompletableFuture.class)) {
            throw Mistakes.unusableStage(type).toException();
        }
        if (Future.class == type && isAnnotated(FAULT_TOLERANCE_ASYNCHRONOUS)) {
            throw Mistakes.FAULT_TOLERANCE_FUTURE.toException();
        }
        if (!isStage && Future.class.isAssignableFrom(type) && !isAnnotated(EJB_ASYNCHRONOUS)) {
            throw Mistakes.future(type).toException();
        }
    }

    private boolean suspends() {
        Class<?>[] parameters = method.getParameterTypes();
        return parameters.length > 0
                && parameters[parameters.length - 1].getName().equals(CONTINUATION);
    }

    private static boolean isLazy(@Nullable Class<?> type) {
        return type != null
                && (LAZY.contains(type.getName())
                        || isLazy(type.getSuperclass())
                        || Arrays.stream(type.getInterfaces()).anyMatch(ResultChecks::isLazy));
    }

    private boolean isAnnotated(String annotation) {
        return Stream.of(method, method.getDeclaringClass(), beanClass)
                .anyMatch(element -> isAmong(element.getAnnotations(), annotation));
    }

    /** Whether an annotation of this name is among the annotations. */
    static boolean isAmong(Annotation[] annotations, String name) {
        return Arrays.stream(annotations)
                .anyMatch(annotation -> annotation.annotationType().getName().equals(name));
    }
}

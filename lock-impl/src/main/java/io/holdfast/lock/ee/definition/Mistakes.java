// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.definition;

import io.holdfast.lock.ee.key.Mistake;

/**
 * The mistakes in annotations that HOLDFAST-0110 and HOLDFAST-0052 describe. Those in keys are in the package of the
 * keys.
 */
final class Mistakes {

    private static final String WITHOUT_LOCK = ", so it would run without its lock";
    private static final String WITHOUT_LOCKS = ", so its methods would run without their lock";

    private Mistakes() {}

    // ---- where the annotation is

    static final Mistake ON_INTERFACE = new Mistake(
            "the annotation of an interface is not inherited, so methods would run without their lock",
            "Put it on the bean");

    static final Mistake ON_ABSTRACT = new Mistake(
            "a method that implements an abstract one does not inherit its annotation" + WITHOUT_LOCK,
            "Put @Locked on the method that has the body");

    static final Mistake NOWHERE = new Mistake(
            "it is found neither on the method nor on its class, nor on their bindings and stereotypes",
            "Put it on the method");

    static final Mistake SEVERAL = new Mistake(
            "several bindings or stereotypes bring different ones",
            "Put one @Locked on the method itself, or on its class");

    static final Mistake KEY_WITHOUT_LOCKED =
            new Mistake("it has a @LockKey, but no @Locked", "Add @Locked, or remove @LockKey");

    // ---- what cannot be intercepted

    static final Mistake IS_PRIVATE = new Mistake(
            "a private method cannot be intercepted",
            "Make it public, and call it from another bean, since calls within an object are not intercepted");

    static final Mistake IS_STATIC = new Mistake(
            "a static method cannot be intercepted", "Make it an instance method, and call it on the injected bean");

    static final Mistake IS_FINAL =
            new Mistake("a final method cannot be intercepted", "Remove final (in Kotlin: add open)");

    static final Mistake IS_CALLBACK = new Mistake(
            "a method that the container calls itself, for injection or the life of the bean, is no business method",
            "Move the work to a @Locked method of another bean, and call that");

    static final Mistake OF_INTERCEPTOR =
            new Mistake("an interceptor is not intercepted itself", "Put @Locked on the methods that it intercepts");

    static final Mistake OF_DECORATOR =
            new Mistake("a decorator is not intercepted", "Put @Locked on the bean that it decorates");

    static final Mistake OF_SERVLET = new Mistake(
            "a servlet calls its methods itself, which is not intercepted",
            "Move the work to a @Locked method of a bean, inject that, and call it");

    static final Mistake FINAL_CLASS =
            new Mistake("a final class cannot be intercepted" + WITHOUT_LOCKS, IS_FINAL.remedy());

    /** Adds the consequence for a method. */
    static Mistake ofMethod(Mistake reason) {
        return new Mistake(reason.problem() + WITHOUT_LOCK, reason.remedy());
    }

    /** Adds the consequence for a class. */
    static Mistake ofClass(Mistake reason) {
        return new Mistake(reason.problem() + WITHOUT_LOCKS, reason.remedy());
    }

    // ---- what the annotation contains

    static final Mistake NO_KEY = new Mistake("it has no key", "Give it one, as in @Locked(\"reports/daily\")");

    static final Mistake KEY_PARAMETER_WITH_OTHERS = new Mistake(
            "@LockKey can be combined with a single key without expressions only",
            "Name the parameters in the key instead");

    static final Mistake ENFORCED_WITHOUT_TTL =
            new Mistake("an ENFORCED lease needs a ttl", "Set ttl, or leave the lease ADVISORY");

    static final Mistake BAD_TTL = new Mistake("ttl must be above 0, or UNLIMITED", "Leave it out for UNLIMITED");

    static final Mistake NEGATIVE_MIN_HOLD = new Mistake("minHold must be 0 or more", "Leave it out for 0");

    static final Mistake MIN_HOLD_IN_TRANSACTION = new Mistake(
            "a lock of scope TRANSACTION ends with its transaction, so it has no minHold",
            "Use scope SESSION, or no minHold");

    static final Mistake MIN_HOLD_ABOVE_TTL =
            new Mistake("minHold must be below the ttl", "Use a longer ttl, or a shorter minHold");

    static final Mistake NEVER_BUSY = new Mistake(
            "with an UNLIMITED wait it is never busy, so ifBusy = SKIP makes no sense",
            "Limit the wait, or use ifBusy = FAIL");

    static final Mistake BAD_WAIT =
            new Mistake("waitAtMost must be 0 or more, UNLIMITED or CONFIGURED", "Leave it out for CONFIGURED");

    static Mistake inexactUnit(Object unit) {
        return new Mistake("%s have no exact length".formatted(unit), "Use a unit up to DAYS");
    }

    static Mistake tooLong(long amount, Object unit) {
        return new Mistake("%s %s are too long".formatted(amount, unit), "Use a smaller number, or UNLIMITED");
    }

    static Mistake badRequest(String reason) {
        return new Mistake(reason, "Change the annotation");
    }

    // ---- what the method returns

    static final Mistake FAULT_TOLERANCE_FUTURE = new Mistake(
            "with @Asynchronous of MicroProfile Fault Tolerance it runs elsewhere, and nothing reports when its"
                    + " Future is done",
            "Return CompletionStage");

    static final Mistake SUSPENDS = new Mistake(
            "it is a suspend function, which returns before its work is done, without the lock",
            "Write a plain function, which may call runBlocking, or return a CompletionStage");

    static final Mistake SKIPPED_MESSAGE = new Mistake(
            "a message-driven bean that skips its method loses the message",
            "Use ifBusy = FAIL, which has it delivered again");

    static Mistake unusableStage(Class<?> type) {
        return new Mistake(
                "the caller gets a stage that completes when the lock is free, which cannot be a " + type.getName(),
                "Return CompletionStage or CompletableFuture");
    }

    static Mistake future(Class<?> type) {
        return new Mistake(
                "it returns a %s, whose work may come after the method, without the lock".formatted(type.getName()),
                "Return CompletionStage, for which the lock is kept, or use @Asynchronous of Jakarta Enterprise Beans");
    }

    static Mistake lazyResult(Class<?> type) {
        return new Mistake(
                "it returns a %s, whose work comes after the method, without the lock".formatted(type.getName()),
                "Return what the work makes, such as a List, or a CompletionStage of it, for which the lock is kept");
    }
}

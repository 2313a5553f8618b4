// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.enterprise.util.Nonbinding;
import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.time.temporal.ChronoUnit;

/**
 * Runs a business method or timeout method of a CDI bean or an EJB while it holds a lock of the whole database: there
 * is one holder at a time among all threads, servers and deployments. By contrast, the {@code @Lock} annotations of
 * Jakarta Concurrency and of EJB guard one bean instance inside one JVM.
 *
 * <pre>{@code
 * @Locked("reports/daily")
 * public void writeDailyReport() { ... }
 *
 * @Locked("order/#{order.id}")
 * public void ship(Order order) { ... }
 *
 * @Locked({"account/#{from}", "account/#{to}"})
 * public void transfer(String from, String to, BigDecimal amount) { ... }
 * }</pre>
 *
 * <p>A class-level annotation applies to every business method; a method-level annotation overrides it. The annotation
 * may also be on a stereotype or on another interceptor binding; the annotation of a class takes precedence over that
 * of its stereotypes. A method does not inherit the annotation of a method that it overrides, or of an interface method
 * that it implements.
 *
 * <p><b>When the lock is released:</b> when the method returns or throws, with these exceptions:
 *
 * <ul>
 *   <li>If the method returns a {@code CompletionStage} or a {@code CompletableFuture}, the lock is not released before
 *       that has completed. The caller gets a different one, which completes after the release.
 *   <li>If a JTA transaction is active when the method is called, the lock is not released before that transaction has
 *       committed or rolled back. This includes EJBs with container-managed transactions, whose transaction begins
 *       before any interceptor runs.
 *   <li>If a transaction that was begun in the method is still active on the calling thread when the method ends, the
 *       lock is not released before that transaction has committed or rolled back.
 *   <li>On a CDI bean with {@code @Transactional}, the lock is acquired before the transaction of the method begins. If
 *       the caller has a transaction, the lock is released when that transaction ends, even if the method runs in a new
 *       transaction or in none.
 *   <li>A lock of {@link LockScope#TRANSACTION} is acquired inside the transaction of the method, and freed by the
 *       commit or rollback itself.
 * </ul>
 *
 * <p>A transaction that cannot keep the lock is marked for rollback, and the caller gets {@link IllegalStateException}.
 *
 * <p><b>What the next holder reads:</b> everything that this holder has committed, if the next holder reads after it
 * has acquired the lock. A transaction that has read before it acquires the lock reads it in isolation level READ
 * COMMITTED, but not in REPEATABLE READ or SERIALIZABLE, where all statements read what was committed before the first
 * statement. An entity of Jakarta Persistence that was loaded before the lock was acquired has to be read again with
 * {@code EntityManager.refresh}.
 *
 * <p><b>Re-entry:</b> a nested call with the same key and domain reuses the lock if it runs on the thread of the method
 * that holds the lock, and before that method has ended. It may be a call of any bean. The lock is released when the
 * last of these methods has ended. Calls within a transaction that keeps the lock reuse it in the same way. The
 * {@link #ttl()} of a nested call has no effect then, and its {@link #waitAtMost()} applies only to other keys. There
 * are some restrictions:
 *
 * <ul>
 *   <li>A key that is held in {@link LockMode#SHARED} mode cannot be entered in {@link LockMode#EXCLUSIVE} mode: the
 *       caller gets {@link IllegalStateException}.
 *   <li>If the outer method works in a transaction, the inner method has to work in the same transaction; otherwise its
 *       caller gets {@link IllegalStateException}. In a different transaction, as with {@code REQUIRES_NEW}, or in
 *       none, the inner method would not see what the outer one has not committed yet.
 *   <li>Handles of a {@link Locker} do not take part: acquiring the key of a running method through a locker waits for
 *       that method, unless the transaction keeps the lock and the request is to be
 *       {@linkplain LockRequest#releaseAfterTransaction(boolean) released after it}. Other copies of this library in
 *       the same server do not take part either.
 * </ul>
 *
 * <p>The settings {@code holdfast.lock.<name>.*} take precedence over {@link #mode()}, {@link #waitAtMost()},
 * {@link #ttl()}, {@link #lease()}, {@link #minHold()} and {@link #ifBusy()}.
 *
 * <p><b>What the caller gets:</b>
 *
 * <ul>
 *   <li>One of the {@link LockException}s of {@link Locker#acquire(LockRequest)}; the method has not run then.
 *   <li>If the thread was interrupted while it waited, {@link InterruptedException} if the method declares it,
 *       otherwise {@link LockInterruptedException}; the method has not run then.
 *   <li>{@link IllegalStateException} if the scope is {@link LockScope#TRANSACTION} but no transaction is active, if an
 *       argument cannot be part of a key, or if the transaction of the caller timed out, was marked for rollback or
 *       ended while the method waited; the method has not run then.
 *   <li>{@link LockNotHeldException} if the method returned normally, but its lock is known to be lost: see
 *       {@link #onLoss()}.
 *   <li>Otherwise, the method's own result or exception, unchanged.
 * </ul>
 *
 * <p>The caller of an EJB gets an {@code EJBException} around these exceptions if the server does not recognize them as
 * application exceptions: see {@link LockException}.
 *
 * <p><b>Mistakes</b> fail the deployment with the message HOLDFAST-0110, which names the method and the remedy.
 * Mistakes are a key that is empty or malformed; a parameter that does not exist; a value whose text is not the same in
 * every JVM; elements that contradict each other; a result whose work is done after the method has returned (a
 * {@code Stream}, a plain {@code Future}, a reactive type); and a method that the container cannot intercept (a
 * private, static, final or abstract method, or a method of a final class, an interface, a decorator, an interceptor or
 * a servlet).
 *
 * <p><b>Not guaranteed:</b> a call that bypasses the container is not intercepted. It runs without the lock, and
 * nothing reports that. Such calls are self-invocations, that is, calls of a method of the same object, and calls of an
 * object that the container did not create as a bean: one that was created by {@code new}, by a producer method, by a
 * batch job that names the class, or in an archive without bean discovery. The page {@code docs/locked.md} has the
 * complete list with alternatives. Work that the method starts on other threads and does not wait for is not covered by
 * the lock, and does not re-enter it.
 *
 * @see <a href="https://jakarta.ee/specifications/interceptors/2.1/">Jakarta Interceptors 2.1</a>
 * @since 0.1.0
 */
@InterceptorBinding
@Inherited
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Locked {

    /** A value of {@link #waitAtMost()}: the method does not wait. */
    long IMMEDIATE = 0;

    /**
     * A value of {@link #waitAtMost()}: the method waits without a limit. Also a value of {@link #ttl()}: there is no
     * ttl, unless {@code holdfast.ttl} is set.
     */
    long UNLIMITED = -1;

    /**
     * A value of {@link #waitAtMost()}: the method waits as long as the configuration allows
     * ({@code holdfast.lock.<name>.wait-at-most}, or else {@code holdfast.wait-at-most}, 60 s by default).
     */
    long CONFIGURED = -2;

    /**
     * Returns the key, which is the name of what is locked, or several keys. Several keys are acquired together, either
     * all or none, and in one order for all callers, regardless of the order here. Keys that evaluate to the same text
     * are one lock.
     *
     * <p>A key is a constant, or contains expressions of Jakarta Expression Language between <code>#{</code> and
     * <code>}</code>. The only variables are the parameters of the method. They have their own names if the class was
     * compiled with {@code -parameters}, and always the names of their positions, {@code arg0} being the first.
     * Components of records are properties: <code>#{order.id}</code>. The value of an expression is inserted as text,
     * and is never evaluated as an expression itself; {@link LockKey} documents which values are accepted. A null that
     * the expression reads is refused, unless the expression compares it with null or tests whether it is
     * {@code empty}. A backslash before <code>#{</code>, <code>${</code>, <code>{</code> or {@code #} makes it plain
     * text; without the backslash, <code>{id}</code> and {@code #id} are refused if {@code id} is a parameter.
     *
     * <p>Values are not separated from the text around them, so different arguments can result in the same key: the key
     * <code>#{a}/#{b}</code> is the same for {@code x/y} and {@code z} as for {@code x} and {@code y/z}. A call whose
     * key has more than 4,096 bytes in UTF-8 is refused.
     *
     * @return one key or several; none is empty
     * @see <a href="https://jakarta.ee/specifications/expression-language/5.0/">Jakarta Expression Language 5.0</a>
     */
    @Nonbinding
    String[] value();

    /**
     * Returns the name that the locks of this method have in common, whatever their keys: see
     * {@link LockRequest#name(String)}.
     *
     * @return at most 100 characters; if empty, each key as it is written in {@link #value()}, including its
     *     expressions
     */
    @Nonbinding
    String name() default "";

    /**
     * Returns which one of several lockers acquires the lock: see {@link LockDomain}.
     *
     * @return the name of a domain; if empty, the default locker
     */
    @Nonbinding
    String domain() default "";

    /**
     * Returns how the lock excludes others.
     *
     * @return the mode
     */
    @Nonbinding
    LockMode mode() default LockMode.EXCLUSIVE;

    /**
     * Returns how long to wait for the lock, in {@link #unit()}s. If there are several keys, this is the wait for all
     * of them together. With {@link IfBusy#SKIP}, {@link #CONFIGURED} means that the method does not wait.
     *
     * @return 0 or more, {@link #IMMEDIATE}, {@link #UNLIMITED} or {@link #CONFIGURED}
     */
    @Nonbinding
    long waitAtMost() default CONFIGURED;

    /**
     * Returns how long the lock counts as held without a refresh ({@link CurrentLock#refresh}), in {@link #unit()}s.
     *
     * @return above 0, or {@link #UNLIMITED}; always {@link #UNLIMITED} with {@link LockScope#TRANSACTION}
     */
    @Nonbinding
    long ttl() default UNLIMITED;

    /**
     * Returns what happens when the ttl has passed.
     *
     * @return the lease; {@link Lease#ENFORCED} requires a {@link #ttl()}
     */
    @Nonbinding
    Lease lease() default Lease.ADVISORY;

    /**
     * Returns the minimum time for which the lock is kept after it was acquired, in {@link #unit()}s, even if the
     * method ends earlier. If this time is longer than the difference between the clocks of the servers, a timer that
     * fires on all of them finds the lock held. The caller does not wait until the time has passed. The lock ends
     * earlier if the application is stopped or the lock is lost.
     *
     * @return 0 or more, less than the {@link #ttl()}; always 0 with {@link LockScope#TRANSACTION}
     */
    @Nonbinding
    long minHold() default 0;

    /**
     * Returns the unit of {@link #waitAtMost()}, {@link #ttl()} and {@link #minHold()}.
     *
     * @return a unit of an exact length, that is, {@link ChronoUnit#DAYS} or shorter
     */
    @Nonbinding
    ChronoUnit unit() default ChronoUnit.SECONDS;

    /**
     * Returns what happens if another caller holds the lock for the whole wait.
     *
     * @return whether the method fails or is skipped
     */
    @Nonbinding
    IfBusy ifBusy() default IfBusy.FAIL;

    /**
     * Returns what happens if the lock is lost while the method runs.
     *
     * @return the policy
     */
    @Nonbinding
    LossPolicy onLoss() default LossPolicy.FAIL;

    /**
     * Returns whether {@link CurrentLock#fencingToken()} is required: see {@link LockRequest#fenced(boolean)}.
     *
     * @return whether the grant comes with a token; always false with {@link LockScope#TRANSACTION}
     */
    @Nonbinding
    boolean fenced() default false;

    /**
     * Returns what keeps the lock on the server. With {@link LockScope#TRANSACTION}, the lock is acquired on the
     * application's own connection, inside the transaction of the method. That is the transaction of the EJB or of
     * {@code @Transactional}, which must be active.
     *
     * @return the scope
     */
    LockScope scope() default LockScope.SESSION;

    /**
     * An instance of the annotation, for an extension of CDI that adds it to a type:
     * {@code event.configureAnnotatedType().add(Locked.Literal.of("reports/daily"))}. Every element has its default,
     * except the keys.
     *
     * @since 0.1.0
     */
    final class Literal extends AnnotationLiteral<Locked> implements Locked {

        private static final long serialVersionUID = 1L;

        /** The keys of the annotation. */
        private final String[] value;

        private Literal(String... value) {
            this.value = value.clone();
        }

        /**
         * Returns an annotation with these keys.
         *
         * @param value one key or several, as in {@link Locked#value()}; not null, but not checked otherwise
         * @return the annotation
         * @throws NullPointerException if the array is null
         */
        public static Literal of(String... value) {
            return new Literal(value);
        }

        @Override
        public String[] value() {
            return value.clone();
        }

        @Override
        public String name() {
            return "";
        }

        @Override
        public String domain() {
            return "";
        }

        @Override
        public LockMode mode() {
            return LockMode.EXCLUSIVE;
        }

        @Override
        public long waitAtMost() {
            return CONFIGURED;
        }

        @Override
        public long ttl() {
            return UNLIMITED;
        }

        @Override
        public Lease lease() {
            return Lease.ADVISORY;
        }

        @Override
        public long minHold() {
            return 0;
        }

        @Override
        public ChronoUnit unit() {
            return ChronoUnit.SECONDS;
        }

        @Override
        public IfBusy ifBusy() {
            return IfBusy.FAIL;
        }

        @Override
        public LossPolicy onLoss() {
            return LossPolicy.FAIL;
        }

        @Override
        public boolean fenced() {
            return false;
        }

        @Override
        public LockScope scope() {
            return LockScope.SESSION;
        }
    }
}

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
 * Runs a business or time-out method of a CDI bean or EJB while holding a lock of the whole database: one holder among all
 * threads, servers and deployments. (Jakarta Concurrency's {@code @Lock} and EJB's {@code @Lock} guard one bean instance
 * inside one JVM.)
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
 * <p>A class-level annotation applies to every business method; a method-level annotation overrides it. A stereotype, or another
 * interceptor binding, can bring the annotation, too; that of a class takes precedence over that of its stereotypes. A method that
 * overrides a different one does not inherit its annotation, nor does one that implements a method of an interface.
 *
 * <p><b>When the lock is released:</b> when the method returns or throws. If it returns a {@code CompletionStage} or
 * {@code CompletableFuture}, the lock is not released before that has completed, and the caller gets one that completes when the
 * lock is free. If a JTA transaction is active when the method is called (as it is in an EJB with container-managed transactions,
 * where the transaction begins before any interceptor), or one that was begun in the method is still active on the calling thread
 * when the method ends, the lock is not released before that transaction has committed or rolled back. A transaction that cannot
 * keep the lock is marked for rollback, and the caller gets {@link IllegalStateException}. On a CDI bean with
 * {@code @Transactional} the lock is acquired before the transaction of the method begins, and
 * ends with the transaction of the caller if there is one, also where the method's own is a new one or none. A lock of
 * {@link LockScope#TRANSACTION} is taken inside the method's transaction and released by its commit or rollback itself.
 *
 * <p><b>What the next holder reads:</b> what this one committed, if it reads after it has acquired the lock. A transaction that
 * has read before does so in isolation level READ COMMITTED, but not in REPEATABLE READ or SERIALIZABLE, where all its statements
 * read what was committed before the first one. An entity of Jakarta Persistence that was loaded before the lock has to be read
 * again by {@code EntityManager.refresh}.
 *
 * <p><b>Re-entry:</b> a call of the same key and domain, of any bean, on the thread of a method that holds it and before that has
 * ended reuses the lock already held, which is released when the last of them has ended; so do calls within one
 * transaction that keeps the lock. A key held in {@link LockMode#SHARED} mode does not become
 * {@link LockMode#EXCLUSIVE}: {@link IllegalStateException}. {@link #ttl()} and {@link #waitAtMost()} of the
 * inner call do not matter then, but for its wait for other keys. If the outer method works
 * in a transaction, the inner one has to work in the same: in a different one or in none, as with
 * {@code REQUIRES_NEW}, it would not see what the outer one has not committed, so that its caller gets
 * {@link IllegalStateException}. Handles of the {@link Locker} do not take part: acquiring the key of a running
 * method through it waits for that method. Nor do other copies of this library in the same server.
 *
 * <p><b>What the caller sees:</b> the {@link LockException}s of {@link Locker#acquire}, the method not having run;
 * {@link InterruptedException} if the thread was interrupted while waiting and the method declares it, and else
 * {@link LockInterruptedException}; {@link LockNotHeldException} if the method
 * ended normally, but its lock is known to be lost: see {@link #onLoss()}; else the method's own result or
 * exception, unchanged; {@link IllegalStateException} if {@link LockScope#TRANSACTION} was asked for where no transaction is
 * active, an argument cannot be part of a key, or the caller's transaction timed out, was marked for rollback or ended
 * while the method waited; then the method has not run.
 * From an EJB, an {@code EJBException} around them where the server overlooks that they are application exceptions:
 * see {@link LockException}.
 *
 * <p><b>Mistakes</b> fail the deployment with message HOLDFAST-0110, which names the method and what to do: an empty or malformed
 * key, an unknown parameter, a value whose text is not the same in every JVM, elements that contradict each other, a result whose
 * work comes after the method (a {@code Stream}, a plain {@code Future}, a reactive type), and methods that the container cannot
 * intercept: private, static, final and abstract ones, and those of final classes, interfaces, decorators, interceptors and servlets.
 *
 * <p><b>Not guaranteed:</b> calls that do not pass the container are not intercepted, and run without the lock, which nothing
 * reports: those of a method of the same object, and those of an object that the container did not make as a bean (by {@code new},
 * by a producer method, by a batch job that names the class, or in an archive without bean discovery). {@code docs/locked.md} has
 * the complete list, and what to write instead. Work that the method starts on other threads and does not wait for is not
 * covered, and does not re-enter.
 *
 * @see <a href="https://jakarta.ee/specifications/interceptors/2.1/">Jakarta Interceptors 2.1</a>
 */
@InterceptorBinding
@Inherited
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Locked {

    /** Value of {@link #waitAtMost()}: not waiting. */
    long IMMEDIATE = 0;

    /** Value of {@link #waitAtMost()}: waiting without limit; of {@link #ttl()}: none, unless {@code holdfast.ttl} is set. */
    long UNLIMITED = -1;

    /** Value of {@link #waitAtMost()}: as the locker's configuration says ({@code holdfast.wait-at-most}, 60 s). */
    long CONFIGURED = -2;

    /**
     * The key: the name of what is locked, or several, which are acquired together, all or none, in one order for all
     * callers, whatever the order here; keys that come out the same are one lock.
     *
     * <p>A key is a constant, or has expressions of Jakarta Expression Language between <code>#{</code> and <code>}</code> whose
     * only variables are the parameters of the method: by their names, if the class was compiled with {@code -parameters}, or by
     * their places, {@code arg0} being the first. Components of records are properties: <code>#{order.id}</code>. The value of an
     * expression is inserted as text, and is never taken for an expression itself; {@link LockKey} says which values are accepted.
     * A null that the expression reads is refused, unless the expression compares it with null or asks whether it is {@code empty}.
     * A backslash before <code>#{</code>, <code>${</code>, <code>{</code> or {@code #} makes it plain text; without one,
     * <code>{id}</code> and {@code #id} are refused if {@code id} is a parameter.
     *
     * <p>The values run together with the text around them, so that different arguments can make one key: that of
     * <code>#{a}/#{b}</code> is the same for {@code x/y} and {@code z} as for {@code x} and {@code y/z}. A key that has more than
     * 4,096 bytes in UTF-8 is refused when the method is called.
     *
     * @return one key or several; none is empty
     * @see <a href="https://jakarta.ee/specifications/expression-language/5.0/">Jakarta Expression Language 5.0</a>
     */
    @Nonbinding
    String[] value();

    /**
     * What the locks of this method have in common, whatever their keys: see {@link LockRequest#name(String)}.
     *
     * @return at most 100 characters; if empty, each key as it is written in {@link #value()}, expressions and all
     */
    @Nonbinding
    String name() default "";

    /**
     * Of several lockers, the one to acquire by: see {@link LockDomain}.
     *
     * @return the name of a domain; if empty, the default locker
     */
    @Nonbinding
    String domain() default "";

    /**
     * How the lock excludes others.
     *
     * @return the mode
     */
    @Nonbinding
    LockMode mode() default LockMode.EXCLUSIVE;

    /**
     * How long to wait for the lock, in {@link #unit()}s; for several keys together. With {@link IfBusy#SKIP},
     * {@link #CONFIGURED} is not waiting.
     *
     * @return 0 or more, {@link #IMMEDIATE}, {@link #UNLIMITED} or {@link #CONFIGURED}
     */
    @Nonbinding
    long waitAtMost() default CONFIGURED;

    /**
     * How long the lock counts as held without a refresh ({@link CurrentLock#refresh}), in {@link #unit()}s.
     *
     * @return above 0, or {@link #UNLIMITED}; the latter in {@link LockScope#TRANSACTION}
     */
    @Nonbinding
    long ttl() default UNLIMITED;

    /**
     * What happens when the ttl has passed.
     *
     * @return the lease; {@link Lease#ENFORCED} only with a {@link #ttl()}
     */
    @Nonbinding
    Lease lease() default Lease.ADVISORY;

    /**
     * How long the lock is kept at least after it was acquired, in {@link #unit()}s, also if the method ends sooner: longer than
     * the clocks of the servers differ, so that a timer that fires on all of them finds the lock taken. The caller does not wait
     * for that. Ends with the application, and with the loss of the lock.
     *
     * @return 0 or more, below a {@link #ttl()}; 0 in {@link LockScope#TRANSACTION}
     */
    @Nonbinding
    long minHold() default 0;

    /**
     * The unit of {@link #waitAtMost()}, {@link #ttl()} and {@link #minHold()}.
     *
     * @return a unit of exact length, so up to days
     */
    @Nonbinding
    ChronoUnit unit() default ChronoUnit.SECONDS;

    /**
     * What to do if somebody else holds the lock for the whole wait.
     *
     * @return whether to fail or to skip the method
     */
    @Nonbinding
    IfBusy ifBusy() default IfBusy.FAIL;

    /**
     * What happens if the lock is lost while the method runs.
     *
     * @return the policy
     */
    @Nonbinding
    LossPolicy onLoss() default LossPolicy.FAIL;

    /**
     * Whether {@link CurrentLock#fencingToken()} is wanted: see {@link LockRequest#fenced(boolean)}.
     *
     * @return whether the grant comes with a token; not in {@link LockScope#TRANSACTION}
     */
    @Nonbinding
    boolean fenced() default false;

    /**
     * What keeps the lock on the server. With {@link LockScope#TRANSACTION} the lock is taken on the application's own
     * connection, inside the transaction of the method: that of the EJB or of {@code @Transactional}, which must be active.
     *
     * @return the scope
     */
    LockScope scope() default LockScope.SESSION;

    /**
     * To add the annotation by program, as an extension of CDI does:
     * {@code event.configureAnnotatedType().add(Locked.Literal.of("reports/daily"))}. All elements except the keys have their defaults.
     */
    final class Literal extends AnnotationLiteral<Locked> implements Locked {

        private static final long serialVersionUID = 1L;

        /** The keys. */
        private final String[] value;

        private Literal(String... value) {
            this.value = value.clone();
        }

        /**
         * With these keys.
         *
         * @param value one key or several, as in {@link Locked#value()}; not null, but not checked otherwise
         * @return the annotation
         * @throws NullPointerException if it is null
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

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

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
 * }</pre>
 *
 * <p>On a class it stands for every business method; on a method it goes before that of the class.
 *
 * <p><b>When the lock is released:</b> when the method returns or throws; but if a JTA transaction is active when the
 * method is entered (as it is in an EJB with container-managed transactions, where the transaction begins before any
 * interceptor), not before that transaction has committed or rolled back. So the next holder reads what this one
 * committed. On a CDI bean with {@code @Transactional} the lock is acquired before the transaction of the method begins, and
 * ends with the transaction of the caller if there is one, also where the method's own is a new one or none. Calls within
 * one such transaction that ask for the same key again go on under the lock already held; a nested new transaction
 * ({@code REQUIRES_NEW}) is another holder, which waits. A lock of {@link LockScope#TRANSACTION} is taken inside the
 * method's transaction and released by its commit or rollback itself.
 *
 * <p><b>What the caller sees:</b> the {@link LockException}s of {@link Locker#acquire}, the method not having run;
 * {@link LockInterruptedException} if the thread was interrupted while waiting; {@link LockNotHeldException} if the method
 * ended normally, but its lock is known to be lost, which rolls an EJB's transaction back; else the method's own result or
 * exception, unchanged; {@link IllegalStateException} if {@link LockScope#TRANSACTION} was asked for where no transaction is active.
 * From an EJB, an {@code EJBException} around them where the server overlooks that they are application exceptions:
 * see {@link LockException}.
 *
 * <p><b>Not guaranteed:</b> calls that do not pass the container (a method of the same object, private and static methods)
 * are not intercepted, and run without the lock. Work that the method starts on other threads and does not wait for is not
 * covered. Outside a JTA transaction that is active at entry, a method that calls itself with the same key, through
 * whatever beans, waits for itself.
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

    /** Value of {@link #waitAtMost()}: waiting without limit. */
    long UNLIMITED = -1;

    /** Value of {@link #waitAtMost()}: as the locker's configuration says ({@code holdfast.wait-at-most}, 60 s). */
    long CONFIGURED = -2;

    /**
     * The key: the name of what is locked.
     *
     * @return a constant; not empty
     */
    @Nonbinding
    String value();

    /**
     * How the lock excludes others.
     *
     * @return the mode
     */
    @Nonbinding
    LockMode mode() default LockMode.EXCLUSIVE;

    /**
     * How long to wait for the lock, in {@link #unit()}s.
     *
     * @return 0 or more, {@link #IMMEDIATE}, {@link #UNLIMITED} or {@link #CONFIGURED}
     */
    @Nonbinding
    long waitAtMost() default CONFIGURED;

    /**
     * The unit of {@link #waitAtMost()}.
     *
     * @return a unit of exact length, so up to days
     */
    @Nonbinding
    ChronoUnit unit() default ChronoUnit.SECONDS;

    /**
     * What keeps the lock on the server. With {@link LockScope#TRANSACTION} the lock is taken on the application's own
     * connection, inside the transaction of the method: that of the EJB or of {@code @Transactional}, which must be active.
     *
     * @return the scope
     */
    LockScope scope() default LockScope.SESSION;
}

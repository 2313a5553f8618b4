// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock;

import jakarta.enterprise.util.AnnotationLiteral;
import jakarta.inject.Qualifier;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Objects;

/**
 * Chooses one of the lockers of an application that has locks in several databases:
 *
 * <pre>{@code
 * @Inject @LockDomain("billing") Locker locker;
 * @Inject @LockDomain("billing") LockAdmin admin;
 * }</pre>
 *
 * <p>A domain has a data source and settings of its own. Its data source is the one that
 * {@code holdfast.billing.datasource} names or, without that setting, the CDI bean of type {@link javax.sql.DataSource}
 * with this qualifier. A domain with neither fails the deployment (HOLDFAST-0051). Every setting that a domain does not
 * have, including the namespace, is that of the default locker, which is the one that is injected without this
 * annotation. Exceptions are the data sources and the settings of single names ({@code holdfast.lock.<name>.*}).
 * {@link Locked#domain()} chooses a domain for a method.
 *
 * <p><b>Not guaranteed:</b> re-entry across domains. Two domains with the same database and the same namespace exclude
 * each other like two applications: a call chain or a transaction that acquires a key in both waits for itself.
 *
 * @since 0.1.0
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface LockDomain {

    /**
     * Returns the name of the domain.
     *
     * @return lower-case words of letters and digits, with hyphens between them
     */
    String value();

    /**
     * An instance of the annotation, for a lookup in a program:
     * {@code lockers.select(LockDomain.Literal.of("billing"))}.
     *
     * @since 0.1.0
     */
    final class Literal extends AnnotationLiteral<LockDomain> implements LockDomain {

        private static final long serialVersionUID = 1L;

        /** The name of the domain. */
        private final String value;

        private Literal(String value) {
            this.value = Objects.requireNonNull(value, "value");
        }

        /**
         * Returns an annotation with this name.
         *
         * @param value the name of the domain
         * @return the annotation
         */
        public static Literal of(String value) {
            return new Literal(value);
        }

        @Override
        public String value() {
            return value;
        }
    }
}

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
 * Chooses among the lockers of an application that locks in several databases:
 *
 * <pre>{@code
 * @Inject @LockDomain("billing") Locker locker;
 * @Inject @LockDomain("billing") LockAdmin admin;
 * }</pre>
 *
 * <p>A domain has a data source and settings of its own. The data source is the one that {@code holdfast.billing.datasource}
 * names or, without that setting, the CDI bean of type {@link javax.sql.DataSource} with this qualifier; a domain with neither
 * fails the deployment (HOLDFAST-0051). What is not set for a domain is as for the default locker,
 * which is the one injected without this annotation; also the namespace. {@link Locked#domain()} chooses for a method.
 *
 * <p><b>Not guaranteed:</b> two domains of one database and one namespace exclude each other as strangers do: within one call
 * chain or transaction, acquiring a key in both waits for itself.
 */
@Qualifier
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.METHOD, ElementType.TYPE})
public @interface LockDomain {

    /**
     * The name of the domain.
     *
     * @return lower-case words of letters and digits with hyphens between them
     */
    String value();

    /** To look up a locker by program: {@code lockers.select(LockDomain.Literal.of("billing"))}. */
    final class Literal extends AnnotationLiteral<LockDomain> implements LockDomain {

        private static final long serialVersionUID = 1L;

        /** The name of the domain. */
        private final String value;

        private Literal(String value) {
            this.value = Objects.requireNonNull(value, "value");
        }

        /**
         * Of this domain.
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

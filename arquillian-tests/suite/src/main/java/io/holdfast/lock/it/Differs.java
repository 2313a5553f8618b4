// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import java.lang.annotation.ElementType;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Where a server cannot give what the test's name says: how it differs, which is what the test shows there. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@Repeatable(Differs.All.class)
public @interface Differs {

    /** The first word of the server's column, such as {@code Payara}. */
    String on();

    /** Why, and what the locker does about it. */
    String how();

    /** Container of {@link Differs}. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface All {
        Differs[] value();
    }
}

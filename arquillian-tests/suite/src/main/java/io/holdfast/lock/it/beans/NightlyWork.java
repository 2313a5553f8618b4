// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Stereotype;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A stereotype that brings a lock. */
@Stereotype
@ApplicationScoped
@Locked(value = "nightly", waitAtMost = Locked.IMMEDIATE)
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface NightlyWork {}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Typed;

/** Inherits the annotation of its class. */
@Dependent
@Typed(InheritingBean.class)
public class InheritingBean extends CdiBean {}

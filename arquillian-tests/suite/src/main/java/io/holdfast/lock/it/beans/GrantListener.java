// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import jakarta.enterprise.context.ApplicationScoped;

/** A listener beside the implementation in a WAR, or in an EJB jar. */
@ApplicationScoped
public class GrantListener extends GrantNotes {}

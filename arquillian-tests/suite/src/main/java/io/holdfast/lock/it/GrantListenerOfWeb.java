// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.GrantNotes;
import jakarta.enterprise.context.ApplicationScoped;

/** A listener in the WAR of an EAR. */
@ApplicationScoped
public class GrantListenerOfWeb extends GrantNotes {}

// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: the names, values and sources of the settings, and the names of lock domains.
 *
 * <p>Uses {@code postgres.config}. MicroProfile Config, which the server may lack, is named in
 * {@link io.holdfast.lock.ee.settings.MicroProfileConfigSource} only, inside method bodies.
 */
@NullMarked
package io.holdfast.lock.ee.settings;

import org.jspecify.annotations.NullMarked;

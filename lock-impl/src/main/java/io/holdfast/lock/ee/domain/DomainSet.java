// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.domain;

import io.holdfast.lock.ee.settings.ApplicationSettings;
import java.util.Map;

/**
 * The domains of an application with their settings.
 *
 * @param settings the settings of the application
 * @param byName the domains by their names
 */
record DomainSet(ApplicationSettings settings, Map<String, Domain> byName) {}

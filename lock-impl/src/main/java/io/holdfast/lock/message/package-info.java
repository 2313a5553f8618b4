// SPDX-License-Identifier: Apache-2.0
/**
 * Internal: what the catalogues of messages have in common. Uses {@code lock-api} and the JDK only.
 */
package io.holdfast.lock.message;

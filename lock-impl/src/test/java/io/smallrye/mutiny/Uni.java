// SPDX-License-Identifier: Apache-2.0
package io.smallrye.mutiny;

/** Stands for Mutiny's own type, which is known by its name only. */
public interface Uni<T> {}

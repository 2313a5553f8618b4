// SPDX-License-Identifier: Apache-2.0
/** A box office on several servers: what must not happen twice is under a lock. */
package io.holdfast.example;

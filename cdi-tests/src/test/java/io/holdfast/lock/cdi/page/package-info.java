// SPDX-License-Identifier: Apache-2.0
/** The application whose tests docs/testing.md shows. */
package io.holdfast.lock.cdi.page;

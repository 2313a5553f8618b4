// SPDX-License-Identifier: Apache-2.0
/** Starts the example: {@code mvn -Pdemo}. */
package io.holdfast.example.demo;

// SPDX-License-Identifier: Apache-2.0
/** The box office over HTTP. */
package io.holdfast.example.web;

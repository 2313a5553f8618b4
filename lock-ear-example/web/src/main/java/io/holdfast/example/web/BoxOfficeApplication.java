// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example.web;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Everything below {@code /api}. */
@ApplicationPath("api")
public class BoxOfficeApplication extends Application {}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** Lists no classes, so that the server registers what it finds. */
@ApplicationPath("api")
public class ScanningApi extends Application {}

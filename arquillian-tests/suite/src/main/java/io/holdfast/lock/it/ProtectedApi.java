// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.core.Application;

/** As {@link ScanningApi}, below a path that web.xml protects. */
@ApplicationPath("protected")
public class ProtectedApi extends Application {}

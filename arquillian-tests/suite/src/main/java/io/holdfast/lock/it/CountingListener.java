// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.testkit.RecordingListener;
import jakarta.enterprise.context.ApplicationScoped;

/** Every attempt that the core makes, so that the guard's retries show. */
@ApplicationScoped
public class CountingListener extends RecordingListener {}

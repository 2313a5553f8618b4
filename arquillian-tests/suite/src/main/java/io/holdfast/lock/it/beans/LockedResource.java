// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.batch.runtime.BatchRuntime;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.core.Context;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A resource without a scope of its own, which shows under which keys it and other components run. */
@Path("")
public class LockedResource {

    @Inject
    private CurrentLock lock;

    @Inject
    private SessionBean session;

    @GET
    @Path("resource")
    @Locked("component/resource")
    public String resource() {
        return lock.keys().toString();
    }

    @GET
    @Path("session")
    public String session() {
        return session.keys();
    }

    @GET
    @Path("filter")
    public String filter(@Context HttpServletRequest request) {
        return String.valueOf(request.getAttribute(LockedFilter.KEYS));
    }

    @GET
    @Path("batch")
    public String batch() throws Exception {
        CompletableFuture<String> keys = LockedBatchlet.expect();
        BatchRuntime.getJobOperator().start("locked", new Properties());
        return keys.get(30, TimeUnit.SECONDS);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.TracedBean;
import jakarta.enterprise.context.RequestScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.ApplicationPath;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Application;
import java.util.concurrent.CompletableFuture;

/** Requests that lock. */
@RequestScoped
@Path("/")
public class TracedResource {

    /** Makes the server look for resources. */
    @ApplicationPath("/traced")
    public static class Resources extends Application {}

    @Inject
    private Locker locker;

    @Inject
    private TracedBean bean;

    @GET
    @Path("/locked/{id}")
    public String locked(@PathParam("id") String id) {
        return bean.work(id);
    }

    /** An unsuccessful try, and a wait that another thread ends. */
    @GET
    @Path("/contended/{id}")
    public String contended(@PathParam("id") String id) throws Exception {
        LockRequest request = LockRequest.of("traced/" + id).name("traced");
        CompletableFuture<LockHandle> later;
        try (LockHandle held = locker.acquire(request)) {
            boolean granted = locker.tryAcquire(request).isPresent();
            later = locker.acquireAsync(request);
            if (granted || !held.isHeld()) {
                return "not contended";
            }
        }
        later.get().release();
        return id;
    }
}

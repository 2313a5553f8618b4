// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.CacheRetrieveMode;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceContext;
import jakarta.transaction.Transactional;
import java.util.Map;
import java.util.concurrent.Callable;

/** Sells seats, which others sell too: on other servers, and without Jakarta Persistence. */
@ApplicationScoped
public class SeatsBean {

    private static final String KEY = "seats";

    @PersistenceContext
    private EntityManager entities;

    @Locked(value = KEY, waitAtMost = 30)
    public <T> T locked(Callable<T> work) throws Exception {
        return work.call();
    }

    public Seat find(int id) {
        return entities.find(Seat.class, id);
    }

    /** In the caller's transaction, which may have read the seat before. */
    @Locked(value = KEY, waitAtMost = 30)
    public boolean sellRefreshed(int id) {
        Seat seat = entities.find(Seat.class, id);
        entities.refresh(seat);
        return sell(seat);
    }

    /** In the caller's transaction, and wrong if that has read the seat before. */
    @Locked(value = KEY, waitAtMost = 30)
    public boolean isFreeWithoutRefresh(int id) {
        return find(id).isFree();
    }

    /** In a transaction that begins under the lock. */
    @Transactional
    @Locked(value = KEY, waitAtMost = 30)
    public boolean sellInOwnTransaction(int id) {
        Map<String, Object> notFromCache = Map.of("jakarta.persistence.cache.retrieveMode", CacheRetrieveMode.BYPASS);
        return sell(entities.find(Seat.class, id, notFromCache));
    }

    private static boolean sell(Seat seat) {
        boolean free = seat.isFree();
        if (free) {
            seat.sell();
        }
        return free;
    }
}

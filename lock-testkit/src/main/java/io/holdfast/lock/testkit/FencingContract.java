// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Tests of the tokens that distinguish a later holder from an earlier one. */
abstract class FencingContract extends HoldingContract {

    @Test
    @DisplayName("C15: there is a fencing token if the request is fenced, and it stays the same while the lock is held")
    final void shouldGiveTokenIfAsked() throws InterruptedException {
        LockHandle unfenced = here.acquire(request());
        assertEquals(Optional.empty(), unfenced.fencingToken());
        unfenced.release();

        LockHandle fenced = here.acquire(request().fenced(true));
        Optional<FencingToken> token = fenced.fencingToken();
        fenced.refresh(LONG);
        assertTrue(token.isPresent());
        assertEquals(token, fenced.fencingToken());
        fenced.release();
        assertEquals(token, fenced.fencingToken(), "also afterwards");
    }

    @Test
    @DisplayName(
            "C15: a fencing token grows with every grant of a key, here and there, waited for or not, in every mode")
    final void shouldGiveGrowingTokens() throws Exception {
        LockRequest fenced = request().fenced(true);
        List<FencingToken> tokens = new ArrayList<>();
        for (int round = 0; round < 5; round++) {
            for (Locker locker : List.of(here, there)) {
                tokens.add(endToken(locker.acquire(fenced)));
                tokens.add(endToken(locker.tryAcquire(fenced).orElseThrow()));
                tokens.add(endToken(locker.acquireAsync(fenced).get()));
                tokens.add(endToken(locker.acquire(fenced.enforcedTtl(LONG))));
            }
            tokens.add(sharedToken(here));
            tokens.add(sharedToken(there));
        }

        for (int i = 1; i < tokens.size(); i++) {
            assertTrue(tokens.get(i - 1).compareTo(tokens.get(i)) < 0, i + " of " + tokens);
        }
    }

    @Test
    @DisplayName("C15: a waiter's token is larger than the one of the holder that it waited for")
    final void shouldGiveWaiterLargerToken() throws Exception {
        LockHandle holder = here.acquire(request().fenced(true));
        var waiter = threads.submit(() -> there.acquire(request().fenced(true)));
        stillWaiting(waiter);

        FencingToken before = endToken(holder);

        assertTrue(before.compareTo(endToken(waiter.get())) < 0);
    }

    private FencingToken sharedToken(Locker locker) throws InterruptedException {
        return endToken(locker.acquire(shared().fenced(true)));
    }

    private static FencingToken endToken(LockHandle handle) {
        handle.release();
        return handle.fencingToken().orElseThrow();
    }
}

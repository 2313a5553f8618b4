// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.cdi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.Locked;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How the refusal of an application reads. */
class RefusalIT extends CdiTest {

    /** Has two mistakes. */
    @ApplicationScoped
    static class WrongBean {

        @Locked("")
        void empty() {
            throw new AssertionError("ran without its lock");
        }

        @Locked("order/#{missing}")
        void misspelt(long id) {
            throw new AssertionError("ran without its lock: " + id);
        }
    }

    @Test
    void shouldListAllMistakesInOneExceptionWithoutStackTrace() {
        refusalOf(WrongBean.class);

        List<Throwable> refusals = failures().stream()
                .filter(failure -> String.valueOf(failure.getMessage()).startsWith("HOLDFAST-0110"))
                .toList();
        assertEquals(1, refusals.size(), refusals::toString);
        List<String> lines = refusals.get(0).getMessage().lines().toList();
        assertEquals(2, lines.size(), lines::toString);
        assertTrue(lines.get(0).contains("WrongBean.empty"), lines.get(0));
        assertTrue(lines.get(1).contains("WrongBean.misspelt"), lines.get(1));
        assertEquals(0, refusals.get(0).getStackTrace().length);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockState;
import io.holdfast.lock.Snippets;
import io.holdfast.lock.Snippets.Example;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The examples of the page about the locker run on PostgreSQL, too. */
@Timeout(60)
class LockerPageIT extends LockerTest {

    @TempDir
    private Path classes;

    static List<Example> examples() {
        return Snippets.ofPage(Path.of("../docs/locker.md"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    @DisplayName("an example runs, and leaves no lock behind")
    void shouldRun(Example example) throws Exception {
        PostgresLocker locker = locker(CONFIG);
        boolean administers = example.code().contains("admin.");
        LockHandle held = administers ? elsewhere().acquire("order/42") : null;

        boolean ran = example.run(classes, locker, locker.admin());

        if (held != null) {
            assertTrue(ran, "what is for operators is tried");
            if (example.code().contains("terminate(")) {
                Server.eventually("it was ended", () -> held.state() == LockState.LOST);
            }
            held.close();
        }
        if (ran) {
            for (String shown : List.of("reports/daily", "order/42", "account/1", "account/2")) {
                Server.eventually(shown + " is free", () -> server.isFree(locker.lockId(shown)));
            }
        }
    }
}

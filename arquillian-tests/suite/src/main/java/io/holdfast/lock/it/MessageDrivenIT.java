// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.LockHandle;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.Locker;
import io.holdfast.lock.it.beans.Keys;
import io.holdfast.lock.it.beans.MessageEjb;
import io.holdfast.lock.it.beans.MessageTask;
import jakarta.annotation.Resource;
import jakarta.inject.Inject;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Queue;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import javax.naming.InitialContext;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.container.annotation.ArquillianTest;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Message-driven beans, whose transactions begin before any interceptor. */
@ArquillianTest
public class MessageDrivenIT {

    private static final String KEY = "message/key";

    @Inject
    private Locker locker;

    @Resource(lookup = "java:comp/DefaultJMSConnectionFactory")
    private ConnectionFactory connections;

    @Deployment
    static WebArchive deployment() {
        WebArchive war = Archives.testWar(
                MessageDrivenIT.class, Map.of("holdfast.datasource", "jdbc/work"), MessageEjb.class, MessageTask.class);
        return Archives.boundToMessages(war, MessageEjb.class);
    }

    private Object inMessage(Callable<?> work) throws Exception {
        MessageTask task = MessageTask.next(work);
        Queue queue = (Queue) new InitialContext().lookup(MessageEjb.QUEUE);
        try (JMSContext context = connections.createContext()) {
            context.createProducer().send(queue, "go");
        }
        return task.result().get(30, TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("C22: a @Locked message-driven bean holds its lock while it handles the message, and until its"
            + " transaction has ended")
    void shouldLockWhileMessageIsHandled() throws Exception {
        long lockId = locker.lockId(Keys.SHARED);
        for (int i = 0; i < 3; i++) {
            assertEquals(1, inMessage(() -> PgLocks.holders(lockId)));
            PgLocks.eventually("free after the transaction", () -> PgLocks.holders(lockId) == 0);
        }
    }

    @Test
    @DisplayName(
            "C3, C8, C10: a lock acquired in a message-driven bean stays on its session and can be released elsewhere")
    void shouldStayOnSession() throws Exception {
        long lockId = locker.lockId(KEY);
        LockHandle handle = (LockHandle) inMessage(() -> locker.acquire(LockRequest.of(KEY)));
        int pid = PgLocks.pidOf(lockId);
        assertEquals(pid, inMessage(() -> {
            handle.refresh(LockRequest.UNLIMITED);
            return PgLocks.pidOf(lockId);
        }));
        assertEquals("idle", PgLocks.restingStateOf(pid));
        assertTrue(locker.tryAcquire(LockRequest.of(KEY)).isEmpty());
        handle.release();
        assertEquals(0, PgLocks.holders(lockId));
    }
}

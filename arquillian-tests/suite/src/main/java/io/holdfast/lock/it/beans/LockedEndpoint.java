// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.CurrentLock;
import io.holdfast.lock.Locked;
import jakarta.enterprise.context.Dependent;
import jakarta.inject.Inject;
import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Answers each message with the keys that it is handled under. */
@Dependent
@ServerEndpoint("/socket")
public class LockedEndpoint {

    @Inject
    private CurrentLock lock;

    @OnMessage
    @Locked("component/socket")
    public String answer(String message) {
        return message + lock.keys();
    }
}

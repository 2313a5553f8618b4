// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSDestinationDefinition;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Handles messages in transactions of the container; what each of them does is left to {@link MessageTask}. */
@JMSDestinationDefinition(
        name = MessageEjb.QUEUE,
        interfaceName = "jakarta.jms.Queue",
        destinationName = "holdfastMessages")
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = MessageEjb.QUEUE),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue")
        })
public class MessageEjb implements MessageListener {

    public static final String QUEUE = "java:app/jms/messages";

    @Override
    @Locked(value = Keys.SHARED, waitAtMost = 30)
    public void onMessage(Message message) {
        MessageTask.current().run();
    }
}

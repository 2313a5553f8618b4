// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.ejb.ActivationConfigProperty;
import jakarta.ejb.MessageDriven;
import jakarta.jms.JMSDestinationDefinition;
import jakarta.jms.Message;
import jakarta.jms.MessageListener;

/** Fails its deployment, as a component that is no bean. */
@JMSDestinationDefinition(
        name = WrongMessageEjb.QUEUE,
        interfaceName = "jakarta.jms.Queue",
        destinationName = "holdfastWrongMessages")
@MessageDriven(
        activationConfig = {
            @ActivationConfigProperty(propertyName = "destinationLookup", propertyValue = WrongMessageEjb.QUEUE),
            @ActivationConfigProperty(propertyName = "destinationType", propertyValue = "jakarta.jms.Queue")
        })
public class WrongMessageEjb implements MessageListener {

    static final String QUEUE = "java:app/jms/wrong";

    @Override
    @Locked("")
    public void onMessage(Message message) {}
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

/** The server that this code runs on. */
public final class Node {

    /** Its name. */
    public static final String NAME =
            System.getProperty("boxoffice.node", System.getProperty("jboss.node.name", "node"));

    private Node() {}
}

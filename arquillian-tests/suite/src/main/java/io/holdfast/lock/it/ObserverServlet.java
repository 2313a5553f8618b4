// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;

/** Reports what other deployments have left in the server; part of a deployment without the product. */
@WebServlet("/observer")
public class ObserverServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @Override
    Object answer(HttpServletRequest request) {
        return switch (request.getParameter("what")) {
            case "connections" -> PoolStatistics.connectionsInUse();
            case "threads" -> keepers();
            case "lifecycle" -> lifecycle();
            case "deployments" -> inMemory(request.getParameter("of"));
            default -> throw new IllegalArgumentException(request.getParameter("what"));
        };
    }

    @Override
    public void destroy() {
        Loaders.forget();
    }

    private static List<String> keepers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("holdfast-keeper-"))
                .map(thread -> thread.getName() + " of id " + thread.getId())
                .toList();
    }

    /** What the beans of an application have logged since this was asked last. */
    private static String lifecycle() {
        String log = System.clearProperty("holdfast.test.lifecycle");
        return log == null ? "" : log;
    }

    private static long inMemory(String application) {
        System.gc();
        return Loaders.inMemory(application);
    }
}

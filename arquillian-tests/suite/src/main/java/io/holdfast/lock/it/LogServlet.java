// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Answers whether the locker has logged a message with all {@code part} parameters; needs the extension {@link LogOfStart}. */
@WebServlet("/log")
public class LogServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient LogOfStart log;

    @Override
    Object answer(HttpServletRequest request) {
        return log.has(request.getParameterValues("part"));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers whether the locker has logged a message with all {@code part} parameters; needs the extension {@link LogOfStart}. */
@WebServlet("/log")
public class LogServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient LogOfStart log;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print(log.has(request.getParameterValues("part")));
    }
}

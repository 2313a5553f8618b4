// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/** Answers a POST request with a text. */
abstract class AnsweringServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    abstract Object answer(HttpServletRequest request) throws Exception;

    @Override
    protected final void doPost(HttpServletRequest request, HttpServletResponse response)
            throws IOException, ServletException {
        try {
            response.getWriter().print(answer(request));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new ServletException(e);
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it.beans;

import io.holdfast.lock.Locked;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/** Fails its deployment: the servlet calls the method itself. */
@WebServlet("/wrong")
public class WrongServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    @Locked("order")
    protected void doGet(HttpServletRequest request, HttpServletResponse response) {}
}

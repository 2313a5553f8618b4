// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Returns the process id of the server. */
@WebServlet("/process")
public class ProcessServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @Override
    Object answer(HttpServletRequest request) {
        return ProcessHandle.current().pid();
    }
}

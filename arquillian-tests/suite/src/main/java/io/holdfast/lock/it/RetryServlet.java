// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.RetryingBean;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.PrintWriter;

/** Stands for {@link ExerciseServlet} in a deployment without the product. */
@WebServlet("/exercise")
public class RetryServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient RetryingBean bean;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        PrintWriter answer = response.getWriter();
        bean.retry(() -> answer.print("done"));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.RetryingBean;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.atomic.AtomicReference;

/** Stands for {@link ExerciseServlet} in a deployment without the product. */
@WebServlet("/exercise")
public class RetryServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient RetryingBean bean;

    @Override
    Object answer(HttpServletRequest request) {
        AtomicReference<String> answer = new AtomicReference<>();
        bean.retry(() -> answer.set("done"));
        return answer;
    }
}

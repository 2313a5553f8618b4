// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.CurrentKeyBean;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;

/** Calls the bean of the same archive. */
@WebServlet("/keys")
public class CurrentKeyServlet extends AnsweringServlet {

    private static final long serialVersionUID = 1L;

    @Inject
    private transient CurrentKeyBean bean;

    @Override
    Object answer(HttpServletRequest request) {
        return bean.keys();
    }
}

// SPDX-License-Identifier: Apache-2.0
package com.example;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

@WebServlet("/stock")
public class StockServlet extends HttpServlet {

    @Inject
    private Stock stock;

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String item = request.getParameter("item");
        try {
            response.getWriter().print(stock.reserve(item) + " " + stock.isFree(item));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}

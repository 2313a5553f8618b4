// SPDX-License-Identifier: Apache-2.0
package io.holdfast.example;

import jakarta.ejb.ApplicationException;
import java.sql.SQLException;

/**
 * The box office could not do its work. Rolls back the transaction of the EJB that throws it, and reaches the caller as it is. A checked
 * exception without this annotation, such as {@link SQLException}, would commit what was done before.
 */
@ApplicationException(rollback = true)
public class BoxOfficeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BoxOfficeException(String message, Exception cause) {
        super(message, cause);
    }
}

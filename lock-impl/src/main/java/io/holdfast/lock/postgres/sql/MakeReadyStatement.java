// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.sql;

import io.holdfast.lock.postgres.sql.AcquireStatement.Acquired;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.stream.IntStream;

/**
 * Makes a session ready for many locks: releases what an earlier user left on it, and sets its lease and name. The
 * answer is that of a lock that is granted, except on a standby.
 *
 * @param settings what the session is set to; not enforced
 */
public record MakeReadyStatement(SessionSettings settings) implements RowQuery<Acquired> {

    /** The text of each {@linkplain SessionSettings#variant() variant} of the settings. */
    private static final String[] TEXTS = IntStream.range(0, SessionSettings.VARIANTS)
            .mapToObj(variant -> AcquireStatement.text("true", false, variant, false))
            .toArray(String[]::new);

    @Override
    public String text() {
        return TEXTS[settings.variant()];
    }

    @Override
    public void bind(PreparedStatement statement) throws SQLException {
        settings.bind(statement, 1);
    }

    @Override
    public Acquired readRow(ResultSet row) throws SQLException {
        return Acquired.read(row);
    }
}

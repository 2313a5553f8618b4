// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules for the main sources that only their text can show. */
class SourcesTest {

    private static final int COLUMNS = 120;

    /** A part of a statement, or a name of PostgreSQL. */
    private static final Pattern SQL = Pattern.compile("\\bpg_\\w|::[a-z]|\\boperator\\("
            + "|\\b(select|insert into|delete from|set (local|session)|lock table)\\b"
            + "|^(begin|commit|rollback|savepoint|discard|deallocate|reset|show|set)\\b");

    private static final Pattern SQL_STATE = Pattern.compile("[0-9][0-9A-Z]{4}");

    /** Except that messages name what a user has to look at. */
    @Test
    void sqlShouldBeInItsPackageOnly() {
        MainCode.assertNone(
                literals(file -> !isHomeOfSql(file) && !file.simpleName().endsWith("Messages"))
                        .filter(literal -> SQL.matcher(literal.text()).find()));
        assertTrue(literals(SourcesTest::isHomeOfSql)
                .anyMatch(literal -> SQL.matcher(literal.text()).find()));
    }

    private static boolean isHomeOfSql(SourceFile file) {
        return file.packageName().equals("io.holdfast.lock.postgres.sql");
    }

    @Test
    void sqlStatesShouldBeInOneClassOnly() {
        assertEquals(
                Set.of("SqlStates"),
                Set.copyOf(literals(file -> true)
                        .filter(literal -> SQL_STATE.matcher(literal.text()).matches())
                        .map(Literal::file)
                        .toList()));
    }

    @Test
    void linesShouldNotBeTooLong() {
        MainCode.assertNone(Stream.of(
                        "lock-api", "lock-impl", "lock-testkit", "lock-testkit-postgres", "lock-benchmark")
                .flatMap(module -> SourceFile.of(module).stream())
                .flatMap(file -> file.text()
                        .lines()
                        .filter(line -> line.length() > COLUMNS)
                        .map(line -> file.simpleName() + ": " + line.strip())));
    }

    @Test
    void shouldReadLiteralsAndTypes() {
        SourceFile file = new SourceFile(Path.of("A.java"), """
                import a.b.Imported;
                import a.b.Documented;
                import static a.b.Constants.LIMIT;
                /** {@link Documented} */ Imported i = LIMIT;
                // "no literal" c.d.InComment
                /* "none" */ char quote = '"'; String s = "a \\" // b" + e.f.Qualified.NAME + '\\'' + "c";
                """);

        assertEquals(List.of("a \\\" // b", "c"), file.literals());
        assertEquals(Set.of("a.b.Constants", "a.b.Imported", "e.f.Qualified"), file.qualifiedTypes());
    }

    /** A string literal, and the type in whose file it is. */
    private record Literal(String file, String text) {}

    private static Stream<Literal> literals(Predicate<SourceFile> in) {
        return SourceFile.ofBothModules().stream()
                .filter(in)
                .flatMap(file -> file.literals().stream().map(text -> new Literal(file.simpleName(), text)));
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.architecture;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.architecture.MainCode.Use;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Where lock-impl may name APIs of the JDK and of servers. */
class HomesTest {

    /**
     * Types of an API, and the types of lock-impl that may name them, below io.holdfast.lock. Both are regular expressions,
     * in which a dot without an asterisk is a dot.
     */
    private record Home(Pattern api, Pattern users) {

        Home(String api, String users) {
            this(pattern(api), pattern(users));
        }

        private static Pattern pattern(String text) {
            return Pattern.compile(text.replaceAll("[.](?![*])", "[.]"));
        }
    }

    /** A server may lack these: a bean or an interceptor that names a missing type is dropped by the container. */
    private static final List<Home> OPTIONAL = List.of(
            new Home("jakarta.transaction.*", "ee.transaction.JtaTransaction"),
            new Home("jakarta.ws.rs.*", "ee.operations.LocksEndpoint|integration.LocksResource"),
            new Home(
                    "jakarta.el.*",
                    "ee.key.(KeyExpression|Expression(Context|Values)|(Argument|Record|ReadOnly)Resolver)"),
            new Home("jakarta.enterprise.concurrent.*", "ee.locked.AsynchronousResult"),
            new Home("org.eclipse.microprofile.config.*", "ee.settings.MicroProfileConfigSource"),
            new Home("org.eclipse.microprofile.faulttolerance.*", "integration.LockAcquisition"),
            new Home("org.eclipse.microprofile.metrics.*", "ee.observe.MicroProfileMetrics"),
            new Home("org.eclipse.microprofile.health.*", "ee.operations.LockHealth"),
            new Home("io.opentelemetry.*", "ee.observe.OpenTelemetry(Metrics|Tracing)"),
            new Home("io.micrometer.*", "ee.observe.MicrometerMetrics"));

    private static final List<Home> OTHERS = List.of(
            new Home(
                    "java.sql.(Statement|PreparedStatement|CallableStatement|ResultSet|Types)",
                    "postgres.(sql|connection|transaction).*"),
            new Home("java.sql.SQLException", "postgres.*|message.*|ee.(domain|transaction).*"),
            new Home("java.sql.*", "postgres.(?!thread).*|ee.(domain|transaction).*"),
            new Home(
                    "javax.sql.*",
                    "postgres.(config|session).*|ee.(domain|naming).*|integration.StandaloneLocker(Builder)?"),
            new Home("javax.naming.*", "ee.naming.*"),
            new Home("jakarta.(annotation|enterprise|inject|interceptor).*", "ee.*|integration.LockAcquisition"),
            new Home("java.(lang|util|time|io|math|net|nio|text|security).*", ".*"),
            new Home("org.jspecify.annotations.*", ".*"));

    @Test
    void shouldNameApisInTheirHomesOnly() {
        MainCode.assertNone(usesOfApis().filter(use -> !isAtHome(use)));
    }

    /** The first row that fits decides; what is in no row may be used nowhere. */
    private static boolean isAtHome(Use use) {
        return Stream.concat(OPTIONAL.stream(), OTHERS.stream())
                .filter(home -> home.api().matcher(use.to()).matches())
                .findFirst()
                .filter(home ->
                        home.users().matcher(MainCode.relative(use.from())).matches())
                .isPresent();
    }

    private static Stream<Use> usesOfApis() {
        return MainCode.USES.stream()
                .filter(use -> MainCode.isInImplementation(use.from()) && !MainCode.isOurs(use.to()));
    }

    /** In the package documentation of each class that names it. */
    @Test
    void shouldDocumentTheHomesOfOptionalApis() {
        for (Home home : OPTIONAL) {
            List<String> users = usesOfApis()
                    .filter(use -> home.api().matcher(use.to()).matches())
                    .map(Use::from)
                    .distinct()
                    .toList();
            assertFalse(users.isEmpty(), () -> "something uses " + home.api());
            users.forEach(user -> {
                SourceFile documentation = MainCode.source(user.replaceAll("\\w+$", "package-info"));
                assertTrue(
                        documentation.text().contains("{@link " + user + "}"),
                        () -> documentation.path() + " names " + user);
            });
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.BeanManagedEjb;
import io.holdfast.lock.it.beans.CallingBean;
import io.holdfast.lock.it.beans.CallingEjb;
import io.holdfast.lock.it.beans.CallingTimer;
import io.holdfast.lock.ee.locked.LockedMethodTest.Keys;
import java.io.File;
import java.util.Map;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Deployments made of the jars that the build made. */
final class Archives {

    private static final File DIRECTORY = new File(System.getProperty("archives", "target/archives"));
    private static final Map<String, String> DATA_SOURCE = Map.of("holdfast.datasource", "jdbc/holdfast");

    private Archives() {}

    /** An EAR as users make it: the two jars in lib, an EJB jar, and a WAR that has the tests. */
    static EnterpriseArchive ear(String name, Class<?>[] ejbs, Class<?>... tests) {
        return ear(name, Map.of(), ejbs, tests);
    }

    static EnterpriseArchive ear(String name, Map<String, String> settings, Class<?>[] ejbs, Class<?>... tests) {
        return ShrinkWrap.create(EnterpriseArchive.class, name + ".ear")
                .addAsLibraries(jars())
                .addAsModule(ShrinkWrap.create(JavaArchive.class, name + "-ejb.jar")
                        .addClasses(ejbs)
                        .addAsManifestResource(settings(settings), "microprofile-config.properties"))
                .addAsModule(ShrinkWrap.create(WebArchive.class, name + ".war").addClasses(tests));
    }

    /** A WAR with the two jars in WEB-INF/lib. */
    static WebArchive war(String name, Map<String, String> settings, Class<?>... classes) {
        return ShrinkWrap.create(WebArchive.class, name + ".war")
                .addAsLibraries(jars())
                .addClasses(classes)
                .addAsResource(settings(settings), "META-INF/microprofile-config.properties");
    }

    /** A WAR for {@link PinnedConnections}. */
    static WebArchive pinned(String name, Map<String, String> settings, Class<?>... tests) {
        return war(name, settings, tests)
                .addClasses(
                        PinnedConnections.class,
                        Contexts.class,
                        Contexts.Context.class,
                        BeanManagedEjb.class,
                        CallingBean.class,
                        CallingEjb.class,
                        CallingTimer.class,
                        Keys.class,
                        PgLocks.class,
                        Rows.class);
    }

    /** An application without the product, which looks at the server. */
    static WebArchive observer() {
        return ShrinkWrap.create(WebArchive.class, "observer.war")
                .addClasses(ObserverServlet.class, Loaders.class, PoolStatistics.class);
    }

    static EnterpriseArchive example() {
        return ShrinkWrap.createFromZipFile(EnterpriseArchive.class, file("lock-ear-example-ear.ear"));
    }

    static File file(String name) {
        return new File(DIRECTORY, name);
    }

    /** The two jars of the product. */
    static Archive<?>[] jars() {
        return new Archive<?>[] {
            ShrinkWrap.createFromZipFile(JavaArchive.class, file("lock-api.jar")),
            ShrinkWrap.createFromZipFile(JavaArchive.class, file("lock-impl.jar"))
        };
    }

    static StringAsset text(String text) {
        return new StringAsset(text);
    }

    private static StringAsset settings(Map<String, String> settings) {
        StringBuilder lines = new StringBuilder();
        DATA_SOURCE.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        settings.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        return new StringAsset(lines.toString());
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.it;

import io.holdfast.lock.it.beans.BeanManagedEjb;
import io.holdfast.lock.it.beans.CallingBean;
import io.holdfast.lock.it.beans.CallingEjb;
import io.holdfast.lock.it.beans.CallingTimer;
import io.holdfast.lock.it.beans.Keys;
import jakarta.enterprise.inject.spi.Extension;
import java.io.File;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.shrinkwrap.api.Archive;
import org.jboss.shrinkwrap.api.ShrinkWrap;
import org.jboss.shrinkwrap.api.asset.EmptyAsset;
import org.jboss.shrinkwrap.api.asset.StringAsset;
import org.jboss.shrinkwrap.api.spec.EnterpriseArchive;
import org.jboss.shrinkwrap.api.spec.JavaArchive;
import org.jboss.shrinkwrap.api.spec.WebArchive;

/** Deployments made of the jars that the build made. Classes are added with their superclasses. */
final class Archives {

    private static final File DIRECTORY = new File(System.getProperty("archives", "target/archives"));
    private static final String SETTINGS = "microprofile-config.properties";

    /** What tests inside the server and their beans use. */
    private static final Class<?>[] SUPPORT = {Keys.class, PgLocks.class, Rows.class};

    private Archives() {}

    // ---- with a test that runs inside the server

    /** A WAR that is named after its test. */
    static WebArchive testWar(Class<?> test, Map<String, String> settings, Class<?>... beans) {
        return testWar(name(test), test, settings, beans);
    }

    static WebArchive testWar(String name, Class<?> test, Map<String, String> settings, Class<?>... beans) {
        return war(name, settings, beans).addClasses(withSuperclasses(test)).addClasses(SUPPORT);
    }

    /** An EAR that is named after the test in its WAR. */
    static EnterpriseArchive testEar(Class<?> test, Map<String, String> settings, Class<?>... ejbs) {
        return testEar(name(test), test, settings, ejbs);
    }

    static EnterpriseArchive testEar(String name, Class<?> test, Map<String, String> settings, Class<?>... ejbs) {
        EnterpriseArchive ear = ear(name, settings, ejbs, test);
        ejbs(ear).addClasses(SUPPORT);
        return ear;
    }

    private static String name(Class<?> test) {
        return test.getSimpleName()
                .replaceAll("IT$", "")
                .replaceAll("(?<=[a-z])(?=[A-Z])", "-")
                .toLowerCase(Locale.ROOT);
    }

    /** A WAR for {@link PinnedConnections}, named after its test. */
    static WebArchive pinned(Class<?> test, Map<String, String> settings) {
        return pinned(name(test), test, settings);
    }

    static WebArchive pinned(String name, Class<?> test, Map<String, String> settings) {
        return testWar(
                name,
                test,
                settings,
                PinnedConnections.class,
                Contexts.class,
                BeanManagedEjb.class,
                CallingBean.class,
                CallingEjb.class,
                CallingTimer.class);
    }

    // ---- applications

    /** A WAR with the two jars in WEB-INF/lib. */
    static WebArchive war(String name, Class<?>... classes) {
        return war(name, Map.of(), classes);
    }

    static WebArchive war(String name, Map<String, String> settings, Class<?>... classes) {
        return ShrinkWrap.create(WebArchive.class, name + ".war")
                .addAsLibraries(jars())
                .addClasses(withSuperclasses(classes))
                .addAsResource(settings(settings), "META-INF/" + SETTINGS);
    }

    /** An EAR as users make it: the two jars in lib, an EJB jar, and a WAR. */
    static EnterpriseArchive ear(String name, Class<?>[] ejbs, Class<?>... web) {
        return ear(name, Map.of(), ejbs, web);
    }

    static EnterpriseArchive ear(String name, Map<String, String> settings, Class<?>[] ejbs, Class<?>... web) {
        return ShrinkWrap.create(EnterpriseArchive.class, name + ".ear")
                .addAsLibraries(jars())
                .addAsModule(ShrinkWrap.create(JavaArchive.class, name + "-ejb.jar")
                        .addClasses(withSuperclasses(ejbs))
                        .addAsManifestResource(settings(settings), SETTINGS))
                .addAsModule(ShrinkWrap.create(WebArchive.class, name + ".war").addClasses(withSuperclasses(web)));
    }

    static JavaArchive ejbs(EnterpriseArchive ear) {
        return ear.getAsType(JavaArchive.class, "/" + nameOf(ear) + "-ejb.jar");
    }

    static WebArchive web(EnterpriseArchive ear) {
        return ear.getAsType(WebArchive.class, "/" + nameOf(ear) + ".war");
    }

    private static String nameOf(EnterpriseArchive ear) {
        return ear.getName().replace(".ear", "");
    }

    static EnterpriseArchive example() {
        return ShrinkWrap.createFromZipFile(EnterpriseArchive.class, file("lock-ear-example-ear.ear"));
    }

    // ---- what archives consist of

    /** WildFly injects nothing into the servlets of an EAR's WAR that has neither beans nor a beans.xml. */
    static EnterpriseArchive injectingIntoServlets(EnterpriseArchive ear) {
        web(ear).addAsWebInfResource(EmptyAsset.INSTANCE, "beans.xml");
        return ear;
    }

    /** Has {@link LogOfStart}. An archive that has an extension is a bean archive only if it has a beans.xml, too. */
    static WebArchive loggingFromStart(WebArchive war) {
        return war.addClasses(LockLog.class, LogOfStart.class).addAsServiceProvider(Extension.class, LogOfStart.class);
    }

    /** Open Liberty binds message-driven beans in a descriptor of its own. */
    static WebArchive boundToMessages(WebArchive war, Class<?> messageEjb) {
        return war.addAsWebInfResource(
                text(
                        "<ejb-jar-bnd xmlns='http://websphere.ibm.com/xml/ns/javaee' version='1.1'><message-driven name='"
                                + messageEjb.getSimpleName()
                                + "'><jca-adapter activation-spec-binding-name='eis/messages'/></message-driven></ejb-jar-bnd>"),
                "ibm-ejb-jar-bnd.xml");
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

    static Class<?>[] withSuperclasses(Class<?>... classes) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> type : classes) {
            for (Class<?> each = type;
                    each != null && each.getName().startsWith("io.holdfast.");
                    each = each.getSuperclass()) {
                all.add(each);
            }
        }
        return all.toArray(Class<?>[]::new);
    }

    static StringAsset text(String text) {
        return new StringAsset(text);
    }

    private static StringAsset settings(Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(Map.of("holdfast.datasource", "jdbc/holdfast"));
        all.putAll(settings);
        StringBuilder lines = new StringBuilder();
        all.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        return new StringAsset(lines.toString());
    }
}

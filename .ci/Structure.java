// SPDX-License-Identifier: Apache-2.0
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.spi.ToolProvider;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Prints the structure of the main code of {@code lock-api} and {@code lock-impl}: cycles of packages and of files,
 * files per package, and lengths. Dependencies are those of the bytecode, as {@code jdeps} finds them; a nested class
 * belongs to the file of its outermost class.
 *
 * <pre>mvn compile -pl lock-impl -am
 * java .ci/Structure.java</pre>
 */
final class Structure {

    private static final int LONG_FILE = 200;
    private static final int TOO_LONG_FILE = 320;
    private static final int COLUMNS = 120;

    private final Path sources;
    private final Path classes;
    /** The lines of each file by the name of its type; without package-info. */
    private final Map<String, List<String>> files = new TreeMap<>();

    private Structure(Path module) {
        sources = module.resolve("src/main/java");
        classes = module.resolve("target/classes");
    }

    public static void main(String[] args) throws IOException {
        for (String module : List.of("lock-api", "lock-impl")) {
            new Structure(Path.of(module)).print(module);
        }
    }

    private void print(String module) throws IOException {
        int wide = readFiles();
        Map<String, Set<String>> dependencies = dependencies();

        System.out.println(module + ": " + files.size() + " files, "
                + files.values().stream().mapToInt(List::size).sum() + " lines");
        printCycles("packages", cycles(group(dependencies, Structure::packageOf)), UnaryOperator.identity());
        printEdgesOfPackageCycles(dependencies);
        printCycles("files", cycles(dependencies), this::withLines);
        printPackages();
        printLengths();
        System.out.println("  lines above " + COLUMNS + " columns: " + wide + "\n");
    }

    /** Returns the number of lines that are too wide. */
    private int readFiles() throws IOException {
        int wide = 0;
        try (Stream<Path> found = Files.walk(sources)) {
            for (Path file : found.filter(path -> path.toString().endsWith(".java")).toList()) {
                List<String> lines = Files.readAllLines(file);
                wide += (int) lines.stream().filter(line -> line.length() > COLUMNS).count();
                if (!file.endsWith("package-info.java")) {
                    String path = sources.relativize(file).toString();
                    files.put(path.substring(0, path.lastIndexOf('.')).replaceAll("[/\\\\]", "."), lines);
                }
            }
        }
        return wide;
    }

    /** Which files each file depends on, itself and those of other modules excluded. */
    private Map<String, Set<String>> dependencies() {
        StringWriter out = new StringWriter();
        PrintWriter writer = new PrintWriter(out);
        int exit = ToolProvider.findFirst("jdeps").orElseThrow().run(
                writer, writer, "-verbose:class", "-filter:none", "--ignore-missing-deps", classes.toString());
        if (exit != 0) {
            throw new IllegalStateException("no classes, compile first: " + out);
        }
        Map<String, Set<String>> dependencies = new TreeMap<>();
        files.keySet().forEach(file -> dependencies.put(file, new TreeSet<>()));
        for (String line : out.toString().lines().filter(line -> line.startsWith("   ")).toList()) {
            String[] words = line.strip().split("\\s+");
            String from = fileOf(words[0]);
            String to = fileOf(words[2]);
            if (files.containsKey(from) && files.containsKey(to) && !from.equals(to)) {
                dependencies.get(from).add(to);
            }
        }
        if (dependencies.values().stream().allMatch(Set::isEmpty)) {
            throw new IllegalStateException("no dependencies found in what jdeps printed: " + out);
        }
        return dependencies;
    }

    private static Map<String, Set<String>> group(Map<String, Set<String>> graph, UnaryOperator<String> group) {
        Map<String, Set<String>> groups = new TreeMap<>();
        graph.forEach((from, targets) -> {
            Set<String> of = groups.computeIfAbsent(group.apply(from), name -> new TreeSet<>());
            targets.stream().map(group).filter(to -> !to.equals(group.apply(from))).forEach(of::add);
        });
        return groups;
    }

    private static List<Set<String>> cycles(Map<String, Set<String>> graph) {
        return new StrongComponents(graph).found.stream()
                .filter(component -> component.size() > 1)
                .sorted(Comparator.comparing(component -> -component.size()))
                .toList();
    }

    private static void printCycles(String what, List<Set<String>> cycles, UnaryOperator<String> shown) {
        System.out.println("  cycles of " + what + ": " + (cycles.isEmpty() ? "none" : cycles.size()));
        for (Set<String> cycle : cycles) {
            System.out.println("    " + cycle.size() + ": "
                    + cycle.stream().map(shown).collect(Collectors.joining(", ")));
        }
    }

    private void printEdgesOfPackageCycles(Map<String, Set<String>> dependencies) {
        for (Set<String> cycle : cycles(group(dependencies, Structure::packageOf))) {
            dependencies.forEach((from, targets) -> targets.stream()
                    .filter(to -> !packageOf(from).equals(packageOf(to)))
                    .filter(to -> cycle.contains(packageOf(from)) && cycle.contains(packageOf(to)))
                    .forEach(to -> System.out.println("      " + from + " -> " + to)));
        }
    }

    private void printPackages() {
        Map<String, Long> sizes = files.keySet().stream()
                .collect(Collectors.groupingBy(Structure::packageOf, TreeMap::new, Collectors.counting()));
        System.out.println("  files per package:");
        sizes.forEach((name, size) -> System.out.printf("    %3d %s%n", size, name));
    }

    private void printLengths() {
        List<Integer> lengths = files.values().stream().map(List::size).sorted().toList();
        System.out.println("  lines per file: median " + lengths.get(lengths.size() / 2)
                + ", p90 " + lengths.get(lengths.size() * 9 / 10) + ", max " + lengths.get(lengths.size() - 1));
        printLongFiles("above " + TOO_LONG_FILE, TOO_LONG_FILE, Integer.MAX_VALUE);
        printLongFiles(LONG_FILE + 1 + " to " + TOO_LONG_FILE, LONG_FILE, TOO_LONG_FILE);
    }

    private void printLongFiles(String range, int above, int atMost) {
        List<String> found = files.keySet().stream()
                .filter(file -> files.get(file).size() > above && files.get(file).size() <= atMost)
                .sorted(Comparator.comparing(file -> -files.get(file).size()))
                .map(this::withLines)
                .toList();
        System.out.println("    " + range + " lines: " + found.size()
                + (found.isEmpty() ? "" : ": " + String.join(", ", found)));
    }

    private String withLines(String file) {
        return file.substring(file.lastIndexOf('.') + 1) + " " + files.get(file).size();
    }

    private static String fileOf(String type) {
        return type.replaceAll("[$].*", "");
    }

    private static String packageOf(String type) {
        return type.substring(0, type.lastIndexOf('.'));
    }

    /** Tarjan's algorithm. */
    private static final class StrongComponents {

        final List<Set<String>> found = new ArrayList<>();
        private final Map<String, Set<String>> graph;
        private final Map<String, Integer> numbers = new HashMap<>();
        private final Map<String, Integer> lowest = new HashMap<>();
        private final Deque<String> open = new ArrayDeque<>();

        StrongComponents(Map<String, Set<String>> graph) {
            this.graph = graph;
            graph.keySet().forEach(this::visit);
        }

        private void visit(String node) {
            if (numbers.putIfAbsent(node, numbers.size()) != null) {
                return;
            }
            lowest.put(node, numbers.get(node));
            open.push(node);
            for (String next : graph.get(node)) {
                boolean known = numbers.containsKey(next);
                visit(next);
                if (!known || open.contains(next)) {
                    lowest.merge(node, known ? numbers.get(next) : lowest.get(next), Math::min);
                }
            }
            if (lowest.get(node).equals(numbers.get(node))) {
                Set<String> component = new TreeSet<>();
                do {
                    component.add(open.pop());
                } while (!component.contains(node));
                found.add(component);
            }
        }
    }
}

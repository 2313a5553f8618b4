// SPDX-License-Identifier: Apache-2.0
package io.holdfast.benchmark.workload;

import io.holdfast.benchmark.contender.Contender;
import io.holdfast.benchmark.contender.ContenderFactory;
import io.holdfast.benchmark.contender.Contenders;
import io.holdfast.benchmark.contender.Environment;
import io.holdfast.benchmark.contender.Environment.Member;
import io.holdfast.benchmark.contender.Environment.Servers;
import io.holdfast.benchmark.contender.Environment.Site;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/** One of several JVMs. It reads what to do from its input, a line each, and answers each line with one of its own. */
public final class OtherMain {

    private final Site site;
    private final Section section;
    private final Map<String, Contender> open = new HashMap<>();

    private OtherMain(Site site, Section section) {
        this.site = site;
        this.section = section;
    }

    /** The arguments are those of {@link OtherJvm}. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        Logger.getLogger("").setLevel(Level.WARNING);
        String redis = args[3].isEmpty() ? null : args[3];
        Servers servers = new Servers(args[2], redis, Integer.parseInt(args[4]));
        Site site = new Site(
                servers,
                Integer.parseInt(args[5]),
                Duration.ofSeconds(30),
                Duration.ofNanos(Long.parseLong(args[6])),
                new Member(Integer.parseInt(args[0]), Integer.parseInt(args[1])));
        OtherMain main = new OtherMain(site, new Section(Path.of(args[7])));
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            answers.println(main.answer(line.split(" ", -1)));
        }
        System.exit(0);
    }

    private String answer(String[] words) {
        try {
            switch (words[0]) {
                case "OPEN" -> {
                    open.put(words[1], open(words[1]));
                    return OtherJvm.DONE;
                }
                case "RUN" -> {
                    Contender contender = Objects.requireNonNull(open.get(words[1]), words[1]);
                    Contention contention =
                            new Contention(contender, section, site.member().number());
                    return OtherJvm.DONE
                            + contention
                                    .run(Contention.Order.decode(words, 3), Long.parseLong(words[2]))
                                    .encode();
                }
                default -> throw new IllegalArgumentException(words[0]);
            }
        } catch (Exception e) {
            e.printStackTrace();
            return e.toString().replaceAll("\\s+", " ");
        }
    }

    @SuppressWarnings("resource") // ends with this JVM
    private Contender open(String name) throws Exception {
        for (ContenderFactory factory : Contenders.all()) {
            if (factory.name().replace(' ', '_').equals(name)) {
                return factory.open(new Environment(site, "jvm-" + site.member().number() + "-" + name));
            }
        }
        throw new IllegalArgumentException(name);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import io.holdfast.lock.FencingToken;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What happened to exclusive locks under load, and what in it must not have happened. All moments are nanoseconds of one clock
 * since the run began. Judged by what the server said and by the tokens it gave, not by the state of any handle.
 *
 * @param holdings what the holders noted
 * @param kills which sessions were ended on purpose
 * @param samples what pg_locks showed in between
 * @param journal what was written under the locks, in the order in which the server wrote it
 * @param handOverNanos for how long after the end of its session a lock may pass from holder to holder; zero for never
 */
record LoadHistory(
        List<Holding> holdings, List<Kill> kills, List<Sample> samples, List<Write> journal, long handOverNanos) {

    /**
     * One grant.
     *
     * @param key what was locked
     * @param pid the session that it was granted to, as the locker says; serves to explain a loss only
     * @param token the token of the grant; null if none was asked for
     * @param requested when it was asked for
     * @param granted when the holder heard of the grant
     * @param ended the last moment before the release, or when the loss was reported, if that was earlier
     * @param over when the release had come back
     * @param lost whether the holder was notified that it had lost the lock
     * @param refused how many of its guarded writes the journal refused before it ended
     */
    record Holding(
            String key,
            int pid,
            FencingToken token,
            long requested,
            long granted,
            long ended,
            long over,
            boolean lost,
            int refused) {

        String toLine() {
            return Stream.of(key, pid, token, requested, granted, ended, over, lost, refused)
                    .map(String::valueOf)
                    .collect(Collectors.joining(" "));
        }

        static Holding parse(String line) {
            String[] parts = line.split(" ");
            return new Holding(
                    parts[0],
                    Integer.parseInt(parts[1]),
                    parts[2].equals("null") ? null : FencingToken.parse(parts[2]),
                    Long.parseLong(parts[3]),
                    Long.parseLong(parts[4]),
                    Long.parseLong(parts[5]),
                    Long.parseLong(parts[6]),
                    Boolean.parseBoolean(parts[7]),
                    Integer.parseInt(parts[8]));
        }
    }

    /** A session was ended on the server between these moments. */
    record Kill(int pid, long from, long to) {

        /** In time for the holder not to know. */
        boolean mayHaveEnded(Holding holding, long handOverNanos) {
            return explainsLoss(holding, handOverNanos) && from <= holding.ended();
        }

        /** A lock that is gone may be handed to somebody who asked for it a moment later. */
        boolean explainsLoss(Holding holding, long handOverNanos) {
            return pid == holding.pid() && to + handOverNanos >= holding.requested() && from <= holding.over();
        }

        /** The last proof of the lock came before the end of its session. */
        boolean isOutdatedIn(Holding holding, long handOverNanos) {
            return explainsLoss(holding, handOverNanos) && !holding.lost() && to + handOverNanos < holding.ended();
        }
    }

    /** How many sessions had each key exclusively, at one moment between these two. */
    record Sample(long from, long to, Map<String, Integer> exclusive) {}

    /** A write that the guard let pass. */
    record Write(String key, FencingToken token) {}

    /** What must not be, in words; empty if all is well. */
    List<String> violations() {
        List<String> violations = new ArrayList<>();
        Map<String, List<Holding>> byKey = holdings.stream().collect(Collectors.groupingBy(Holding::key));
        byKey.values().forEach(ofKey -> violations.addAll(overlaps(ofKey)));
        holdings.stream()
                .filter(holding ->
                        holding.lost() && kills.stream().noneMatch(kill -> kill.explainsLoss(holding, handOverNanos)))
                .forEach(holding -> violations.add("told as lost, but nobody ended its session: " + holding));
        holdings.stream()
                .filter(holding -> kills.stream().anyMatch(kill -> kill.isOutdatedIn(holding, handOverNanos)))
                .forEach(holding -> violations.add("released as held long after its session had ended: " + holding));
        holdings.stream()
                .filter(holding -> holding.refused() > 0 && !isExcused(holding))
                .forEach(holding -> violations.add("a holder's write was refused: " + holding));
        violations.addAll(againstSamples(byKey));
        violations.addAll(journalGoingBack());
        return violations;
    }

    /** How many holders were handed the lock by the one before, as their tokens tell: grants are farther apart. */
    long handOvers() {
        long handOvers = 0;
        for (List<Holding> ofKey : holdings.stream()
                .filter(holding -> holding.token() != null)
                .collect(Collectors.groupingBy(Holding::key))
                .values()) {
            long[] positions = ofKey.stream()
                    .mapToLong(holding -> holding.token().position())
                    .sorted()
                    .toArray();
            for (int i = 1; i < positions.length; i++) {
                handOvers += positions[i] - positions[i - 1] < 64 ? 1 : 0;
            }
        }
        return handOvers;
    }

    /** Whether a fault may have ended it before its holder knew, so that the next holder may overlap with it. */
    boolean isExcused(Holding holding) {
        return kills.stream().anyMatch(kill -> kill.mayHaveEnded(holding, handOverNanos));
    }

    /**
     * The server frees a lock before it grants it again. A holder with a higher token therefore learned of its grant
     * after all holders with lower tokens had begun to release. If a holder with a lower token had lost the lock, the
     * tokens alone count. Grants without a token are left to {@link LoadObserver.Oracle}.
     */
    private List<String> overlaps(List<Holding> ofKey) {
        List<String> violations = new ArrayList<>();
        Holding before = null;
        Holding lastToEnd = null;
        for (Holding holding : ofKey.stream()
                .filter(each -> each.token() != null)
                .sorted(Comparator.comparing(Holding::token))
                .toList()) {
            if (before != null && before.token().equals(holding.token())) {
                violations.add("one token twice: " + before + " and " + holding);
            }
            if (lastToEnd != null && lastToEnd.ended() >= holding.granted()) {
                violations.add("not over when the next one, by token, began: " + lastToEnd + " and " + holding);
            }
            if (!isExcused(holding) && (lastToEnd == null || holding.ended() > lastToEnd.ended())) {
                lastToEnd = holding;
            }
            before = holding;
        }
        return violations;
    }

    private List<String> againstSamples(Map<String, List<Holding>> byKey) {
        List<String> violations = new ArrayList<>();
        Map<String, TreeMap<Long, Holding>> sure = new HashMap<>();
        byKey.forEach((key, ofKey) -> {
            TreeMap<Long, Holding> byGrant = new TreeMap<>();
            ofKey.stream().filter(holding -> !isExcused(holding)).forEach(each -> byGrant.put(each.granted(), each));
            sure.put(key, byGrant);
        });
        for (Sample sample : samples) {
            sample.exclusive().forEach((key, count) -> {
                if (count > 1) {
                    violations.add(count + " sessions at once had " + key + ": " + sample);
                }
            });
            sure.forEach((key, byGrant) -> {
                Map.Entry<Long, Holding> holding = byGrant.floorEntry(sample.from());
                boolean claimed = holding != null && holding.getValue().ended() >= sample.to();
                if (claimed && !sample.exclusive().containsKey(key)) {
                    violations.add("taken for held, but not on the server: " + holding.getValue() + ", " + sample);
                }
            });
        }
        return violations;
    }

    private List<String> journalGoingBack() {
        List<String> violations = new ArrayList<>();
        Map<String, FencingToken> last = new HashMap<>();
        for (Write write : journal) {
            FencingToken before = last.put(write.key(), write.token());
            if (before != null && before.compareTo(write.token()) > 0) {
                violations.add("the journal went back from " + before + " to " + write);
            }
        }
        return violations;
    }
}

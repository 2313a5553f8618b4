// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.holdfast.lock.FencingToken;
import io.holdfast.lock.postgres.LoadHistory.Holding;
import io.holdfast.lock.postgres.LoadHistory.Kill;
import io.holdfast.lock.postgres.LoadHistory.Sample;
import io.holdfast.lock.postgres.LoadHistory.Write;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A checker that finds nothing is worth something only if it would find something. */
class LoadHistoryTest {

    private static final int PID = 4711;
    private static final Holding FIRST = holding(1, 10, 20);
    private static final Holding SECOND = holding(2, 30, 40);

    private static Holding holding(long token, long granted, long ended) {
        return new Holding("a", PID, new FencingToken(1, token), granted - 5, granted, ended, ended + 1, false, 0);
    }

    private static Holding lost(Holding holding) {
        return new Holding(
                holding.key(),
                holding.pid(),
                holding.token(),
                holding.requested(),
                holding.granted(),
                holding.ended(),
                holding.over(),
                true,
                holding.refused());
    }

    private static LoadHistory history(Holding... holdings) {
        return new LoadHistory(List.of(holdings), List.of(), List.of(), List.of(), 0);
    }

    private static LoadHistory killed(Kill kill, Holding... holdings) {
        return new LoadHistory(List.of(holdings), List.of(kill), List.of(), List.of(), 0);
    }

    private static LoadHistory sampled(Sample sample, Holding... holdings) {
        return new LoadHistory(List.of(holdings), List.of(), List.of(sample), List.of(), 0);
    }

    private static void assertFound(String what, LoadHistory history) {
        List<String> violations = history.violations();
        assertEquals(1, violations.size(), violations::toString);
        assertTrue(violations.get(0).startsWith(what), violations::toString);
    }

    private static void assertNothingFound(LoadHistory history) {
        assertEquals(List.of(), history.violations());
    }

    @Test
    @DisplayName("holders one after the other are fine, however their lines are ordered, and so are other keys")
    void shouldAcceptOneAfterTheOther() {
        Holding other = new Holding("b", PID, new FencingToken(1, 1), 5, 15, 35, 36, false, 0);

        assertNothingFound(history(SECOND, other, FIRST));
    }

    @Test
    @DisplayName("holders that overlap are found")
    void shouldFindOverlap() {
        assertFound("not over when", history(FIRST, holding(2, 15, 25)));
        assertFound("not over when", history(FIRST, holding(2, 12, 18)));
    }

    @Test
    @DisplayName("an overlap is found also if somebody else held the lock in between")
    void shouldFindOverlapBeyondNeighbours() {
        LoadHistory history = history(holding(1, 10, 50), holding(2, 12, 14), holding(3, 30, 40));

        assertEquals(2, history.violations().size(), "the first overlaps with both");
    }

    @Test
    @DisplayName("a token that is lower although it was granted later is found, and so is one that was given twice")
    void shouldFindTokensGoingBack() {
        assertFound("not over when", history(holding(2, 10, 20), holding(1, 30, 40)));
        assertFound("one token twice", history(holding(1, 10, 20), holding(1, 30, 40)));
    }

    @Test
    @DisplayName("an overlap with a holder whose session was ended is fine, but not one after a kill of another")
    void shouldExcuseLostHolders() {
        Holding overlapping = new Holding("a", PID + 2, new FencingToken(1, 2), 10, 15, 25, 26, false, 0);

        assertNothingFound(killed(new Kill(PID, 12, 14), lost(FIRST), overlapping));
        assertFound("not over when", killed(new Kill(PID + 1, 12, 14), FIRST, overlapping));
        assertFound("not over when", killed(new Kill(PID, 1, 4), FIRST, overlapping));
        assertFound("not over when", killed(new Kill(PID, 21, 22), FIRST, overlapping));
    }

    @Test
    @DisplayName("a release as held after the end of the session is found, unless the session ended a moment ago")
    void shouldFindOutdatedReleases() {
        Kill kill = new Kill(PID, 12, 14);

        assertFound("released as held", killed(kill, FIRST));
        assertFound("released as held", handingOver(5, kill));
        assertNothingFound(handingOver(6, kill));
        assertNothingFound(killed(kill, lost(FIRST)));
        assertNothingFound(killed(new Kill(PID, 12, 20), FIRST));
    }

    @Test
    @DisplayName("a holder of the number after another was handed the lock, and one after the next grant was not")
    void shouldCountHandOvers() {
        LoadHistory history = history(holding(100, 10, 20), holding(101, 30, 40), holding(165, 50, 60));

        assertEquals(1, history.handOvers());
    }

    private static LoadHistory handingOver(long nanos, Kill kill) {
        return new LoadHistory(List.of(FIRST), List.of(kill), List.of(), List.of(), nanos);
    }

    @Test
    @DisplayName("a loss and a refused write without a cause are found")
    void shouldFindCausesMissing() {
        Holding refused = new Holding("a", PID, new FencingToken(1, 1), 5, 10, 20, 21, false, 1);

        assertFound("told as lost", history(lost(FIRST), SECOND));
        assertFound("told as lost", killed(new Kill(PID, 22, 23), lost(FIRST), SECOND));
        assertNothingFound(killed(new Kill(PID, 21, 23), lost(FIRST)));
        assertFound("a holder's write", history(refused));
        assertNothingFound(killed(new Kill(PID, 9, 20), refused));
    }

    @Test
    @DisplayName("two sessions that have a key at once are found in a sample, and so is a holder that has no session")
    void shouldCompareWithSamples() {
        assertFound("2 sessions at once", sampled(new Sample(1, 2, Map.of("a", 2)), FIRST));
        assertFound("taken for held", sampled(new Sample(11, 19, Map.of("b", 1)), FIRST, SECOND));
        assertNothingFound(sampled(new Sample(11, 21, Map.of()), FIRST, SECOND));
        assertNothingFound(sampled(new Sample(11, 19, Map.of("a", 1)), FIRST, SECOND));
    }

    @Test
    @DisplayName("a journal that goes back is found")
    void shouldFindJournalGoingBack() {
        List<Write> journal = List.of(write(1), write(2), new Write("b", new FencingToken(1, 1)), write(2), write(1));

        assertFound("the journal went back", new LoadHistory(List.of(), List.of(), List.of(), journal, 0));
    }

    private static Write write(long token) {
        return new Write("a", new FencingToken(1, token));
    }

    @Test
    @DisplayName("what a process writes is what the checker reads")
    void shouldParseItsOwnLines() {
        Holding unfenced = new Holding("a", PID, null, 5, 10, 20, 21, false, 0);

        assertEquals(lost(SECOND), Holding.parse(lost(SECOND).toLine()));
        assertEquals(unfenced, Holding.parse(unfenced.toLine()));
    }
}

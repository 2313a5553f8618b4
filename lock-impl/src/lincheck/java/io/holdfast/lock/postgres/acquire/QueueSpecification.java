// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.acquire;

import io.holdfast.lock.LockMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What the queue of one key has to do, one operation after the other; it looks after its own promises at every step. */
public class QueueSpecification {

    private enum Place {
        IN_LINE,
        ASKING,
        HOLDING,
        REFUSED,
        ENDED
    }

    private static final class Member {
        final LockMode mode;
        final boolean enforced;
        boolean left;
        boolean waiting;
        boolean asked;
        Place place = Place.IN_LINE;
        String outcome = "in line";

        Member(LockMode mode, boolean waiting, boolean enforced) {
            this.mode = mode;
            this.waiting = waiting;
            this.enforced = enforced;
        }

        String outcome() {
            return left && (outcome.equals("may ask") || outcome.equals("refused")) ? "left" : outcome;
        }

        boolean isExclusive() {
            return mode == LockMode.EXCLUSIVE;
        }

        boolean isAt(Place... places) {
            return Arrays.asList(places).contains(place);
        }
    }

    private final Member[] members = new Member[QueueOperations.TURNS];
    private final List<Member> inOrder = new ArrayList<>();

    public void join(int turn, LockMode mode, boolean waiting, boolean enforced) {
        members[turn] = new Member(mode, waiting, enforced);
        inOrder.add(members[turn]);
        decide();
    }

    public void asked(int turn) {
        members[turn].asked = true;
        decide();
    }

    public void granted(int turn) {
        if (members[turn].isAt(Place.ASKING)) {
            members[turn].place = Place.HOLDING;
        }
        decide();
    }

    public void stopWaiting(int turn) {
        if (members[turn].isAt(Place.IN_LINE)) {
            members[turn].waiting = false;
        }
        decide();
    }

    public boolean next(int turn) {
        return heir(members[turn]) != null;
    }

    public boolean passOn(int turn) {
        Member heir = heir(members[turn]);
        if (heir != null) {
            end(members[turn]);
            heir.place = Place.HOLDING;
            heir.outcome = "handed";
            decide();
        }
        return heir != null;
    }

    /** Nobody is overtaken. */
    private Member heir(Member holder) {
        boolean alone =
                holder.isAt(Place.HOLDING) && at(Place.ASKING, Place.HOLDING).size() == 1;
        Member first = at(Place.IN_LINE).stream()
                .filter(member -> member.waiting)
                .findFirst()
                .orElse(null);
        return alone && first != null && first.isExclusive() && !first.enforced ? first : null;
    }

    public void leave(int turn) {
        members[turn].left = true;
        if (members[turn].isAt(Place.IN_LINE)) {
            refuse(members[turn]);
        } else if (members[turn].isAt(Place.ASKING)) {
            members[turn].place = Place.ENDED;
        }
        decide();
    }

    public void end(int turn) {
        end(members[turn]);
        decide();
    }

    private static void end(Member member) {
        member.place = Place.ENDED;
        member.outcome = "ended";
    }

    public List<String> outcomes() {
        return Arrays.stream(members)
                .map(member -> member == null ? "-" : member.outcome())
                .toList();
    }

    public boolean isEmptyAfterTheEnd() {
        return true;
    }

    private static void refuse(Member member) {
        member.place = Place.REFUSED;
        member.outcome = "refused";
    }

    private void decide() {
        for (Member member : inOrder) {
            if (member.isAt(Place.IN_LINE)) {
                if (isWayFree(member)) {
                    member.place = Place.ASKING;
                    member.outcome = "may ask";
                } else if (!member.waiting && at(Place.ASKING).stream().allMatch(other -> other.asked)) {
                    refuse(member);
                }
            }
        }
        requirePromisesKept();
    }

    private boolean isWayFree(Member member) {
        List<Member> ahead = at(Place.IN_LINE).stream()
                .filter(other -> other.waiting && inOrder.indexOf(other) < inOrder.indexOf(member))
                .toList();
        List<Member> active = at(Place.ASKING, Place.HOLDING);
        if (member.isExclusive()) {
            return ahead.isEmpty() && active.isEmpty();
        }
        boolean otherWaits = at(Place.ASKING).stream().anyMatch(other -> other.waiting);
        return ahead.stream().noneMatch(Member::isExclusive)
                && active.stream().noneMatch(Member::isExclusive)
                && !(member.waiting && otherWaits);
    }

    private List<Member> at(Place... places) {
        return inOrder.stream().filter(member -> member.isAt(places)).toList();
    }

    private void requirePromisesKept() {
        List<Member> active = at(Place.ASKING, Place.HOLDING);
        require(active.size() < 2 || active.stream().noneMatch(Member::isExclusive), "an exclusive turn is alone");
        long waitingAskers =
                at(Place.ASKING).stream().filter(member -> member.waiting).count();
        require(waitingAskers < 2, "one connection waits at the server");
        require(!active.isEmpty() || at(Place.IN_LINE).isEmpty(), "somebody's turn has come");
    }

    private static void require(boolean promise, String what) {
        if (!promise) {
            throw new IllegalStateException("not kept: " + what);
        }
    }
}

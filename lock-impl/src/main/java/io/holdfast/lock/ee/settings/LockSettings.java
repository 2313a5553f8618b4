// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import io.holdfast.lock.IfBusy;
import io.holdfast.lock.Lease;
import io.holdfast.lock.LockMode;
import io.holdfast.lock.LockRequest;
import io.holdfast.lock.LockScope;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The settings of the locks of one name: {@code holdfast.lock.<name>.wait-at-most} and the like. In a domain their
 * names are {@code holdfast.<domain>.lock.<name>.wait-at-most} and the like.
 *
 * @param mode the mode; empty if none is set
 * @param waitAtMost the wait; empty if none is set
 * @param ttl the ttl; empty if none is set
 * @param lease the lease; empty if none is set
 * @param minHold how long a lock is held at least; empty if nothing is set
 * @param ifBusy what happens if the lock is busy; empty if nothing is set
 */
public record LockSettings(
        Optional<LockMode> mode,
        Optional<Duration> waitAtMost,
        Optional<Duration> ttl,
        Optional<Lease> lease,
        Optional<Duration> minHold,
        Optional<IfBusy> ifBusy) {

    private static final String MODE = "mode";
    private static final String WAIT_AT_MOST = "wait-at-most";
    private static final String TTL = "ttl";
    private static final String LEASE = "lease";
    private static final String MIN_HOLD = "min-hold";
    private static final String IF_BUSY = "if-busy";

    /** The last parts of the names of these settings. */
    static final Set<String> NAMES = Set.of(MODE, WAIT_AT_MOST, TTL, LEASE, MIN_HOLD, IF_BUSY);

    /** The settings of locks for which nothing is set. */
    public static final LockSettings NONE = ofTtl(Optional.empty(), Optional.empty());

    /** The ttl of locks of a domain that has no other default. */
    static final LockSettings UNLIMITED_TTL = ofTtl(Optional.of(LockRequest.UNLIMITED), Optional.of(Lease.ADVISORY));

    private static final Map<String, LockMode> MODES =
            new TreeMap<>(Map.of("exclusive", LockMode.EXCLUSIVE, "shared", LockMode.SHARED));
    private static final Map<String, Lease> LEASES =
            new TreeMap<>(Map.of("advisory", Lease.ADVISORY, "enforced", Lease.ENFORCED));
    private static final Map<String, IfBusy> REACTIONS =
            new TreeMap<>(Map.of("fail", IfBusy.FAIL, "skip", IfBusy.SKIP));

    /** Reads the settings of one name. */
    static LockSettings read(SettingsReader values) {
        LockSettings settings = new LockSettings(
                values.oneOf(MODE, MODES),
                values.duration(WAIT_AT_MOST, DurationRange.WAIT),
                values.duration(TTL, DurationRange.TTL),
                values.oneOf(LEASE, LEASES),
                values.duration(MIN_HOLD, DurationRange.HOLD),
                values.oneOf(IF_BUSY, REACTIONS));
        settings.check(values);
        return settings;
    }

    /** Reads the ttl and lease that a domain sets for locks that have none. */
    static LockSettings readDefaultTtl(SettingsReader values, LockSettings defaults) {
        LockSettings settings = ofTtl(
                values.duration(TTL, DurationRange.TTL).or(defaults::ttl),
                values.oneOf(LEASE, LEASES).or(defaults::lease));
        settings.check(values);
        return settings;
    }

    private static LockSettings ofTtl(Optional<Duration> ttl, Optional<Lease> lease) {
        return new LockSettings(Optional.empty(), Optional.empty(), ttl, lease, Optional.empty(), Optional.empty());
    }

    private void check(SettingsReader values) {
        try {
            complete(LockRequest.of("any"));
        } catch (IllegalArgumentException e) {
            throw Messages.badSetting(
                    values.fullName().apply(TTL), ttl.orElseThrow().toString(), Messages.ENFORCED_TTL);
        }
    }

    /** Changes the request of an annotation to what is set. */
    LockRequest override(LockRequest request) {
        return overrideTtl(request.mode(mode.orElse(request.mode())));
    }

    /** Overrides the ttl and the lease of a request. */
    LockRequest overrideTtl(LockRequest request) {
        return limit(request, ttl.orElse(request.ttl()), request.lease());
    }

    /** Adds what is set to the request of a program, where that leaves it open. It never leaves the mode open. */
    LockRequest complete(LockRequest request) {
        return request.ttl().equals(LockRequest.UNLIMITED)
                ? limit(request, ttl.orElse(LockRequest.UNLIMITED), request.lease())
                : request;
    }

    /** The lock of a transaction has no ttl, and without a ttl there is nothing to enforce. */
    private LockRequest limit(LockRequest request, Duration ttl, Lease otherwise) {
        if (request.scope() == LockScope.TRANSACTION) {
            return request;
        }
        boolean isEnforced = lease.orElse(otherwise) == Lease.ENFORCED && !ttl.equals(LockRequest.UNLIMITED);
        return isEnforced ? request.enforcedTtl(ttl) : request.ttl(ttl);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee.settings;

import static java.util.stream.Collectors.toSet;

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
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the settings say of the locks of one name: {@code holdfast.lock.<name>.wait-at-most} and the like, where the name may
 * have dots; in a domain {@code holdfast.<domain>.lock.<name>.wait-at-most}.
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

    /** After the prefix of the domain. */
    static final String SEGMENT = "lock.";

    private static final String MODE = "mode";
    private static final String WAIT_AT_MOST = "wait-at-most";
    private static final String TTL = "ttl";
    private static final String LEASE = "lease";
    private static final String MIN_HOLD = "min-hold";
    private static final String IF_BUSY = "if-busy";
    private static final Set<String> NAMES = Set.of(MODE, WAIT_AT_MOST, TTL, LEASE, MIN_HOLD, IF_BUSY);

    /** The settings of a lock for which nothing is set. */
    public static final LockSettings NONE = ofTtl(Optional.empty(), Optional.empty());

    /** What stands for a ttl that nothing says. */
    static final LockSettings UNSAID = ofTtl(Optional.of(LockRequest.UNLIMITED), Optional.of(Lease.ADVISORY));

    private static final Map<String, LockMode> MODES =
            new TreeMap<>(Map.of("exclusive", LockMode.EXCLUSIVE, "shared", LockMode.SHARED));
    private static final Map<String, Lease> LEASES =
            new TreeMap<>(Map.of("advisory", Lease.ADVISORY, "enforced", Lease.ENFORCED));
    private static final Map<String, IfBusy> REACTIONS =
            new TreeMap<>(Map.of("fail", IfBusy.FAIL, "skip", IfBusy.SKIP));

    /** The last segment is the setting. */
    private static Pattern pattern(String prefix, Function<String, String> spelling) {
        String settings = String.join("|", NAMES.stream().map(spelling).toList());
        return Pattern.compile(
                spelling.apply(prefix + SEGMENT).replace(".", "\\.") + "(.+)[._](" + settings + ")", Pattern.DOTALL);
    }

    private static Pattern property(String prefix) {
        return pattern(prefix, Function.identity());
    }

    private static Pattern variable(String prefix) {
        return pattern(prefix, SettingsSource::variable);
    }

    /**
     * Of all names that the source lists; those of environment variables as {@link SettingsSource#variable} spells them.
     *
     * @param prefix of the domain
     */
    static Map<String, LockSettings> read(SettingsSource values, String prefix) {
        Map<String, LockSettings> byName = new TreeMap<>();
        String start = prefix + SEGMENT;
        for (String variable : values.environment()) {
            Matcher matcher = variable(prefix).matcher(variable);
            if (matcher.matches()) {
                byName.computeIfAbsent(
                        matcher.group(1),
                        name -> read(values, setting -> SettingsSource.variable(start + name + "." + setting)));
            }
        }
        for (String property : values.names()) {
            Matcher matcher = property(prefix).matcher(property);
            if (matcher.matches()) {
                String name = matcher.group(1);
                byName.put(name, read(values, prefix, name));
            }
        }
        return byName;
    }

    /** Of one name, whether or not the source lists it. */
    static LockSettings read(SettingsSource values, String prefix, String name) {
        return read(values, setting -> prefix + SEGMENT + name + "." + setting);
    }

    private static LockSettings read(SettingsSource values, Function<String, String> name) {
        LockSettings settings = new LockSettings(
                Settings.oneOf(values, name.apply(MODE), MODES),
                Settings.duration(values, name.apply(WAIT_AT_MOST), Settings.Range.WAIT),
                Settings.duration(values, name.apply(TTL), Settings.Range.TTL),
                Settings.oneOf(values, name.apply(LEASE), LEASES),
                Settings.duration(values, name.apply(MIN_HOLD), Settings.Range.HOLD),
                Settings.oneOf(values, name.apply(IF_BUSY), REACTIONS));
        settings.check(name.apply(TTL));
        return settings;
    }

    /** What a domain sets for locks whose ttl nothing else says. */
    static LockSettings readUnsaid(SettingsSource values, String prefix, LockSettings defaults) {
        LockSettings settings = ofTtl(
                Settings.duration(values, prefix + TTL, Settings.Range.TTL).or(defaults::ttl),
                Settings.oneOf(values, prefix + LEASE, LEASES).or(defaults::lease));
        settings.check(prefix + TTL);
        return settings;
    }

    private static LockSettings ofTtl(Optional<Duration> ttl, Optional<Lease> lease) {
        return new LockSettings(Optional.empty(), Optional.empty(), ttl, lease, Optional.empty(), Optional.empty());
    }

    private void check(String ttlName) {
        try {
            complete(LockRequest.of("any"));
        } catch (IllegalArgumentException e) {
            throw Messages.badSetting(ttlName, ttl.orElseThrow().toString(), "at most 24 days for an enforced lease");
        }
    }

    /** Whether this is the name of such a setting, or of an environment variable for one. */
    static boolean isKnown(String prefix, String name) {
        return property(prefix).matcher(name).matches()
                || variable(prefix).matcher(name).matches();
    }

    /** The settings of the lock that a mistaken name seems to be about. */
    static Set<String> like(String prefix, String mistaken) {
        String start = prefix + SEGMENT;
        int end = mistaken.lastIndexOf('.');
        String lock =
                mistaken.startsWith(start) && end > start.length() ? mistaken.substring(0, end + 1) : start + "<name>.";
        return NAMES.stream().map(lock::concat).collect(toSet());
    }

    /** What is set goes before what the request, that of an annotation, says. */
    LockRequest override(LockRequest request) {
        return limit(request.mode(mode.orElse(request.mode())), ttl.orElse(request.ttl()), request.lease());
    }

    /** What is set stands for what the request, that of a program, does not say; of the mode it always says. */
    LockRequest complete(LockRequest request) {
        return request.ttl().equals(LockRequest.UNLIMITED)
                ? limit(request, ttl.orElse(LockRequest.UNLIMITED), request.lease())
                : request;
    }

    /** A transaction's lock has no ttl, and without one there is nothing to enforce. */
    private LockRequest limit(LockRequest request, Duration ttl, Lease otherwise) {
        if (request.scope() == LockScope.TRANSACTION) {
            return request;
        }
        boolean isEnforced = lease.orElse(otherwise) == Lease.ENFORCED && !ttl.equals(LockRequest.UNLIMITED);
        return isEnforced ? request.enforcedTtl(ttl) : request.ttl(ttl);
    }
}

// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.ee;

import io.holdfast.lock.Lease;
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
 */
record LockSettings(Optional<Duration> waitAtMost, Optional<Duration> ttl, Optional<Lease> lease) {

    /** After the prefix of the domain. */
    static final String SEGMENT = "lock.";

    private static final String WAIT_AT_MOST = "wait-at-most";
    private static final String TTL = "ttl";
    private static final String LEASE = "lease";
    private static final Set<String> NAMES = Set.of(WAIT_AT_MOST, TTL, LEASE);

    private static final LockSettings NONE = new LockSettings(Optional.empty(), Optional.empty(), Optional.empty());
    private static final Map<String, Lease> LEASES =
            new TreeMap<>(Map.of("advisory", Lease.ADVISORY, "enforced", Lease.ENFORCED));

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
     * Of all names that have settings; those of environment variables as {@link SettingsSource#variable} spells them.
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
                byName.put(name, read(values, setting -> start + name + "." + setting));
            }
        }
        return byName;
    }

    private static LockSettings read(SettingsSource values, Function<String, String> name) {
        LockSettings settings = new LockSettings(
                Settings.duration(values, name.apply(WAIT_AT_MOST), Settings.Range.WAIT),
                Settings.duration(values, name.apply(TTL), Settings.Range.TTL),
                Settings.oneOf(values, name.apply(LEASE), LEASES));
        try {
            settings.ttl.ifPresent(ttl -> settings.limit(LockRequest.of("any"), ttl, Lease.ADVISORY));
        } catch (IllegalArgumentException e) {
            throw Messages.badSetting(
                    name.apply(TTL), settings.ttl.orElseThrow().toString(), "at most 24 days for an enforced lease", e);
        }
        return settings;
    }

    static LockSettings of(Map<String, LockSettings> byName, String name) {
        LockSettings settings = byName.get(name);
        return settings == null ? byName.getOrDefault(SettingsSource.variable(name), NONE) : settings;
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
        return Set.of(lock + WAIT_AT_MOST, lock + TTL, lock + LEASE);
    }

    /** What is set goes before what the request, that of an annotation, says. */
    LockRequest override(LockRequest request) {
        LockRequest waiting = waitAtMost.map(request::waitAtMost).orElse(request);
        return limit(waiting, ttl.orElse(request.ttl()), request.lease());
    }

    /** What is set stands for what the request, that of a program, does not say. */
    LockRequest complete(LockRequest request) {
        LockRequest waiting = request.waitAtMost() == null
                ? waitAtMost.map(request::waitAtMost).orElse(request)
                : request;
        return request.ttl().equals(LockRequest.UNLIMITED)
                ? limit(waiting, ttl.orElse(LockRequest.UNLIMITED), request.lease())
                : waiting;
    }

    /** A transaction's lock has no ttl, and without one there is nothing to enforce. */
    private LockRequest limit(LockRequest request, Duration ttl, Lease otherwise) {
        if (request.scope() == LockScope.TRANSACTION || ttl.equals(LockRequest.UNLIMITED)) {
            return request;
        }
        return lease.orElse(otherwise) == Lease.ENFORCED ? request.enforcedTtl(ttl) : request.ttl(ttl);
    }
}

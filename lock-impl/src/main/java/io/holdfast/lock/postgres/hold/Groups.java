// SPDX-License-Identifier: Apache-2.0
package io.holdfast.lock.postgres.hold;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Values by something that few of them have in common, so that those are found without a look at the others. */
final class Groups<K, V> {

    private final ConcurrentHashMap<K, List<V>> groups = new ConcurrentHashMap<>();

    void add(K key, V value) {
        groups.merge(key, List.of(value), Groups::joined);
    }

    private static <V> List<V> joined(List<V> some, List<V> others) {
        List<V> all = new ArrayList<>(some);
        all.addAll(others);
        return List.copyOf(all);
    }

    void remove(K key, V value) {
        groups.computeIfPresent(key, (same, group) -> without(value, group));
    }

    private static <V> @Nullable List<V> without(V value, List<V> group) {
        if (group.size() == 1) {
            return group.get(0).equals(value) ? null : group;
        }
        List<V> others = new ArrayList<>(group);
        others.remove(value);
        return List.copyOf(others);
    }

    List<V> of(K key) {
        return groups.getOrDefault(key, List.of());
    }

    Collection<List<V>> all() {
        return groups.values();
    }

    boolean isEmpty() {
        return groups.isEmpty();
    }
}

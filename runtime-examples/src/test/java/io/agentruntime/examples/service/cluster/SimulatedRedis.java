package io.agentruntime.examples.service.cluster;

import io.agentruntime.examples.service.cluster.SharedSlots.Membership;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What Redis would hold for the processes of a {@link ClusterWorld}. */
final class SimulatedRedis {

    record Lock(String owner, long until) {}

    private final LongSupplier now;
    private final long lease;
    private final Map<Integer, Lock> locks = new HashMap<>();
    private final Map<String, Long> members = new TreeMap<>();
    private long remembersSince;

    SimulatedRedis(LongSupplier now, long lease) {
        this.now = now;
        this.lease = lease;
        this.remembersSince = -lease;
    }

    @Nullable
    Lock lock(int slot) {
        locks.values().removeIf(lock -> lock.until <= now.getAsLong());
        return locks.get(slot);
    }

    Membership announce(String member) {
        members.values().removeIf(until -> until <= now.getAsLong());
        members.put(member, now.getAsLong() + lease);
        List<String> living = List.copyOf(members.keySet());
        return new Membership(living.indexOf(member), living.size(), !hasForgotten());
    }

    boolean leave(String member) {
        return members.remove(member) != null;
    }

    boolean acquire(String owner, int slot) {
        Lock lock = lock(slot);
        return (lock == null || lock.owner.equals(owner)) && hold(owner, slot);
    }

    boolean renew(String owner, int slot) {
        Lock lock = lock(slot);
        return lock != null && lock.owner.equals(owner) && hold(owner, slot);
    }

    private boolean hold(String owner, int slot) {
        locks.put(slot, new Lock(owner, now.getAsLong() + lease));
        return true;
    }

    boolean release(String owner, int slot) {
        Lock lock = lock(slot);
        return lock != null && lock.owner.equals(owner) && locks.remove(slot, lock);
    }

    /** Whether it may have forgotten leases that go on. */
    boolean hasForgotten() {
        return now.getAsLong() - remembersSince < lease;
    }

    /** A restart without persistence. */
    void forgetEverything() {
        locks.clear();
        members.clear();
        remembersSince = now.getAsLong();
    }
}

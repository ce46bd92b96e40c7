package io.agentruntime.examples.service.cluster;

import io.agentruntime.error.InvalidOptionException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.support.locks.DistributedLock;

/**
 * The slots of a cluster as locks of Spring Integration's {@link RedisLockRegistry}, and the living as a sorted set beside
 * them whose entries run out by Redis' own clock.
 */
final class RedisSlots implements SharedSlots, AutoCloseable {

    /**
     * Forgets who has run out, notes the caller for so many milliseconds more, and answers for how many milliseconds this Redis
     * has remembered everything, followed by who is left. A clock that was set back has it begin to remember again.
     */
    private static final RedisScript<List<?>> ANNOUNCE = script("""
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
            redis.call('ZADD', KEYS[1], now + ARGV[2], ARGV[1])
            redis.call('PEXPIRE', KEYS[1], ARGV[2])
            local since = tonumber(redis.call('GET', KEYS[2]))
            if not since or since > now then
                redis.call('SET', KEYS[2], now)
                since = now
            end
            local answer = redis.call('ZRANGE', KEYS[1], 0, -1)
            table.insert(answer, 1, tostring(now - since))
            return answer
            """);

    private static final Duration LONGEST_RECONNECT_DELAY = Duration.ofSeconds(1);

    private final ClientResources resources;
    private final LettuceConnectionFactory connections;
    private final StringRedisTemplate redis;
    private final RedisLockRegistry locks;
    private final String membersKey;
    private final String sinceKey;
    private final String member;
    private final LeaseTimes times;
    private final int digits;

    /**
     * Connects when it is used first.
     *
     * @param url where Redis is, {@code redis://} or {@code rediss://}
     * @param prefix what the keys begin with, the same in all processes of a cluster
     * @param member what tells this process from the others
     * @param slots how many there are, at most 1000
     */
    RedisSlots(String url, String prefix, String member, int slots, LeaseTimes times) {
        RedisURI address = address(url);
        this.resources = ClientResources.builder()
                .reconnectDelay(Delay.exponential(Duration.ZERO, LONGEST_RECONNECT_DELAY, 2, TimeUnit.MILLISECONDS))
                .build();
        this.connections = connections(address, times.answer(), resources);
        this.redis = new StringRedisTemplate(connections);
        this.locks = new RedisLockRegistry(connections, prefix + ":slot", times.lease());
        this.membersKey = prefix + ":members";
        this.sinceKey = prefix + ":since";
        this.member = member;
        this.times = times;
        this.digits = String.valueOf(slots - 1).length();
        // unlock() hands its command over and waits for it; the thread that waits may as well do it.
        locks.setExecutor(Runnable::run);
        locks.setCacheCapacity(localLocks(digits));
    }

    /** What cannot be read is not shown, nor why: there may be a password in it. */
    private static RedisURI address(String url) {
        try {
            return RedisURI.create(url);
        } catch (IllegalArgumentException e) {
            throw new InvalidOptionException(
                    ClusterSettings.REDIS_URL,
                    "a text that is no such URL",
                    "must be as redis://user:password@host:port, special characters of the password percent-encoded");
        }
    }

    /**
     * The registry keeps a table of local locks, of a size that is a power of two, and finds a key's lock by the low bits of
     * the key's hash. Two slots with the same local lock would get in each other's way: the registry would take the release
     * of one for the end of a nested lock and leave it in Redis. Keys of the same length that differ in decimal digits only
     * have hashes that differ by less than this.
     */
    static int localLocks(int digits) {
        int span = 1;
        for (int digit = 0, weight = 1; digit < digits; digit++, weight *= 31) {
            span += 9 * weight;
        }
        return Integer.highestOneBit(span) * 2;
    }

    /**
     * Commands are not kept for later: what fails while Redis is away must not be done when it is back. A connection that
     * has died without a word is found by the kernel.
     */
    private static LettuceConnectionFactory connections(RedisURI url, Duration limit, ClientResources resources) {
        SocketOptions sockets = SocketOptions.builder()
                .connectTimeout(limit)
                .keepAlive(true)
                .tcpUserTimeout(SocketOptions.TcpUserTimeoutOptions.builder()
                        .enable()
                        .tcpUserTimeout(limit.multipliedBy(2))
                        .build())
                .build();
        LettuceClientConfiguration client = LettuceClientConfiguration.builder()
                .apply(url)
                .clientResources(resources)
                .commandTimeout(limit)
                .shutdownQuietPeriod(Duration.ZERO)
                .shutdownTimeout(limit)
                .clientOptions(ClientOptions.builder()
                        .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                        .socketOptions(sockets)
                        .build())
                .build();
        LettuceConnectionFactory factory =
                new LettuceConnectionFactory(LettuceConnectionFactory.createRedisConfiguration(url), client);
        factory.afterPropertiesSet();
        factory.start();
        return factory;
    }

    @Override
    public Membership announce() {
        List<?> answer = redis.execute(
                ANNOUNCE,
                List.of(membersKey, sinceKey),
                member,
                String.valueOf(times.lease().toMillis()));
        long remembered = Long.parseLong(String.valueOf(answer.get(0)));
        List<String> living =
                answer.stream().skip(1).map(String::valueOf).sorted().toList();
        return new Membership(
                living.indexOf(member),
                living.size(),
                remembered >= times.lease().toMillis());
    }

    @Override
    public void leave() {
        redis.opsForZSet().remove(membersKey, member);
    }

    @Override
    public boolean acquire(int slot) {
        try {
            return lock(slot).tryLock(Duration.ZERO, times.lease());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** The registry reports with the same exception that the lock is somebody else's and nobody's. */
    @Override
    public boolean renew(int slot) {
        try {
            locks.renewLock(key(slot), times.lease());
            return true;
        } catch (IllegalStateException lost) {
            return false;
        }
    }

    /** That the lock had run out, or was somebody else's, is what the registry reports with this exception. */
    @Override
    public void release(int slot) {
        try {
            lock(slot).unlock();
        } catch (ConcurrentModificationException lost) {
            // Then there is nothing to give up.
        }
    }

    private DistributedLock lock(int slot) {
        return locks.obtain(key(slot));
    }

    private String key(int slot) {
        return String.format("%0" + digits + "d", slot);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static RedisScript<List<?>> script(String text) {
        return (RedisScript) RedisScript.of(text, List.class);
    }

    /** Closes the connections. What is still held runs out. */
    @Override
    public void close() {
        locks.destroy();
        connections.destroy();
        resources.shutdown(0, times.answer().toMillis(), TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}

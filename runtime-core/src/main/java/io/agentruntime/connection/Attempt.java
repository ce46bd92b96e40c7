package io.agentruntime.connection;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * One attempt to open a session, and what it has opened so far. When it fails, or is given up, everything registered with
 * {@link #onAbandon} is released; when it succeeds, the session has taken that over.
 */
public final class Attempt {

    private static final Logger log = LoggerFactory.getLogger(ConnectionEngine.class);

    /** Releases something that an attempt has opened. */
    @FunctionalInterface
    public interface Release {
        /**
         * Releases it, best effort and bounded in time. Called a second time, with {@code last}, when the retry that was
         * to follow is given up before it begins.
         *
         * @param last {@code true} when nothing is tried again after this attempt, so that the peer should be told
         */
        Mono<Void> release(boolean last);
    }

    private enum Fate {
        RUNNING,
        RETRIED,
        GIVEN_UP
    }

    private final int number;
    private final boolean single;
    private final AtomicReference<Fate> fate = new AtomicReference<>(Fate.RUNNING);
    private final Deque<Release> releases = new ArrayDeque<>();

    Attempt(int number, boolean single) {
        this.number = number;
        this.single = single;
    }

    /** 0 for the first attempt of a {@code connect()}, then counted from 1. */
    public int number() {
        return number;
    }

    /** Whether its failure fails {@code connect()}, instead of leading to another attempt. */
    public boolean single() {
        return single;
    }

    /**
     * Registers how to release what was just opened. The last registered is released first. When the attempt was given up
     * already, it is released at once.
     */
    public void onAbandon(Release release) {
        boolean late;
        synchronized (releases) {
            late = fate.get() == Fate.RETRIED || fate.get() == Fate.GIVEN_UP;
            if (!late) {
                releases.push(release);
            }
        }
        if (late) {
            quietly(release, fate.get() == Fate.GIVEN_UP).subscribe();
        }
    }

    /**
     * The attempt failed or is given up: releases everything. Completes when that is done; never fails. What was to be
     * retried can be given up afterwards, and is then released once more, for good.
     */
    Mono<Void> abandon(boolean retried) {
        Deque<Release> opened;
        synchronized (releases) {
            boolean first = fate.compareAndSet(Fate.RUNNING, retried ? Fate.RETRIED : Fate.GIVEN_UP);
            if (!first && (retried || !fate.compareAndSet(Fate.RETRIED, Fate.GIVEN_UP))) {
                return Mono.empty();
            }
            opened = new ArrayDeque<>(releases);
        }
        return Flux.fromIterable(opened)
                .concatMap(release -> quietly(release, !retried))
                .then();
    }

    private static Mono<Void> quietly(Release release, boolean last) {
        return Mono.defer(() -> release.release(last)).onErrorResume(e -> {
            log.debug("Could not release what an abandoned attempt had opened", e);
            return Mono.empty();
        });
    }
}

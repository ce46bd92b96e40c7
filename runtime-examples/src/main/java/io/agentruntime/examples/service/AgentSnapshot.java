package io.agentruntime.examples.service;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An agent as it stands now. What is counted is counted since it was started, so that whoever looks twice has rates.
 *
 * @param id its id
 * @param state its connection's state
 * @param since when that state began
 * @param attempt which attempt comes next, while reconnecting
 * @param delayMillis how long that attempt waits
 * @param cause why it is reconnecting, or has failed
 * @param sessions how many sessions it has had
 * @param received how many messages its worker has taken
 * @param ageMillis how old the messages of the last seconds were when the worker took them: the median
 * @param worstAgeMillis how old the oldest of them was
 * @param buffered how many elements wait in its subscribers' buffers
 * @param capacity how many the worker's buffer holds
 * @param dropped how many its subscribers' buffers have lost
 * @param gaps how many gaps it has heard of
 * @param refilled how many missed messages it got from the history
 */
public record AgentSnapshot(
        String id,
        String state,
        Instant since,
        @Nullable Integer attempt,
        @Nullable Long delayMillis,
        @Nullable String cause,
        long sessions,
        long received,
        @Nullable Long ageMillis,
        @Nullable Long worstAgeMillis,
        long buffered,
        int capacity,
        long dropped,
        long gaps,
        long refilled) {}

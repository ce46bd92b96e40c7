package io.agentruntime.examples.service;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Something that happened to an agent of the fleet, rare enough to be told one by one. Messages are counted instead. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = FleetEvent.Started.class, name = "started"),
    @JsonSubTypes.Type(value = FleetEvent.StateChanged.class, name = "state"),
    @JsonSubTypes.Type(value = FleetEvent.GapHeard.class, name = "gap"),
    @JsonSubTypes.Type(value = FleetEvent.Refilled.class, name = "refill"),
    @JsonSubTypes.Type(value = FleetEvent.Problem.class, name = "problem"),
    @JsonSubTypes.Type(value = FleetEvent.Stopped.class, name = "stopped")
})
public sealed interface FleetEvent {

    /** When. */
    Instant at();

    /** To whom. */
    String agent();

    /** The agent has joined the fleet; its connection is on the way. */
    record Started(Instant at, String agent) implements FleetEvent {}

    /**
     * Its connection is in a new state.
     *
     * @param state the state's name, e.g. {@code reconnecting}
     * @param attempt which attempt comes next, counted from 1, while reconnecting
     * @param delayMillis how long that attempt waits
     * @param cause why
     */
    record StateChanged(
            Instant at,
            String agent,
            String state,
            @Nullable Integer attempt,
            @Nullable Long delayMillis,
            @Nullable String cause)
            implements FleetEvent {}

    /** Messages from one time to the other may have been missed; those of the channel are refilled where it can be done. */
    record GapHeard(Instant at, String agent, Instant from, Instant to, String reason) implements FleetEvent {}

    /** So many missed messages were fetched from the history. */
    record Refilled(Instant at, String agent, int messages) implements FleetEvent {}

    /** What nobody waited for went wrong: a frame that cannot be read, a gap that the history could not fill. */
    record Problem(Instant at, String agent, String text) implements FleetEvent {}

    /** The agent has left the fleet, and its connection is closed. */
    record Stopped(Instant at, String agent) implements FleetEvent {}
}

package io.agentruntime.connection;

/**
 * A failure that is to be judged.
 *
 * @param cause what went wrong: the error of an attempt, or the end of a session as an error
 * @param retries how many retries have been made since a session last proved stable
 * @param established whether a session was ever open since {@code connect()}
 * @param refreshable whether credentials come from a supplier, so that asking again may bring others
 * @param refreshed whether they have been asked for again because of a refusal, and no session came of it yet
 */
public record Failure(Throwable cause, int retries, boolean established, boolean refreshable, boolean refreshed) {}

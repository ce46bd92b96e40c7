package io.agentruntime.spring;

import io.agentruntime.connection.ConnectionState;
import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.connection.ConnectionState.Failed;
import io.agentruntime.connection.ConnectionState.Reconnecting;
import io.agentruntime.error.RuntimeClientException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Where a runtime's connection stands, in words that may be shown.
 *
 * @param protocol its protocol, e.g. {@code nookplot}
 * @param name its name; {@code default} where there is only one
 * @param state {@code disconnected}, {@code connecting}, {@code connected}, {@code reconnecting} or {@code failed}
 * @param since when that began
 * @param attempt while reconnecting, which attempt waits or runs, counted from 1
 * @param delay while reconnecting, how long that attempt waits
 * @param session while connected, the session's id
 * @param lastError what went wrong last, since the application started
 * @param autoConnect whether the application's lifecycle keeps it connected
 */
public record RuntimeStatus(
        String protocol,
        String name,
        String state,
        Instant since,
        @Nullable Integer attempt,
        @Nullable Duration delay,
        @Nullable String session,
        @Nullable String lastError,
        boolean autoConnect) {

    static RuntimeStatus initial(String protocol, String name, boolean autoConnect, Instant now) {
        return new RuntimeStatus(protocol, name, "disconnected", now, null, null, null, null, autoConnect);
    }

    RuntimeStatus moved(ConnectionState to, Instant now) {
        Reconnecting retry = to instanceof Reconnecting reconnecting ? reconnecting : null;
        Connected open = to instanceof Connected connected ? connected : null;
        Throwable error = retry != null ? retry.cause() : to instanceof Failed failed ? failed.cause() : null;
        return new RuntimeStatus(
                protocol,
                name,
                to.name(),
                open == null ? now : open.since(),
                retry == null ? null : retry.attempt(),
                retry == null ? null : retry.delay(),
                open == null ? null : open.session().sessionId(),
                error == null ? lastError : describe(error),
                autoConnect);
    }

    RuntimeStatus failed(Throwable error) {
        return new RuntimeStatus(protocol, name, state, since, attempt, delay, session, describe(error), autoConnect);
    }

    private static String describe(Throwable error) {
        String type = error.getClass().getSimpleName();
        String text = RuntimeClientException.describe(error);
        return text.equals(type) ? type : type + ": " + text;
    }
}

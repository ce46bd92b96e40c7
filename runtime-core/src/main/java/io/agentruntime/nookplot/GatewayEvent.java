package io.agentruntime.nookplot;

import io.agentruntime.json.JsonPayload;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event of the gateway, or of this runtime where {@link #local()} says so. Types that this library does not know are
 * kept as they came.
 *
 * @param type its type, e.g. {@code bounty.new}
 * @param timestamp its time as the gateway wrote it
 * @param data its data, read when asked for
 * @param frame the whole frame, with fields that this library does not know
 * @param local whether this runtime made it
 */
public record GatewayEvent(
        String type, @Nullable String timestamp, JsonPayload data, JsonPayload frame, boolean local) {

    /** {@code connection.state}: {@link ConnectionNotice}. */
    public static final String CONNECTION_STATE = "connection.state";

    /** {@code channel.joined}: {@link ChannelNotice}. */
    public static final String CHANNEL_JOINED = "channel.joined";

    /** {@code channel.left}: {@link ChannelNotice}. */
    public static final String CHANNEL_LEFT = "channel.left";

    /** {@code channel.error}: {@link ChannelNotice}; local ones are of channels that found no slot or got no answer. */
    public static final String CHANNEL_ERROR = "channel.error";

    /** {@code channel.message}: {@link ChannelMessage}. */
    public static final String CHANNEL_MESSAGE = "channel.message";

    /** {@code message.received}: {@link DirectMessageNotice}. */
    public static final String MESSAGE_RECEIVED = "message.received";

    /** Local: the agent's channels could not be listed, so that memberships may not be subscribed. */
    public static final String DISCOVERY_FAILED = "channel.discovery.failed";

    /** Local: the gateway had forgotten the session; it was registered again, the socket stayed. */
    public static final String SESSION_RENEWED = "session.renewed";

    /** The data as an object. Errors: {@link io.agentruntime.error.DecodeException} when it does not fit. */
    public <T> T data(Class<T> as) {
        return data.as(as);
    }

    /** When the gateway sent it; empty when it did not say so in ISO-8601. */
    public Optional<Instant> time() {
        try {
            return Optional.ofNullable(timestamp).map(Instant::parse);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }

    /** Without the data, for it may be private. */
    @Override
    public String toString() {
        return "GatewayEvent[" + type + ", " + timestamp + "]";
    }
}

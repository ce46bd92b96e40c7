package io.agentruntime.phoenix;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** How one channel is joined. Immutable. */
public final class ChannelOptions {

    private final Mono<?> params;
    private final @Nullable String resumeParam;
    private final @Nullable Function<PhoenixMessage, @Nullable Object> cursor;

    private ChannelOptions(Builder builder) {
        this.params = builder.params;
        this.resumeParam = builder.resumeParam;
        this.cursor = builder.cursor;
    }

    /** A builder with every option at its default. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * The params of one join, asked for now.
     *
     * @param seen what the cursor has said of the messages so far, {@code null} before the first
     */
    Mono<Object> joinParams(@Nullable Object seen) {
        String name = resumeParam;
        Mono<Object> asked = params.cast(Object.class).defaultIfEmpty(Map.of());
        return name == null || seen == null ? asked : asked.map(own -> with(own, name, seen));
    }

    private static Object with(Object params, String name, Object value) {
        if (!(params instanceof Map<?, ?> fields)) {
            throw new IllegalArgumentException("The params of a channel with 'resume' are a Map, but were a "
                    + params.getClass().getName());
        }
        Map<Object, Object> all = new LinkedHashMap<>(fields);
        all.put(name, value);
        return all;
    }

    /** What the resume hook makes of a message; {@code null} when it says nothing, or there is none. */
    @Nullable
    Object cursor(PhoenixMessage message) {
        return cursor == null ? null : cursor.apply(message);
    }

    /** Without the params, for they may be credentials. */
    @Override
    public String toString() {
        return "ChannelOptions[resume=" + resumeParam + "]";
    }

    /** Collects the options. */
    public static final class Builder {

        private Mono<?> params = Mono.empty();
        private @Nullable String resumeParam;
        private @Nullable Function<PhoenixMessage, @Nullable Object> cursor;

        private Builder() {}

        /** What every join carries, any value that Jackson can write; default an empty object. */
        public Builder params(Object value) {
            this.params = Mono.just(value);
            return this;
        }

        /** Supplies what a join carries: subscribed before every join, within its limit. Must not block. */
        public Builder params(Mono<?> supplier) {
            this.params = supplier;
            return this;
        }

        /**
         * Tells the server, when the channel is joined again, what this side has seen last, so that it can go on from there.
         *
         * @param param the field that is added to the params, which then have to be a {@link Map}
         * @param seen what goes into it, asked for every message of the channel as it arrives; {@code null} leaves it as it
         *     was. Must not block
         */
        public Builder resume(String param, Function<PhoenixMessage, @Nullable Object> seen) {
            this.resumeParam = param;
            this.cursor = seen;
            return this;
        }

        /** The options, ready to use. */
        public ChannelOptions build() {
            return new ChannelOptions(this);
        }
    }
}

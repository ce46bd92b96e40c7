package io.agentruntime.client;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.stream.StreamOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.random.RandomGenerator;
import reactor.core.scheduler.Scheduler;

/** The settings of one protocol's client, which are its own and {@link ClientOptions}. */
public interface ClientSettings {

    ClientOptions client();

    default Duration closeTimeout() {
        return client().closeTimeout();
    }

    default Duration maxReadPause() {
        return client().maxReadPause();
    }

    default StreamOptions streams() {
        return client().streams();
    }

    default Scheduler timer() {
        return client().timer();
    }

    default RandomGenerator random() {
        return client().random();
    }

    default JsonCodec json() {
        return client().json();
    }

    default StreamOptions background() {
        return client().background();
    }

    default Instant now() {
        return client().now();
    }
}

package io.agentruntime.stream;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;

class StreamOptionsTest {

    @Test
    void theDefaultsAreThoseOfTheDocumentation() {
        assertThat(StreamOptions.defaults())
                .isEqualTo(new StreamOptions(OverflowPolicy.ERROR, 1024, Schedulers.boundedElastic()));
    }

    @Test
    void eachOptionChangesAlone() {
        StreamOptions dropping = StreamOptions.of(OverflowPolicy.DROP_OLDEST);

        assertThat(dropping)
                .isEqualTo(new StreamOptions(OverflowPolicy.DROP_OLDEST, 1024, Schedulers.boundedElastic()));
        assertThat(dropping.withCapacity(1))
                .isEqualTo(new StreamOptions(OverflowPolicy.DROP_OLDEST, 1, Schedulers.boundedElastic()));
        assertThat(dropping.withDeliverOn(Schedulers.immediate()))
                .isEqualTo(new StreamOptions(OverflowPolicy.DROP_OLDEST, 1024, Schedulers.immediate()));
        assertThat(dropping.withPolicy(OverflowPolicy.BACKPRESSURE))
                .isEqualTo(new StreamOptions(OverflowPolicy.BACKPRESSURE, 1024, Schedulers.boundedElastic()));
    }
}

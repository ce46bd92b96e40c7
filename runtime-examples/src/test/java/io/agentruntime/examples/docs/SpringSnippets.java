package io.agentruntime.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.ConnectionState.Connected;
import io.agentruntime.nookplot.NookplotRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Import;

/** The test on the page on Spring, compiled. It runs in the application that is made from the page, see {@code src/it}. */
class SpringSnippets {

    @SpringBootTest
    @Import(GatewayForTests.class)
    class LobbyApplicationTest {

        @Autowired
        NookplotRuntime runtime;

        @Test
        void connects() {
            assertThat(runtime.state().ofType(Connected.class).blockFirst(Duration.ofSeconds(30)))
                    .isNotNull();
        }
    }
}

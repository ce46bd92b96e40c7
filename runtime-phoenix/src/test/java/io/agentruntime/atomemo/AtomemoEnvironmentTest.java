package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.support.Secrets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a plugin takes from its environment. */
class AtomemoEnvironmentTest {

    private static final String KEY = "key-" + Secrets.MARKER;

    @Test
    void mostVariablesHaveADefault() {
        AtomemoEnvironment environment =
                AtomemoEnvironment.of(Map.of("HUB_WS_URL", "wss://api.atomemo.ai/", "HUB_DEBUG_API_KEY", KEY));

        assertThat(environment.mode()).isEqualTo(HubMode.DEBUG);
        assertThat(environment.node()).isEqualTo(NodeEnvironment.DEVELOPMENT);
        assertThat(environment.debug()).isTrue();
        assertThat(environment.socketUrl()).isEqualTo("wss://api.atomemo.ai/debug_socket");
        assertThat(environment.socketParams()).isEqualTo(Map.of("api_key", KEY));
        Secrets.assertNoneIn(environment.toString());
    }

    @Test
    void inProductionNoKeyIsNeededAndNoneIsSent() {
        AtomemoEnvironment environment = AtomemoEnvironment.of(
                Map.of("HUB_WS_URL", "ws://hub:4000", "HUB_MODE", "release", "NODE_ENV", "production"));
        AtomemoEnvironment withKey = AtomemoEnvironment.of(
                Map.of("HUB_WS_URL", "ws://hub:4000", "NODE_ENV", "production", "HUB_DEBUG_API_KEY", KEY));

        assertThat(environment.socketUrl()).isEqualTo("ws://hub:4000/release_socket");
        assertThat(environment.debug()).isFalse();
        assertThat(environment.socketParams()).isEmpty();
        assertThat(withKey.socketParams()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"true", "TRUE", " True "})
    void debugIsOnWhenItSaysTrue(String value) {
        assertThat(environment("DEBUG", value).debug()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "yes", "false"})
    void debugIsOffWhenItSaysAnythingElse(String value) {
        assertThat(environment("DEBUG", value).debug()).isFalse();
    }

    @Test
    void anEmptyVariableIsAsGoodAsNone() {
        assertThat(environment("HUB_MODE", "").mode()).isEqualTo(HubMode.DEBUG);
    }

    private static AtomemoEnvironment environment(String name, String value) {
        return AtomemoEnvironment.of(Map.of("HUB_WS_URL", "ws://hub:4000", "HUB_DEBUG_API_KEY", KEY, name, value));
    }

    @Test
    void allProblemsAreToldAtOnce() {
        assertThatThrownBy(() -> AtomemoEnvironment.of(
                        Map.of("HUB_MODE", "staging", "HUB_WS_URL", "https://hub", "NODE_ENV", "live")))
                .isInstanceOfSatisfying(
                        InvalidEnvironmentException.class,
                        e -> assertThat(e.problems()).hasSize(4))
                .hasMessageContaining("HUB_MODE must be one of debug, release, but was: staging")
                .hasMessageContaining("NODE_ENV must be one of development, production, test, but was: live")
                .hasMessageContaining("HUB_WS_URL must be a ws or wss address")
                .hasMessageContaining("HUB_DEBUG_API_KEY is required")
                .hasMessageContaining("atomemo plugin refresh-key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hub", "ws:///x", "ws://user:S3CR3T@hub", "ws://hub?key=S3CR3T", "key S3CR3T"})
    void anAddressThatCannotWorkIsNotShown(String url) {
        assertThatThrownBy(() -> AtomemoEnvironment.of(Map.of("HUB_WS_URL", url, "HUB_DEBUG_API_KEY", KEY)))
                .hasMessageContaining("HUB_WS_URL must be")
                .satisfies(Secrets::assertNoneIn);
    }
}

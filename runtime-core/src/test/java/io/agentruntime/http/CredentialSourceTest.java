package io.agentruntime.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.support.Secrets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class CredentialSourceTest {

    private static final String KEY = "nk_" + Secrets.MARKER;

    @Test
    void noneHasNoKeyAndGetsNone() {
        StepVerifier.create(CredentialSource.none().current()).verifyComplete();
        StepVerifier.create(CredentialSource.none().refresh()).verifyComplete();
    }

    @Test
    void aFixedKeyStaysWhatItIs() {
        CredentialSource fixed = CredentialSource.fixed("apiKey", KEY);

        StepVerifier.create(fixed.current()).expectNext(KEY).verifyComplete();
        StepVerifier.create(fixed.refresh()).verifyComplete();
    }

    @Test
    void whoDecidesOtherwiseWhenToAskAnewGetsTheSameKeysAndNoOthers() {
        AtomicInteger asked = new AtomicInteger();
        CredentialSource source =
                CredentialSource.supplier("apiKey", Mono.fromSupplier(() -> KEY + asked.incrementAndGet()));
        CredentialSource plain = source.withoutRefresh();

        StepVerifier.create(plain.current()).expectNext(KEY + 1).verifyComplete();
        StepVerifier.create(plain.refresh()).verifyComplete();
        StepVerifier.create(source.refresh()).expectNext(KEY + 2).verifyComplete();
        StepVerifier.create(plain.current()).expectNext(KEY + 2).verifyComplete();
        assertThat(asked).hasValue(2);
    }

    @Test
    void eachSaysOfWhatKindItIsAndNoKey() {
        CredentialSource supplier = CredentialSource.supplier("apiKey", Mono.just(KEY));
        StepVerifier.create(supplier.current()).expectNext(KEY).verifyComplete();

        assertThat(CredentialSource.none()).hasToString("CredentialSource[none]");
        assertThat(CredentialSource.fixed("apiKey", KEY)).hasToString("CredentialSource[fixed]");
        assertThat(supplier).hasToString("CredentialSource[supplier]");
        assertThat(supplier.withoutRefresh()).hasToString("CredentialSource[supplier]");
    }

    @Test
    void everyVisibleAsciiCharacterMayBeInAKeyAndNoOther() {
        StepVerifier.create(CredentialSource.fixed("apiKey", "!~").current())
                .expectNext("!~")
                .verifyComplete();
        for (String bad : new String[] {" ", "\u007f"}) {
            assertThatThrownBy(() -> CredentialSource.fixed("apiKey", KEY + bad))
                    .isInstanceOf(InvalidOptionException.class);
        }
    }
}

package io.agentruntime.examples.plugin;

import io.agentruntime.atomemo.AuthCall;
import io.agentruntime.atomemo.AuthSpec;
import io.agentruntime.atomemo.AuthorizeUrlCall;
import io.agentruntime.atomemo.RefreshCall;
import io.agentruntime.atomemo.TokenCall;
import io.agentruntime.atomemo.TokenPatch;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** A made-up provider of accounts: whoever has a code gets tokens, and new tokens for old ones. */
final class AccountProvider {

    private static final Duration LIFE_OF_A_TOKEN = Duration.ofHours(1);

    private final AtomicInteger given = new AtomicInteger();

    /** Where a user consents. */
    Mono<String> consentAddress(AuthorizeUrlCall call) {
        String clientId = call.credential().text("client_id").orElse("");
        return Mono.just("https://accounts.example/authorize?response_type=code&client_id=" + encoded(clientId)
                + "&redirect_uri=" + encoded(call.redirectUri()) + "&state=" + encoded(call.state()));
    }

    /** Tokens for a code. */
    Mono<TokenPatch> exchange(TokenCall call) {
        return call.code().isBlank()
                ? Mono.error(new IllegalArgumentException("There is no code"))
                : Mono.just(tokens());
    }

    /** New tokens, for who has a refresh token. */
    Mono<TokenPatch> renew(RefreshCall call) {
        return call.credential().text("refresh_token").isEmpty()
                ? Mono.error(new IllegalArgumentException("There is no refresh token"))
                : Mono.just(tokens());
    }

    /** How a model is called with an account. */
    Mono<AuthSpec> authenticate(AuthCall call) {
        return Mono.justOrEmpty(call.credential().text("access_token"))
                .switchIfEmpty(Mono.error(() -> new IllegalStateException("The account is not connected yet")))
                .map(token -> AuthSpec.of("openai", token).endpoint("https://models.example/v1"));
    }

    private TokenPatch tokens() {
        int number = given.incrementAndGet();
        return TokenPatch.accessToken("access-" + number)
                .refreshToken("refresh-" + number)
                .expiresAt(Instant.now().plus(LIFE_OF_A_TOKEN));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}

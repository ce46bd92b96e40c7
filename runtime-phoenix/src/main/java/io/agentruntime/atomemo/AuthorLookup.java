package io.agentruntime.atomemo;

import io.agentruntime.error.DecodeException;
import io.agentruntime.http.BaseUrl;
import io.agentruntime.http.CredentialSource;
import io.agentruntime.http.HttpExchange;
import io.agentruntime.http.JsonHttpClient;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Finds out who the author is, where nobody has said so. Reads files on the bounded elastic scheduler. */
final class AuthorLookup {

    private static final String DEFAULT_ENDPOINT = "https://oneauth.choiceform.io";
    private static final String SESSION = "/v1/auth/get-session";

    /** What hubs of the platform's own production have in their address. */
    private static final String PRODUCTION_HUB = "atomemo.ai";

    private AuthorLookup() {}

    /** In debug mode: whoever is logged in at the platform's command line tool. */
    static Mono<Author> ofSession(Path config, AtomemoEnvironment environment, HttpExchange exchange) {
        String deployment = environment.hubUrl().contains(PRODUCTION_HUB) ? "production" : "staging";
        return read("the configuration " + config, config)
                .flatMap(json -> session(login(json, deployment), exchange))
                .map(answer -> author("the session", field(answer, "user"), "name"));
    }

    /** The access token, and whom it is for. */
    private record Login(BaseUrl endpoint, CredentialSource token) {}

    private static Login login(JsonPayload config, String deployment) {
        JsonPayload login = field(field(config, "auth"), deployment);
        String token = login.string("access_token");
        if (token == null) {
            throw new DecodeException(
                    "the configuration", "auth." + deployment + ".access_token is missing; log in first", "", null);
        }
        String endpoint = Objects.requireNonNullElse(login.string("endpoint"), DEFAULT_ENDPOINT);
        return new Login(
                BaseUrl.of("auth." + deployment + ".endpoint", endpoint),
                CredentialSource.fixed("auth." + deployment + ".access_token", token));
    }

    private static Mono<JsonPayload> session(Login login, HttpExchange exchange) {
        return JsonHttpClient.builder(login.endpoint(), exchange)
                .credentials(login.token())
                .build()
                .request("GET", SESSION, null)
                .switchIfEmpty(Mono.error(() -> new DecodeException("the session", "the answer is empty", "", null)));
    }

    /** In release mode: whom the definition names that was released. */
    static Mono<Author> ofDefinition(Path definition) {
        return read(definition.toString(), definition).map(json -> author(definition.toString(), json, "author"));
    }

    private static Mono<JsonPayload> read(String what, Path file) {
        return Mono.fromCallable(() -> JsonCodec.create().payload(what, Files.readAllBytes(file)))
                .subscribeOn(Schedulers.boundedElastic());
    }

    private static JsonPayload field(JsonPayload json, String name) {
        return json.field(name)
                .filter(JsonPayload::isObject)
                .orElseThrow(() -> new DecodeException("the author", "field '" + name + "' is no object", "", null));
    }

    private static Author author(String what, JsonPayload json, String nameField) {
        String name = json.string(nameField);
        String email = json.string("email");
        if (name == null || email == null) {
            throw new DecodeException(what, "the author's name or mail address is missing", "", null);
        }
        return new Author(name, email);
    }
}

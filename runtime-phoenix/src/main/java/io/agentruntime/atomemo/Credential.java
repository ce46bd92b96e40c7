package io.agentruntime.atomemo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A kind of credential that a plugin's users can have, and how it is used. Immutable.
 *
 * <pre>{@code
 * Credential.builder("api_key")
 *         .parameter(Parameter.encryptedString("key").required().build())
 *         .authenticate(call -> Mono.just(AuthSpec.of("openai", call.credential().text("key").orElseThrow())))
 *         .build()
 * }</pre>
 */
public final class Credential implements Feature {

    private final Map<String, Object> definition;
    private final @Nullable Handler<AuthCall, AuthSpec> authenticate;
    private final @Nullable Handler<AuthorizeUrlCall, String> authorizeUrl;
    private final @Nullable Handler<TokenCall, TokenPatch> token;
    private final @Nullable Handler<RefreshCall, TokenPatch> refresh;

    private Credential(Builder builder) {
        this.definition = builder.fields();
        this.authenticate = builder.authenticate;
        this.authorizeUrl = builder.authorizeUrl;
        this.token = builder.token;
        this.refresh = builder.refresh;
    }

    /** Starts to describe a credential. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    @Override
    public Kind kind() {
        return Kind.CREDENTIAL;
    }

    @Override
    public String name() {
        return String.valueOf(definition.get("name"));
    }

    @Override
    public Map<String, Object> definition() {
        return definition;
    }

    @Override
    public void check() {
        DefinitionRules.credential(definition);
    }

    Handler<AuthCall, AuthSpec> authenticate() {
        return present(authenticate, "authenticate");
    }

    Handler<AuthorizeUrlCall, String> authorizeUrl() {
        return present(authorizeUrl, "authorizeUrl");
    }

    Handler<TokenCall, TokenPatch> token() {
        return present(token, "token");
    }

    Handler<RefreshCall, TokenPatch> refresh() {
        return present(refresh, "refresh");
    }

    private <H> H present(@Nullable H handler, String which) {
        if (handler == null) {
            throw new MissingHandlerException("credential", name(), which);
        }
        return handler;
    }

    @Override
    public String toString() {
        return "Credential[" + name() + "]";
    }

    /** Describes a {@link Credential}. */
    public static final class Builder extends FeatureBuilder<Builder> {

        private final List<Parameter> parameters = new ArrayList<>();
        private @Nullable Handler<AuthCall, AuthSpec> authenticate;
        private @Nullable Handler<AuthorizeUrlCall, String> authorizeUrl;
        private @Nullable Handler<TokenCall, TokenPatch> token;
        private @Nullable Handler<RefreshCall, TokenPatch> refresh;

        private Builder(String name) {
            super(name);
            set("parameters", List.of());
        }

        /** One more parameter: a string, number, integer, boolean or encrypted string. */
        public Builder parameter(Parameter parameter) {
            parameters.add(parameter);
            return set("parameters", List.copyOf(parameters));
        }

        /** How a language model's provider is called with it. */
        public Builder authenticate(Handler<AuthCall, AuthSpec> handler) {
            this.authenticate = handler;
            return this;
        }

        /**
         * It is got by OAuth2, for which it needs the parameters {@code client_id}, {@code client_secret}, {@code
         * access_token}, {@code refresh_token} and {@code expires_at}.
         *
         * @param url the address at which a user consents
         * @param exchange the tokens for the code that came of it
         * @param renewal new tokens for old ones
         */
        public Builder oauth2(
                Handler<AuthorizeUrlCall, String> url,
                Handler<TokenCall, TokenPatch> exchange,
                Handler<RefreshCall, TokenPatch> renewal) {
            this.authorizeUrl = url;
            this.token = exchange;
            this.refresh = renewal;
            return set("oauth2", true);
        }

        /** The five parameters that OAuth2 needs. */
        public Builder oauth2Parameters() {
            parameter(Parameter.string("client_id").required().build());
            parameter(Parameter.encryptedString("client_secret").required().build());
            parameter(Parameter.encryptedString("access_token").build());
            parameter(Parameter.encryptedString("refresh_token").build());
            return parameter(Parameter.integer("expires_at").build());
        }

        /** The credential. It is checked when it is added to a plugin. */
        public Credential build() {
            return new Credential(this);
        }
    }
}

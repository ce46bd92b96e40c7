package io.agentruntime.nookplot;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.ApiPath;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/**
 * Transactions: the gateway prepares one, the agent's key signs it, the gateway relays it to the chain and pays for it.
 * Needs {@code privateKey}.
 *
 * <p>What the gateway asks to sign is checked first, as {@link #sign} says. Calls are cold, as those of {@link Channels};
 * they fail with the typed errors of {@link io.agentruntime.http.JsonHttpClient}, and with {@link
 * io.agentruntime.error.DisconnectedException} when {@code disconnect()} is called meanwhile.
 */
public final class Transactions {

    private static final Pattern PATH = Pattern.compile("/v1/prepare(/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)+");
    private static final Pattern DOT_SEGMENT = Pattern.compile("(\\.|%2e){1,2}");

    private final UserRequests http;
    private final NookplotSettings settings;

    /** One after another: the gateway gives a transaction the number after the last one that it relayed. */
    private final BackgroundCalls line;

    Transactions(UserRequests http, NookplotSettings settings) {
        this.http = http;
        this.settings = settings;
        this.line = new BackgroundCalls(Duration.ZERO, settings.timer());
    }

    /** The address of {@code privateKey}, {@code 0x} and 40 hex digits; empty without a key. */
    public Optional<String> address() {
        return Optional.ofNullable(settings.signer()).map(Signer::address);
    }

    /**
     * Has a transaction prepared, checks and signs it, and has it relayed. Emits what became of it. Those of one runtime go
     * one after another; no connection is needed.
     *
     * <p>Errors: {@link InvalidOptionException} without a {@code privateKey}, and for a path that is not below {@code
     * /v1/prepare/}; {@link io.agentruntime.error.SigningRefusedException} when the gateway asks to sign something else,
     * and nothing was signed; those of {@link #relay}.
     *
     * @param path {@code /v1/prepare/} and what to do, e.g. {@code /v1/prepare/vote}, percent-encoded, without a query
     * @param body anything that Jackson can write; {@code null} for none
     */
    public Mono<RelayResult> prepareSignRelay(String path, @Nullable Object body) {
        return Mono.defer(() -> {
            requiredSigner(settings);
            checkPath(path);
            return http.inTurn(line, prepare(path, body).flatMap(this::sign).flatMap(this::relay));
        });
    }

    /**
     * Has a transaction prepared, and emits what the gateway asks to sign, unchecked.
     *
     * <p>Errors: {@link InvalidOptionException} for a path that is not below {@code /v1/prepare/}; {@link io.agentruntime.error.DecodeException}
     * when a part of the answer is missing.
     *
     * @param path {@code /v1/prepare/} and what to do, e.g. {@code /v1/prepare/vote}, percent-encoded, without a query
     * @param body anything that Jackson can write; {@code null} for none
     */
    public Mono<PreparedTransaction> prepare(String path, @Nullable Object body) {
        return Mono.defer(() -> http.answer("POST", checkPath(path), body, PreparedTransaction.class));
    }

    /**
     * Checks a transaction and signs it, off the event loop. Emits it signed; nothing is sent.
     *
     * <p>Signed is a {@code ForwardRequest} of its seven known fields and nothing else, {@code from} the key's own address,
     * with the {@code value} 0, a {@code deadline} that has not passed and is at most an hour ahead by this machine's clock,
     * in a domain of {@code name}, {@code version}, {@code chainId} and {@code verifyingContract}. Otherwise the error is
     * {@link io.agentruntime.error.SigningRefusedException}. {@link InvalidOptionException} without a {@code privateKey}.
     */
    public Mono<SignedTransaction> sign(PreparedTransaction transaction) {
        return Mono.fromCallable(() -> {
                    Signer signer = requiredSigner(settings);
                    TypedData document = ForwardRequestCheck.check(transaction, signer.address(), settings.now());
                    return new SignedTransaction(
                            fields(transaction.forwardRequest()), signer.sign(document), transaction.didCid());
                })
                .subscribeOn(settings.signOn());
    }

    private static Map<String, JsonNode> fields(JsonNode request) {
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        request.propertyNames().forEach(name -> fields.put(name, request.get(name)));
        return fields;
    }

    /**
     * Has a signed transaction relayed, and emits what became of it. The gateway takes each once, in the order of their
     * numbers.
     *
     * <p>Errors: {@link io.agentruntime.error.HttpStatusException.BadRequest} for a signature or field that is wrong or used
     * up; {@link io.agentruntime.error.HttpStatusException.PaymentRequired} when the agent's credit does not do; {@link
     * io.agentruntime.error.HttpStatusException.Forbidden}; {@link io.agentruntime.error.HttpStatusException.RateLimited}
     * after the retries; {@link io.agentruntime.error.HttpStatusException.Unavailable} while the gateway does not relay:
     * the same transaction can be relayed later, until its deadline. {@link io.agentruntime.error.OutcomeUnknownException}
     * when the answer was lost: it may be on its way to the chain.
     */
    public Mono<RelayResult> relay(SignedTransaction transaction) {
        return http.answer("POST", ApiPath.of("/v1/relay"), transaction.body(), RelayResult.class);
    }

    /** What is prepared elsewhere is no transaction, and is not to be sent by mistake. */
    private static ApiPath checkPath(String path) {
        if (!PATH.matcher(path).matches() || hasDotSegment(path)) {
            throw new InvalidOptionException(
                    "path", path.length() > 200 ? path.length() + " characters" : path, "must be below /v1/prepare/");
        }
        return ApiPath.encoded(path);
    }

    private static boolean hasDotSegment(String path) {
        for (String segment : path.toLowerCase(Locale.ROOT).split("/", -1)) {
            if (DOT_SEGMENT.matcher(segment).matches()) {
                return true;
            }
        }
        return false;
    }

    /** The signer, where there is a key. */
    static Signer requiredSigner(NookplotSettings settings) {
        Signer signer = settings.signer();
        if (signer == null) {
            throw new InvalidOptionException(SigningKey.OPTION, "nothing", "is required for signing");
        }
        return signer;
    }
}

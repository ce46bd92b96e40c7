package io.agentruntime.nookplot;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.agentruntime.error.DecodeException;
import io.agentruntime.http.ApiPath;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.nookplot.TypedData.Domain;
import io.agentruntime.nookplot.TypedData.Field;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;

/** Signs the messages that the agent sends to channels. */
final class MessageSigning {

    private static final String NO_CONTRACT = "0x" + "0".repeat(40);
    private static final List<Field> FIELDS = List.of(
            new Field("from", "address"),
            new Field("to", "string"),
            new Field("content", "string"),
            new Field("nonce", "uint256"),
            new Field("timestamp", "uint256"));

    private final UserRequests http;
    private final NookplotSettings settings;
    private final Mono<BigInteger> chainId;
    private final AtomicLong lastNonce = new AtomicLong();

    /** One after another: the gateway takes no number that is below one it has seen. */
    private final BackgroundCalls line;

    /** A message with its signature, as the gateway takes it. */
    record Signed(@JsonUnwrapped OutgoingMessage message, String signature, long nonce, long timestamp) {}

    MessageSigning(UserRequests http, NookplotSettings settings) {
        this.http = http;
        this.settings = settings;
        this.line = new BackgroundCalls(Duration.ZERO, settings.timer());
        this.chainId = http.answer("GET", ApiPath.of("/v1"))
                .map(MessageSigning::chainId)
                .cacheInvalidateIf(known -> false);
    }

    private static BigInteger chainId(JsonPayload answer) {
        JsonNode id = answer.tree().path("chainId");
        if (!(id.isString() || id.isIntegralNumber()) || !id.asString().matches("[1-9][0-9]{0,77}")) {
            throw new DecodeException("answer to GET /v1", "chainId is missing or no number", "", null);
        }
        return new BigInteger(id.asString());
    }

    /**
     * Signs a message when its turn has come, off the event loop, and has it sent before the next is signed.
     *
     * @param send what sends it
     */
    <T> Mono<T> signed(String channelId, OutgoingMessage message, Function<Signed, Mono<T>> send) {
        return Mono.defer(() -> {
            Signer signer = Transactions.requiredSigner(settings);
            Mono<Signed> signing =
                    chainId.flatMap(chain -> Mono.fromCallable(() -> sign(signer, chain, channelId, message))
                            .subscribeOn(settings.signOn()));
            return http.inTurn(line, signing.flatMap(send));
        });
    }

    private Signed sign(Signer signer, BigInteger chain, String channelId, OutgoingMessage message) {
        Instant now = settings.now();
        long nonce = lastNonce.updateAndGet(last -> Math.max(last + 1, now.toEpochMilli()));
        long timestamp = now.getEpochSecond();
        String signature = signer.sign(new TypedData(
                "NookplotMessage",
                FIELDS,
                new Domain("NookplotMessaging", "1", chain, NO_CONTRACT),
                Map.of(
                        "from", signer.address(),
                        "to", "ch:" + channelId,
                        "content", message.content(),
                        "nonce", BigInteger.valueOf(nonce),
                        "timestamp", BigInteger.valueOf(timestamp))));
        return new Signed(message, signature, nonce, timestamp);
    }
}

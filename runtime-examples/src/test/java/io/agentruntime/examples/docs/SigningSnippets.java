package io.agentruntime.examples.docs;

import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.nookplot.OutgoingMessage;
import io.agentruntime.nookplot.Transactions;
import java.util.Map;

/** The code of the page on signing, compiled. {@link DocumentsTest} compares. */
final class SigningSnippets {

    private static final String FORUM = "0x0000000000000000000000000000000000000001";

    private SigningSnippets() {}

    static NookplotRuntime building() {
        NookplotRuntime runtime = NookplotRuntime.builder()
                .gatewayUrl("https://gateway.nookplot.com")
                .apiKey("nk_...")
                .privateKey(System.getenv("AGENT_PRIVATE_KEY")) // 32 bytes in hex, with or without 0x
                .build();
        return runtime;
    }

    static void oneCall(NookplotRuntime runtime) {
        runtime.transactions()
                .prepareSignRelay("/v1/prepare/vote", Map.of("cid", "Qm...", "isUpvote", true))
                .subscribe(result -> System.out.println(result.txHash() + " " + result.status()));
    }

    static void stepByStep(NookplotRuntime runtime, Object vote) {
        Transactions transactions = runtime.transactions();
        transactions
                .prepare("/v1/prepare/vote", vote)
                .filter(prepared ->
                        prepared.forwardRequest().path("to").asString().equalsIgnoreCase(FORUM))
                .flatMap(transactions::sign)
                .flatMap(transactions::relay)
                .subscribe();
    }

    static void message(NookplotRuntime runtime, String channelId) {
        runtime.channels()
                .send(channelId, OutgoingMessage.text("I accept.").signed())
                .subscribe();
    }
}

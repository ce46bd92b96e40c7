package io.agentruntime.examples.codebolt;

import io.agentruntime.codebolt.Attachment;
import io.agentruntime.codebolt.ReplyAddress;
import io.agentruntime.testkit.codebolt.EmbeddedCodeboltServer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;

/** The agent behind the embedded server: a picture for who asks for one, a long answer for who asks for that. */
final class Agent {

    private final EmbeddedCodeboltServer server;

    Agent(EmbeddedCodeboltServer server) {
        this.server = server;
    }

    void hear(JsonNode message) {
        JsonNode replyTo = message.path("replyTo");
        ReplyAddress address = new ReplyAddress(
                replyTo.path("channelId").asString(),
                replyTo.path("externalThreadId").asString(),
                null);
        String text = message.path("text").asString();
        if (text.contains("picture")) {
            server.reply(
                    address,
                    "Here it is.",
                    new Attachment("image", "https://pictures.example/cat.png", "cat.png", "image/png"));
        } else if (text.contains("explain")) {
            server.reply(address, "One moment.");
            server.reply(address, longAnswer());
        } else {
            server.reply(address, "You said: " + text);
        }
    }

    /** Markdown with a list and a block of code that no single post can hold. */
    static String longAnswer() {
        String steps = IntStream.rangeClosed(1, 12)
                .mapToObj(step ->
                        "- step " + step + " is described in [the guide](https://guide.example/steps/" + step + ")")
                .collect(Collectors.joining("\n"));
        String code = IntStream.rangeClosed(1, 40)
                .mapToObj(line -> "    step(" + line + "); // \uD83D\uDC68\u200D\uD83D\uDCBB")
                .collect(Collectors.joining("\n"));
        return "Twelve steps:\n\n" + steps + "\n\nAnd in code:\n\n```java\nvoid run() {\n" + code
                + "\n}\n```\n\nThat is all.";
    }
}

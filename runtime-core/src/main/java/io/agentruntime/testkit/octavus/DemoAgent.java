package io.agentruntime.testkit.octavus;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.JsonNode;

/**
 * An agent for demos. It looks at {@code USER_MESSAGE}: <i>weather</i> calls a tool of the server, <i>where</i> the client's
 * tool {@code get-location}, <i>book</i> the interactive tool {@code confirm-booking}, <i>plan</i> answers with an object,
 * <i>count</i> talks for long, <i>fail</i> fails. Anything else it says again.
 */
public final class DemoAgent implements AgentScript {

    private final Duration pace;
    private final Scheduler scheduler;

    /**
     * @param pace the time between two events; zero for none
     * @param scheduler where it passes
     */
    public DemoAgent(Duration pace, Scheduler scheduler) {
        this.pace = pace;
        this.scheduler = scheduler;
    }

    @Override
    public Flux<String> turn(AgentTurn turn) {
        List<String> events = new ArrayList<>();
        events.add(Say.start(turn));
        if (turn.isTrigger()) {
            answer(turn, turn.text("USER_MESSAGE"), events);
        } else {
            goOn(turn, events);
        }
        Flux<String> all = Flux.fromIterable(events);
        return pace.isZero() ? all : all.delayElements(pace, scheduler);
    }

    private static void answer(AgentTurn turn, String message, List<String> events) {
        String asked = message.toLowerCase(Locale.ROOT);
        String call = "call-" + turn.number();
        if (asked.contains("weather")) {
            events.addAll(Say.toolCall(call, "get-weather", Map.of("city", "Berlin")));
            events.add(Say.event("tool-output-available", "toolCallId", call, "output", Map.of("celsius", 21)));
            events.add(Say.start(turn));
            events.addAll(words("It is 21 degrees in Berlin."));
            events.add(Say.finish(turn, "stop"));
        } else if (asked.contains("where")) {
            events.addAll(Say.toolCall(call, "get-location", Map.of()));
            events.addAll(Say.clientTool(turn, call, "get-location", Map.of()));
        } else if (asked.contains("book")) {
            events.addAll(words("Please confirm."));
            events.addAll(Say.toolCall(call, "confirm-booking", Map.of("seats", 2)));
            events.addAll(Say.clientTool(turn, call, "confirm-booking", Map.of("seats", 2)));
        } else if (asked.contains("plan")) {
            events.add(Say.event("text-start", "id", "plan", "responseType", "Plan"));
            for (String piece : List.of("{\"steps\":[\"pa", "ck\",\"tra", "vel\"],\"days\":", "3}")) {
                events.add(Say.delta("plan", piece));
            }
            events.add(Say.event("text-end", "id", "plan"));
            events.add(Say.finish(turn, "stop"));
        } else if (asked.contains("count")) {
            events.add(Say.event("text-start", "id", "text"));
            for (int i = 1; i <= 1_000; i++) {
                events.add(Say.delta("text", i + " "));
            }
            events.add(Say.event("text-end", "id", "text"));
            events.add(Say.finish(turn, "stop"));
        } else if (asked.contains("fail")) {
            events.addAll(words("Let me see."));
            events.add(Say.error("provider_overloaded", "The model is busy", "provider", true));
        } else {
            events.addAll(words("You said: " + message));
            events.add(Say.finish(turn, "stop"));
        }
    }

    private static void goOn(AgentTurn turn, List<String> events) {
        StringBuilder heard = new StringBuilder();
        for (JsonNode result : turn.toolResults()) {
            heard.append(' ').append(result.has("error") ? result.path("error") : result.path("result"));
        }
        events.addAll(words("The tool says:" + heard));
        events.add(Say.finish(turn, "stop"));
    }

    /** A text, word by word. */
    private static List<String> words(String text) {
        return Say.text("text", text.split("(?<= )"));
    }
}

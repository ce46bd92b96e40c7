package io.agentruntime.testkit.codebolt;

import io.agentruntime.testkit.server.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Acts on what plugins ask for, and answers in the server's dialect. */
final class Requests {

    private final CodeboltCore core;
    private final Map<String, ServerChannel> channels = new LinkedHashMap<>();
    private final Map<String, ServerSocket> owners = new LinkedHashMap<>();
    private final Set<String> threads = new HashSet<>();
    private final Map<String, JsonNode> panels = new TreeMap<>();
    private final Map<String, JsonNode> values = new TreeMap<>();
    private int channelCount;
    Consumer<JsonNode> onRouted = message -> {};

    Requests(CodeboltCore core) {
        this.core = core;
    }

    List<ServerChannel> channels() {
        return new ArrayList<>(channels.values());
    }

    Map<String, JsonNode> panels() {
        return Map.copyOf(panels);
    }

    /** A plugin has gone, or all of them: its channels are disconnected. */
    void disconnected(@Nullable ServerSocket socket) {
        channels.replaceAll((id, channel) ->
                socket == null || owners.get(id) == socket ? new ServerChannel(id, false, channel.config()) : channel);
    }

    void received(ServerSocket socket, String type, JsonNode json) {
        String refusal = core.refusals.get(type);
        if (refusal != null) {
            core.answer(socket, type, envelope(type, json, Map.of("success", false, "error", refusal), Map.of()));
            return;
        }
        switch (type) {
            case "gateway.route" -> route(socket, json);
            case "gateway.registerChannel" -> register(socket, json);
            case "gateway.unregisterChannel" -> unregister(socket, json);
            default -> {
                if (type.startsWith("dynamicPanel.")) {
                    panel(socket, type, json);
                } else if (type.startsWith("kvStore.")) {
                    value(socket, type, json);
                }
            }
        }
    }

    private void route(ServerSocket socket, JsonNode json) {
        JsonNode data = json.path("data");
        String thread = threadOf(data);
        boolean isNew = threads.add(thread);
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("success", true);
        result.put("action", isNew ? "spawned-new" : "routed-to-running");
        result.put("threadId", thread);
        result.put("agentId", data.path("agentId").asString("agent-1"));
        result.put("instanceId", "instance of " + thread);
        result.put("timestamp", core.now().toString());
        core.answer(socket, "gateway.route", envelope("gateway.route", json, Map.of("success", true), result));
        Consumer<JsonNode> agent = onRouted;
        core.confined.effect(() -> agent.accept(data));
    }

    private static String threadOf(JsonNode data) {
        String source = data.path("sourceId").asString("");
        return switch (data.path("threadStrategy").asString("")) {
            case "per-user" -> source + "/" + data.path("userId").asString("");
            case "per-conversation" ->
                source + "/" + data.path("externalThreadId").asString("");
            case "existing" -> data.path("threadId").asString("");
            case "per-message" -> source + "/" + System.identityHashCode(data);
            default -> source;
        };
    }

    private void register(ServerSocket socket, JsonNode json) {
        JsonNode config = json.path("data");
        String id = core.options.keepsChannelIds
                ? "channel of " + config.path("name").asString("")
                : "channel-" + ++channelCount;
        String wanted = config.path("channelId").asString(id);
        channels.put(wanted, new ServerChannel(wanted, true, config));
        owners.put(wanted, socket);
        core.answer(
                socket,
                "gateway.registerChannel",
                envelope("gateway.registerChannel", json, Map.of(), Map.of("channelId", wanted)));
    }

    private void unregister(ServerSocket socket, JsonNode json) {
        String id = json.path("data").path("channelId").asString("");
        channels.computeIfPresent(id, (key, channel) -> new ServerChannel(key, false, channel.config()));
        core.answer(
                socket,
                "gateway.unregisterChannel",
                envelope("gateway.unregisterChannel", json, Map.of("success", true), Map.of()));
    }

    private void panel(ServerSocket socket, String type, JsonNode json) {
        JsonNode params = json.path("params");
        String id = params.path("panelId").asString("");
        switch (type) {
            case "dynamicPanel.open", "dynamicPanel.update" -> panels.put(id, params);
            case "dynamicPanel.close" -> panels.remove(id);
            default -> {
                // Sending and listing change nothing.
            }
        }
        Map<String, Object> content = type.equals("dynamicPanel.list")
                ? Map.of("panels", List.copyOf(panels.keySet()))
                : Map.of("panelId", id);
        core.answer(socket, type, envelope(type, json, Map.of("success", true), content));
    }

    private void value(ServerSocket socket, String type, JsonNode json) {
        JsonNode params = json.path("params");
        String key = params.path("instanceId").asString("") + "/"
                + params.path("namespace").asString("") + "/"
                + params.path("key").asString("");
        Map<String, Object> content = new LinkedHashMap<>();
        switch (type) {
            case "kvStore.set" -> values.put(key, params.path("value"));
            case "kvStore.delete" -> values.remove(key);
            default -> content.put("value", values.get(key));
        }
        core.answer(socket, type, envelope(type, json, Map.of("success", true), content));
    }

    /** An answer in the server's dialect. */
    private Map<String, @Nullable Object> envelope(
            String requestType, JsonNode request, Map<String, ?> status, Map<String, ?> content) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("type", answerType(requestType));
        if (core.options.requestIds) {
            answer.put("requestId", request.path("requestId").asString(""));
        }
        answer.putAll(status);
        if (core.options.contentAtTopLevel) {
            answer.putAll(content);
        } else if (!content.isEmpty()) {
            answer.put("data", content);
        }
        return answer;
    }

    private String answerType(String requestType) {
        boolean acknowledges = core.options.dialect == Dialect.ACKNOWLEDGES;
        return switch (requestType) {
            case "gateway.route" -> acknowledges ? "gateway.routeAck" : "gatewayRouteResponse";
            case "gateway.registerChannel" -> acknowledges ? "gateway.registerAck" : "gatewayRegisterChannelResponse";
            case "gateway.unregisterChannel" ->
                acknowledges ? "gateway.unregisterAck" : "gatewayUnregisterChannelResponse";
            default -> {
                if (!requestType.startsWith("dynamicPanel.")) {
                    yield requestType;
                }
                String call = requestType.substring("dynamicPanel.".length());
                yield "dynamicPanel" + Character.toUpperCase(call.charAt(0)) + call.substring(1) + "Response";
            }
        };
    }
}

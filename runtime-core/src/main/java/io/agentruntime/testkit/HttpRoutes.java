package io.agentruntime.testkit;

import io.agentruntime.http.HttpReply;
import io.agentruntime.testkit.server.CallPattern;
import io.agentruntime.testkit.server.ServerRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** From a request to its answer: body, key, rate limit, route, in the real gateway's order. Within a change only. */
final class HttpRoutes {

    private static final int MAX_BODY = 50 * 1024;
    private static final String BEARER = "Bearer ";

    private final GatewayCore core;
    private final List<Route> routes = new ArrayList<>();
    private final List<Custom> customs = new ArrayList<>();

    private record Custom(CallPattern pattern, Endpoint endpoint) {}

    HttpRoutes(GatewayCore core) {
        this.core = core;
        routes.addAll(new RuntimeRoutes(core).routes());
        routes.addAll(new ChannelRoutes(core).routes());
        routes.addAll(new InboxRoutes(core).routes());
        routes.addAll(new RelayRoutes(core).routes());
    }

    /** The newest comes first. */
    void add(CallPattern pattern, Endpoint endpoint) {
        customs.add(0, new Custom(pattern, endpoint));
    }

    Answer answer(ServerRequest input) {
        try {
            return route(input, body(input));
        } catch (ApiError e) {
            return e.answer();
        }
    }

    private static @Nullable JsonNode body(ServerRequest input) {
        if (input.body().length == 0) {
            return null;
        }
        JsonNode body = input.body().length > MAX_BODY ? null : Json.parse(input.body());
        if (body == null || !body.isContainer()) {
            // Malformed or too large: the real gateway's one handler answers both alike (observed).
            throw new ApiError(500, "Internal server error");
        }
        return body;
    }

    private Answer route(ServerRequest input, @Nullable JsonNode body) {
        if (input.method().equals("GET") && input.path().equals("/v1")) {
            return Answer.json(
                    200,
                    Json.object(
                            "name", "Nookplot Agent Gateway", "version", "0.1.0", "chainId", GatewaySettings.CHAIN_ID));
        }
        GatewayAgent agent = authenticate(input);
        for (Custom custom : customs) {
            if (custom.pattern().matches(input.method(), input.path())) {
                HttpReply reply = custom.endpoint().answer(agent, input.method(), input.path(), input.body());
                return new Answer(reply.status(), reply.headers(), reply.body());
            }
        }
        for (Route route : routes) {
            List<String> params = route.match(input.method(), input.path());
            if (params != null) {
                return limited(route, new Call(agent, input, params, input.query(), body));
            }
        }
        throw new ApiError(404, "Not found", "Endpoint does not exist. See GET /v1 for available endpoints.");
    }

    private GatewayAgent authenticate(ServerRequest input) {
        String header = input.header("authorization");
        if (header == null || !header.startsWith(BEARER)) {
            throw new ApiError(
                    401, "Unauthorized", "Missing or invalid Authorization header. Use: Bearer nk_<your_api_key>");
        }
        String key = header.substring(BEARER.length());
        if (!key.startsWith("nk_")) {
            throw new ApiError(401, "Unauthorized", "Invalid API key format.");
        }
        GatewayAgent agent = core.agents.byKey(key);
        if (agent == null) {
            throw new ApiError(401, "Unauthorized", "Invalid or revoked API key.");
        }
        return agent;
    }

    private Answer limited(Route route, Call call) {
        int limit = core.settings.rateLimits().callsPerMinute();
        if (limit == 0) {
            return permitted(route, call);
        }
        int left = core.rateLimiter.left(route.method() + " " + route.path(), limit);
        Map<String, String> headers = new HashMap<>();
        headers.put("RateLimit-Policy", limit + ";w=" + RateLimiter.WINDOW_SECONDS);
        headers.put(
                "RateLimit",
                "limit=" + limit + ", remaining=" + Math.max(0, left) + ", reset=" + RateLimiter.WINDOW_SECONDS);
        if (left < 0) {
            return tooMany().with(with(headers, "Retry-After", "60"));
        }
        Answer answer = permitted(route, call);
        headers.putAll(answer.headers());
        return answer.with(headers);
    }

    private Answer permitted(Route route, Call call) {
        if (route.forRegistered() && !core.agents.isRegistered(call.agent().id())) {
            throw new ApiError(
                    403,
                    "Not registered",
                    "Agent registration is still pending. Please wait for on-chain confirmation.");
        }
        return route.handler().apply(call);
    }

    /** As yet without {@code Retry-After}. */
    static Answer tooMany() {
        return Answer.error(429, "Too many requests", "Rate limit exceeded. Maximum 9 requests per minute.");
    }

    private static Map<String, String> with(Map<String, String> headers, String name, String value) {
        headers.put(name, value);
        return headers;
    }
}

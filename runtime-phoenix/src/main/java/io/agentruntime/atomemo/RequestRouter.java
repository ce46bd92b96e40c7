package io.agentruntime.atomemo;

import java.util.Map;
import reactor.core.publisher.Mono;

/** Brings each request to the handler that it is for. */
final class RequestRouter {

    private final Registry registry;
    private final HubCaller hub;
    private final FileContext files;

    RequestRouter(Registry registry, HubCaller hub, FileContext files) {
        this.registry = registry;
        this.hub = hub;
        this.files = files;
    }

    /** The handler's answer, or why there is none; cold. */
    Mono<?> answer(HubRequest request) {
        return Mono.defer(() -> {
            PluginContext context = new PluginContext(request.id(), hub, files);
            return switch (request.event()) {
                case INVOKE_TOOL -> invoke(request, context);
                case LOCATOR_LIST -> list(request, context);
                case RESOURCE_MAPPING -> map(request, context);
                case CREDENTIAL_AUTH_SPEC -> authenticate(request, context);
                case OAUTH2_BUILD_AUTHORIZE_URL -> authorizeUrl(request, context);
                case OAUTH2_GET_TOKEN -> token(request, context);
                case OAUTH2_REFRESH_TOKEN -> refresh(request, context);
            };
        });
    }

    private Mono<?> invoke(HubRequest request, PluginContext context) {
        Tool tool = registry.tool(request.text("tool_name"));
        return tool.invoke()
                .handle(new ToolCall(
                        tool.name(),
                        request.parameters(),
                        request.credentials(),
                        request.optionalText("plugin_identifier"),
                        context));
    }

    private Mono<?> list(HubRequest request, PluginContext context) {
        Tool tool = registry.tool(request.text("tool_name"));
        String method = request.text("method");
        return tool.locator(method)
                .handle(new LocatorCall(
                        tool.name(),
                        method,
                        request.optionalText("filter"),
                        request.optionalText("pagination_token"),
                        request.parameters(),
                        request.credentials(),
                        context));
    }

    private Mono<?> map(HubRequest request, PluginContext context) {
        Tool tool = registry.tool(request.text("tool_name"));
        String method = request.text("method");
        return tool.mapping(method)
                .handle(new MappingCall(tool.name(), method, request.parameters(), request.credentials(), context));
    }

    private Mono<?> authenticate(HubRequest request, PluginContext context) {
        Credential kind = credential(request);
        return kind.authenticate().handle(new AuthCall(kind.name(), request.credential(), request.extra(), context));
    }

    private Mono<?> authorizeUrl(HubRequest request, PluginContext context) {
        Credential kind = credential(request);
        return kind.authorizeUrl()
                .handle(new AuthorizeUrlCall(
                        kind.name(),
                        request.credential(),
                        request.text("redirect_uri"),
                        request.text("state"),
                        context))
                .map(url -> Map.of("url", url));
    }

    private Mono<?> token(HubRequest request, PluginContext context) {
        Credential kind = credential(request);
        return kind.token()
                .handle(new TokenCall(
                        kind.name(),
                        request.optionalCredential(),
                        request.text("code"),
                        request.text("redirect_uri"),
                        context));
    }

    private Mono<?> refresh(HubRequest request, PluginContext context) {
        Credential kind = credential(request);
        return kind.refresh().handle(new RefreshCall(kind.name(), request.credential(), context));
    }

    private Credential credential(HubRequest request) {
        return registry.credential(request.text("credential_name"));
    }
}

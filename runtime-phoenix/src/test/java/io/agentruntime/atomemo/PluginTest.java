package io.agentruntime.atomemo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.atomemo.testkit.EmbeddedAtomemoHub;
import io.agentruntime.atomemo.testkit.HubAnswer;
import io.agentruntime.error.DecodeException;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.NotConnectedException;
import io.agentruntime.error.SessionEndedException;
import io.agentruntime.error.TimeLimitException;
import io.agentruntime.json.JsonPayload;
import io.agentruntime.phoenix.ChannelClosedException;
import io.agentruntime.phoenix.JoinRefusedException;
import io.agentruntime.phoenix.testkit.RecordedMessage;
import io.agentruntime.support.Secrets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import tools.jackson.databind.json.JsonMapper;

/** A plugin at its hub, as the hub sees it. */
class PluginTest extends PluginScenario {

    private static final Map<String, Object> INVOKE = Map.of("tool_name", "echo-tool", "parameters", Map.of("n", 1));

    private static Tool echo() {
        return tool("echo-tool", call -> Mono.just(call.parameters().values()));
    }

    private List<String> topics(String event) {
        return hub.server().messages(event).stream().map(RecordedMessage::topic).toList();
    }

    // ---- Joining and registering

    @Test
    void inDebugModeItJoinsAndRegisters() {
        Seen<Void> run = running(plugin().addTool(echo()));

        assertThat(topics("phx_join")).containsExactly("debug_plugin:my-plugin");
        assertThat(hub.registrations()).hasSize(1);
        assertThat(hub.registrations().get(0).path("author").asString()).isEqualTo("Jane");
        assertThat(hub.registrations().get(0).at("/tools/0/name").asString()).isEqualTo("echo-tool");
        assertThat(run.pending()).isTrue();
    }

    @Test
    void inReleaseModeItJoinsUnderItsVersionAndDoesNotRegister() {
        hub = EmbeddedAtomemoHub.inMemory(HubMode.RELEASE, time);
        running(plugin().addTool(echo()));

        assertThat(topics("phx_join")).containsExactly("release_plugin:my-plugin__release__1.0.0");
        assertThat(hub.registrations()).isEmpty();
        assertThat(ask("invoke_tool", INVOKE).value().data().toString()).isEqualTo("{\"n\":1}");
    }

    @Test
    void itRegistersAgainAfterEachReconnectWithWhatItHasThen() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        running(plugin);
        plugin.addTool(tool("later-tool", call -> Mono.empty()));
        drop();

        assertThat(hub.registrations()).hasSize(2);
        assertThat(hub.registrations().get(1).path("tools")).hasSize(2);
    }

    @Test
    void aRegistrationThatIsRefusedEndsTheRun() {
        hub.refuseRegistrations(1);
        Seen<Void> run = watch(plugin().run());
        pass(100);

        assertThat(run.error)
                .isInstanceOfSatisfying(
                        RegistrationRefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("invalid_definition"))
                .hasMessageContaining("The definition is refused");
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void aKeyThatIsRefusedIsSaidToBeSoWithTheCommandThatRenewsIt() {
        AtomemoPlugin plugin = plugin(b -> b.environment(AtomemoEnvironment.of(Map.of(
                "HUB_WS_URL",
                hub.variables().get("HUB_WS_URL"),
                "HUB_DEBUG_API_KEY",
                Secrets.MARKER,
                "DEBUG",
                "false"))));
        Seen<Void> run = watch(plugin.run());

        assertThat(run.error)
                .isInstanceOfSatisfying(
                        HubRefusedException.class,
                        refused -> assertThat(refused.status()).isEqualTo(403))
                .hasMessageContaining("atomemo plugin refresh-key")
                .satisfies(Secrets::assertNoneIn);
        passSeconds(60);
        assertThat(hub.server().connects()).hasSize(1);
    }

    @Test
    void aFirstConnectionThatIsTriedAgainGivesUpAtARefusal() {
        AtomemoPlugin plugin = plugin(b -> b.environment(AtomemoEnvironment.of(Map.of(
                        "HUB_WS_URL",
                        hub.variables().get("HUB_WS_URL"),
                        "HUB_DEBUG_API_KEY",
                        "wrong",
                        "DEBUG",
                        "false")))
                .transporter(t -> inMemory(t, s -> s.reconnect(r -> r.retryInitialConnect(true)))));
        Seen<Void> run = watch(plugin.run());
        passSeconds(60);

        assertThat(run.error).isInstanceOf(HubRefusedException.class);
        assertThat(hub.server().connects()).hasSize(1);
    }

    @Test
    void aJoinThatIsRefusedEndsTheRun() {
        hub.server().faults().refuseJoins("*", 1, Map.of("reason", "not yours"));
        Seen<Void> run = watch(plugin().run());

        assertThat(run.error).isInstanceOf(JoinRefusedException.class).hasMessageContaining("not yours");
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void aChannelThatTheHubClosesEndsTheRunAndCancelsWhatRuns() {
        AtomicInteger cancelled = new AtomicInteger();
        AtomemoPlugin plugin =
                plugin().addTool(tool("echo-tool", c -> Mono.never().doOnCancel(cancelled::incrementAndGet)));
        Seen<Void> run = running(plugin);
        ask("invoke_tool", INVOKE);
        hub.server().faults().closeChannels("*");
        pass(100);

        assertThat(run.error).isInstanceOf(ChannelClosedException.class);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void aPluginThatFailsTheRulesNeverConnects() {
        Seen<Void> run = watch(plugin().addTool(Samples.richTool()).run());

        assertThat(run.error).isInstanceOf(InvalidOptionException.class).hasMessageContaining("oauth-cred");
        assertThat(hub.server().connects()).isEmpty();
    }

    @Test
    void itRunsOnceAtATimeAndAgainLater() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        Seen<Void> first = running(plugin);
        assertThat(watch(plugin.run()).error).isInstanceOf(IllegalStateException.class);
        assertThat(first.pending()).isTrue();

        first.subscription.dispose();
        passSeconds(1);
        assertThat(hub.server().sockets()).isZero();
        running(plugin);
        assertThat(ask("invoke_tool", INVOKE).value().isError()).isFalse();
    }

    @Test
    void aVersionIsNeeded() {
        assertThatThrownBy(() -> AtomemoPlugin.builder("my-plugin").build())
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo("version"));
    }

    @Test
    void theVersionIsThatOfTheApplicationsJarUnlessItIsSaid() {
        // The application is whoever calls the builder: reactor-core, this time.
        AtomemoPlugin plugin = Mono.just("my-plugin")
                .map(AtomemoPlugin::builder)
                .map(builder -> builder.environment(release()).build())
                .block();

        assertThat(plugin.topic())
                .isEqualTo("release_plugin:my-plugin__release__"
                        + Mono.class.getPackage().getImplementationVersion());
    }

    private static AtomemoEnvironment release() {
        return AtomemoEnvironment.of(
                Map.of("HUB_WS_URL", "ws://localhost:4000", "HUB_MODE", "release", "NODE_ENV", "production"));
    }

    @Test
    void aRegistrationThatIsNotAnsweredIsTriedAgain() {
        hub.ignoreRegistrations(2);
        Seen<Void> run = watch(plugin().addTool(echo()).run());
        Seen<HubAnswer> answer = ask("invoke_tool", INVOKE);
        passSeconds(60);

        assertThat(run.pending()).isTrue();
        assertThat(hub.server().messages("register_plugin")).hasSize(3);
        assertThat(answer.value().isError()).isFalse();
    }

    // ---- The seven requests

    @Test
    void allSevenRequestsReachTheirHandlers() {
        List<Object> calls = new ArrayList<>();
        Tool tool = Samples.tool()
                .invoke(call -> {
                    calls.add(call);
                    return Mono.just("done");
                })
                .locator("list_sheets", call -> {
                    calls.add(call);
                    return Mono.just(new LocatorPage(List.of(LocatorPage.Item.of("A", "a")), "next"));
                })
                .mapping("columns", call -> {
                    calls.add(call);
                    return Mono.just(Mapping.of(Mapping.MappedField.of("name", ParameterType.STRING)));
                })
                .build();
        running(plugin().addTool(tool).addCredential(Samples.credential()));
        Map<String, Object> credential = Map.of("access_token", Secrets.MARKER + "-1");
        Map<String, Object> inTool =
                Map.of("tool_name", "fetch_data", "method", "list_sheets", "filter", "f", "parameters", Map.of());

        assertThat(data(
                        "invoke_tool",
                        Map.of(
                                "tool_name",
                                "fetch_data",
                                "plugin_identifier",
                                "pi",
                                "parameters",
                                Map.of("file", Map.of("__type__", "file_ref", "source", "oss", "res_key", "k")),
                                "credentials",
                                Map.of("account", credential))))
                .isEqualTo("\"done\"");
        assertThat(data("locator_list", inTool))
                .isEqualTo("{\"results\":[{\"label\":\"A\",\"value\":\"a\"}],\"pagination_token\":\"next\"}");
        assertThat(data(
                        "resource_mapping",
                        Map.of("tool_name", "fetch_data", "method", "columns", "parameters", Map.of("a", 1))))
                .isEqualTo("{\"fields\":[{\"id\":\"name\",\"type\":\"string\"}]}");
        Map<String, Object> byName = Map.of("credential_name", "oauth-cred", "credential", credential);
        assertThat(data("credential_auth_spec", byName)).startsWith("{\"adapter\":\"openai\",\"api_key\":\"");
        assertThat(data("oauth2_build_authorize_url", with(byName, Map.of("redirect_uri", "r", "state", "s1"))))
                .isEqualTo("{\"url\":\"https://auth.example/?state=s1\"}");
        assertThat(data("oauth2_get_token", Map.of("credential_name", "oauth-cred", "code", "c1", "redirect_uri", "r")))
                .isEqualTo(
                        "{\"parameters_patch\":{\"access_token\":\"c1\",\"refresh_token\":\"r\",\"expires_at\":1000}}");
        assertThat(data("oauth2_refresh_token", byName))
                .isEqualTo("{\"parameters_patch\":{\"access_token\":\"next\"}}");

        ToolCall call = (ToolCall) calls.get(0);
        assertThat(call.pluginIdentifier()).isEqualTo("pi");
        assertThat(call.parameters().file("file").orElseThrow().resKey()).isEqualTo("k");
        assertThat(call.credentials().get("account").text("access_token")).hasValue(Secrets.MARKER + "-1");
        assertThat(((LocatorCall) calls.get(1)).filter()).isEqualTo("f");
        calls.forEach(seen -> Secrets.assertNoneIn(seen.toString()));
    }

    private static Map<String, Object> with(Map<String, Object> one, Map<String, Object> other) {
        Map<String, Object> all = new HashMap<>(one);
        all.putAll(other);
        return all;
    }

    private String data(String event, Map<String, ?> fields) {
        HubAnswer answer = ask(event, fields).value();
        assertThat(answer.event()).as(answer.payload().toString()).isEqualTo(event + "_response");
        return answer.data().toString();
    }

    // ---- What goes wrong

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "invoke_tool | {tool_name: nobody, parameters: {}} | UnknownFeatureException | nobody",
                "invoke_tool | {parameters: {}} | DecodeException | tool_name",
                "invoke_tool | {tool_name: 7, parameters: {}} | DecodeException | tool_name",
                "invoke_tool | {tool_name: echo-tool, parameters: []} | DecodeException | parameters",
                "invoke_tool | {tool_name: echo-tool} | DecodeException | parameters",
                "invoke_tool | {tool_name: echo-tool, parameters: {f: {__type__: file_ref, size: x}}} | DecodeException | file",
                "invoke_tool | {tool_name: echo-tool, parameters: {}, credentials: {a: 1}} | DecodeException | credential",
                "locator_list | {tool_name: echo-tool, method: m, parameters: {}} | MissingHandlerException | locator m",
                "resource_mapping | {tool_name: echo-tool, method: m, parameters: {}} | MissingHandlerException | mapping m",
                "credential_auth_spec | {credential_name: nobody, credential: {}} | UnknownFeatureException | nobody",
                "credential_auth_spec | {credential_name: plain, credential: {}} | MissingHandlerException | authenticate",
                "oauth2_get_token | {credential_name: plain, code: c, redirect_uri: r} | MissingHandlerException | token",
                "oauth2_refresh_token | {credential_name: plain} | MissingHandlerException | refresh"
            })
    void whatCannotBeServedIsAnErrorAnswer(String event, String fields, String name, String inMessage) {
        running(plugin().addTool(echo())
                .addCredential(Credential.builder("plain").build()));
        HubAnswer answer = ask(event, yaml(fields)).value();

        assertThat(answer.event()).isEqualTo(event + "_error");
        assertThat(answer.error().path("name").asString()).isEqualTo(name);
        assertThat(answer.error().path("message").asString()).contains(inMessage);
        assertThat(answer.payload().path("message").asString()).contains(inMessage);
        assertThat(ask("invoke_tool", INVOKE).value().isError()).isFalse();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> yaml(String flow) {
        String json = flow.replaceAll("([a-zA-Z_][a-zA-Z_-]*)", "\"$1\"");
        return JsonMapper.shared().readValue(json, Map.class);
    }

    @Test
    void handlersThatFailInAnyWayAreErrorAnswers() {
        AtomemoPlugin plugin = plugin(b -> b.requestTimeout(Duration.ofSeconds(7)))
                .addTool(tool("throws", call -> {
                    throw new IllegalStateException("thrown");
                }))
                .addTool(tool("fails", call -> Mono.error(new IllegalStateException("failed", new Exception("why")))))
                .addTool(tool("links", call -> {
                    throw new NoClassDefFoundError("gone");
                }))
                .addTool(tool("never", call -> Mono.never()))
                .addTool(tool("cycle", call -> Mono.just(cycle())))
                .addTool(tool("nothing", call -> Mono.empty()));
        running(plugin);

        assertThat(invoke("throws").value().error().path("message").asString()).isEqualTo("thrown");
        HubAnswer failed = invoke("fails").value();
        assertThat(failed.error().at("/cause/message").asString()).isEqualTo("why");
        assertThat(failed.error().path("stack").asString()).contains("PluginTest");
        assertThat(invoke("links").value().error().path("name").asString()).isEqualTo("NoClassDefFoundError");
        assertThat(invoke("cycle").value().error().path("name").asString()).isEqualTo("EncodeException");
        assertThat(invoke("nothing").value().data().isNull()).isTrue();
        Seen<HubAnswer> never = invoke("never");
        passSeconds(6);
        assertThat(never.pending()).isTrue();
        passSeconds(1);
        assertThat(never.value().error().path("name").asString()).isEqualTo("TimeLimitException");
    }

    private static List<Object> cycle() {
        List<Object> cycle = new ArrayList<>();
        cycle.add(cycle);
        return cycle;
    }

    private Seen<HubAnswer> invoke(String tool) {
        return watch(hub.invokeTool(tool, Map.of()));
    }

    @Test
    void stackTracesStayHereInReleaseMode() {
        hub = EmbeddedAtomemoHub.inMemory(HubMode.RELEASE, time);
        running(plugin().addTool(tool("fails", call -> Mono.error(new IllegalStateException("failed")))));

        assertThat(invoke("fails").value().error().has("stack")).isFalse();
    }

    @Test
    void anEventThatNobodyKnowsIsUnsupported() {
        running(plugin());
        HubAnswer answer = ask("train_model", Map.of()).value();

        assertThat(answer.event()).isEqualTo("unsupported_event");
        assertThat(answer.payload().path("event").asString()).isEqualTo("train_model");
        assertThat(answer.error().path("code").asString()).isEqualTo("sdk:method_not_supported");
        hub.deliver("news", Map.of("text", "no request"));
        pass(100);
        assertThat(hub.answers()).hasSize(1);
    }

    // ---- Bounds

    @Test
    void aBoundedNumberRunsABoundedNumberWaitsAndTheRestIsRefused() {
        List<Sinks.One<String>> running = new ArrayList<>();
        AtomemoPlugin plugin = plugin(b -> b.maxRunning(2).maxQueued(1)).addTool(tool("slow-tool", call -> {
            Sinks.One<String> one = Sinks.one();
            running.add(one);
            return one.asMono();
        }));
        running(plugin);
        List<Seen<HubAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            answers.add(invoke("slow-tool"));
        }

        assertThat(running).hasSize(2);
        assertThat(answers.get(3).value().error().path("name").asString()).isEqualTo("OverloadedException");
        running.get(1).tryEmitValue("second");
        pass(100);
        assertThat(answers.get(1).value().data().asString()).isEqualTo("second");
        assertThat(answers.get(0).pending()).isTrue();
        assertThat(running).hasSize(3);
        running.get(2).tryEmitValue("third");
        pass(100);
        assertThat(answers.get(2).value().data().asString()).isEqualTo("third");
    }

    @Test
    void whatWaitsIsBoundedInBytesToo() {
        Sinks.One<String> first = Sinks.one();
        running(plugin(b -> b.maxRunning(1).maxQueuedBytes(5000))
                .addTool(tool("slow-tool", call -> first.asMono()))
                .addTool(echo()));
        invoke("slow-tool");
        Map<String, Object> large = Map.of("tool_name", "echo-tool", "parameters", Map.of("x", "y".repeat(3000)));
        List<Seen<HubAnswer>> waiting = List.of(ask("invoke_tool", large), ask("invoke_tool", INVOKE));
        assertThat(ask("invoke_tool", large).value().error().path("name").asString())
                .isEqualTo("OverloadedException");

        first.tryEmitValue("done");
        pass(100);
        assertThat(waiting).noneMatch(answer -> answer.value().isError());
        assertThat(ask("invoke_tool", large).value().isError()).isFalse();
    }

    @Test
    void aToolThatNeverEndsHoldsUpNoOther() {
        running(plugin(b -> b.maxRunning(3)).addTool(echo()).addTool(tool("never-ends", call -> Mono.never())));
        List<Seen<HubAnswer>> never = List.of(invoke("never-ends"), invoke("never-ends"));
        for (int i = 0; i < 100; i++) {
            assertThat(ask("invoke_tool", INVOKE).value().isError()).isFalse();
        }

        assertThat(never).allMatch(Seen::pending);
        passSeconds(300);
        assertThat(never).allMatch(answer -> answer.value().isError());
    }

    // ---- Once and at least once

    @Test
    void aRequestThatComesAgainIsNotRunAgain() {
        AtomicInteger runs = new AtomicInteger();
        Sinks.One<String> result = Sinks.one();
        running(plugin().addTool(tool("echo-tool", call -> {
            runs.incrementAndGet();
            return result.asMono();
        })));
        Seen<HubAnswer> first = watch(hub.ask("invoke_tool", "id-1", INVOKE));
        hub.deliver("invoke_tool", with(INVOKE, Map.of("request_id", "id-1")));
        pass(100);
        result.tryEmitValue("once");
        pass(100);
        hub.deliver("invoke_tool", with(INVOKE, Map.of("request_id", "id-1")));
        pass(100);

        assertThat(first.value().data().asString()).isEqualTo("once");
        assertThat(runs).hasValue(1);
        assertThat(hub.answers()).hasSize(2);
        assertThat(hub.answers().get(1).payload())
                .isEqualTo(hub.answers().get(0).payload());
    }

    @Test
    void anAnswerThatFindsNoConnectionArrivesAfterTheRejoin() {
        Sinks.One<String> result = Sinks.one();
        running(plugin().addTool(tool("echo-tool", call -> result.asMono())));
        Seen<HubAnswer> answer = ask("invoke_tool", INVOKE);
        hub.server().faults().dropAllSockets();
        pass(1);
        result.tryEmitValue("late");
        passSeconds(10);

        assertThat(answer.value().data().asString()).isEqualTo("late");
        assertThat(hub.registrations()).hasSize(2);
    }

    @Test
    void aChannelThatCrashesIsJoinedAndRegisteredAgainAndItsAnswersArrive() {
        Sinks.One<String> result = Sinks.one();
        running(plugin().addTool(tool("echo-tool", call -> result.asMono())));
        Seen<HubAnswer> answer = ask("invoke_tool", INVOKE);
        hub.server().faults().crashChannels("*");
        result.tryEmitValue("meanwhile");
        passSeconds(10);

        assertThat(answer.value().data().asString()).isEqualTo("meanwhile");
        assertThat(hub.registrations()).hasSize(2);
        assertThat(hub.server().connects()).hasSize(1);
    }

    @Test
    void anAnswerThatNoHeartbeatFollowedIsPushedAgain() {
        running(plugin().addTool(echo()));
        ask("invoke_tool", INVOKE); // 100 ms
        drop();
        assertThat(hub.answers()).hasSize(2);
        assertThat(hub.answers().get(1).payload())
                .isEqualTo(hub.answers().get(0).payload());

        passSeconds(5); // a heartbeat has followed
        drop();
        assertThat(hub.answers()).hasSize(2);
    }

    @Test
    void anAnswerThatIsTooLargeIsAnErrorInstead() {
        running(plugin(b -> b.maxAnswerSize(2000)).addTool(tool("large-tool", call -> Mono.just("x".repeat(2000)))));
        HubAnswer answer = invoke("large-tool").value();

        assertThat(answer.error().path("name").asString()).isEqualTo("AnswerTooLargeException");
        assertThat(answer.error().path("message").asString()).contains("maxAnswerSize");
    }

    @Test
    void anErrorThatIsTooLargeIsASmallerOneInstead() {
        IllegalStateException tooMuch = new IllegalStateException("x".repeat(2000));
        running(plugin(b -> b.maxAnswerSize(2000)).addTool(tool("large-tool", call -> Mono.error(tooMuch))));
        HubAnswer answer = invoke("large-tool").value();

        assertThat(answer.error().path("name").asString()).isEqualTo("AnswerTooLargeException");
    }

    @Test
    void anAnswerThatTheHubClosesTheConnectionForIsAnErrorInstead() {
        running(plugin().addTool(tool("large-tool", call -> Mono.just("x".repeat(3000))))
                .addTool(echo()));
        hub.maxAnswerBytes(2500);
        Seen<HubAnswer> small = ask("invoke_tool", INVOKE);
        Seen<HubAnswer> large = invoke("large-tool");
        passSeconds(30);

        assertThat(large.value().error().path("name").asString()).isEqualTo("AnswerTooLargeException");
        assertThat(small.value().isError()).isFalse();
        assertThat(hub.registrations()).hasSize(2);
        hub.deliver("invoke_tool", Map.of("request_id", large.value().requestId()));
        passSeconds(10);
        assertThat(hub.answers().get(hub.answers().size() - 1)).isEqualTo(large.value());
        assertThat(hub.registrations()).hasSize(2);
    }

    // ---- Calls to the hub

    @Test
    void theHubCanBeCalled() {
        hub.onCall(
                "get_file_url",
                data -> Mono.just(Map.of("url", "u-" + data.path("res_key").asString())));
        hub.onCall("get_upload_url", data -> Mono.error(new IllegalStateException("full")));
        hub.onCall("slow", data -> Mono.never());
        AtomemoPlugin plugin = plugin(b -> b.hubCallTimeout(Duration.ofSeconds(5)));
        Function<String, Mono<JsonPayload>> call = event -> plugin.hub().call(event, Map.of("res_key", "k"));
        assertThat(watch(call.apply("slow")).error).isInstanceOf(NotConnectedException.class);
        running(plugin);

        assertThat(watch(call.apply("get_file_url")).value().string("url")).isEqualTo("u-k");
        assertThat(watch(call.apply("get_upload_url")).error)
                .isInstanceOf(HubCallException.class)
                .hasMessageContaining("full");
        assertThat(watch(call.apply("unheard")).error)
                .isInstanceOfSatisfying(
                        HubCallException.class, e -> assertThat(e.code()).isEqualTo("unknown_event"));
        hub.server()
                .messages("hub_call:get_file_url")
                .forEach(asked ->
                        hub.deliver("hub_call_response", Map.of("request_id", requestId(asked), "data", "again")));
        hub.deliver("hub_call_error", Map.of("request_id", 7));
        hub.deliver("hub_call_response", Map.of("data", "for nobody"));
        Seen<JsonPayload> slow = watch(call.apply("slow"));
        passSeconds(5);
        assertThat(slow.error).isInstanceOf(TimeLimitException.class);
        Seen<JsonPayload> lost = watch(call.apply("slow"));
        hub.server().faults().dropAllSockets();
        pass(100);
        assertThat(lost.error).isInstanceOf(SessionEndedException.class);
    }

    private static String requestId(RecordedMessage message) {
        return JsonMapper.shared()
                .readTree(message.payload())
                .path("request_id")
                .asString();
    }

    @Test
    void anAnswerOfTheHubsThatCannotBeReadFailsItsCallAlone() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        hub.onCall("slow", data -> Mono.never());
        running(plugin);
        List<Seen<JsonPayload>> calls = new ArrayList<>();
        for (String event : List.of("hub_call_response", "hub_call_error")) {
            calls.add(watch(plugin.hub().call("slow", Map.of())));
            List<RecordedMessage> asked = hub.server().messages("hub_call:slow");
            hub.deliver(event, Map.of("request_id", requestId(asked.get(asked.size() - 1))));
            pass(100);
        }

        assertThat(calls).extracting(call -> call.error).hasOnlyElementsOfType(DecodeException.class);
        assertThat(ask("invoke_tool", INVOKE).value().isError()).isFalse();
    }

    // ---- Stopping

    @Test
    void stoppingLetsWhatRunsFinishAndLeaves() {
        Sinks.One<String> result = Sinks.one();
        AtomemoPlugin plugin = plugin().addTool(tool("echo-tool", call -> result.asMono()));
        Seen<Void> run = running(plugin);
        Seen<HubAnswer> answer = ask("invoke_tool", INVOKE);
        Seen<Void> stop = watch(plugin.stop());
        Seen<HubAnswer> late = ask("invoke_tool", INVOKE);

        assertThat(late.value().error().path("message").asString()).contains("shutting down");
        assertThat(stop.pending()).isTrue();
        result.tryEmitValue("finished");
        passSeconds(2);
        assertThat(answer.value().data().asString()).isEqualTo("finished");
        assertThat(stop.completed).isTrue();
        assertThat(run.completed).isTrue();
        assertThat(hub.server().messages("phx_leave")).hasSize(1);
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void stoppingDoesNotWaitForWhatNeverEnds() {
        AtomicInteger cancelled = new AtomicInteger();
        AtomemoPlugin plugin = plugin(b -> b.shutdownTimeout(Duration.ofSeconds(3)))
                .addTool(tool("echo-tool", call -> Mono.never().doOnCancel(cancelled::incrementAndGet)));
        Seen<Void> run = running(plugin);
        ask("invoke_tool", INVOKE);
        Seen<Void> stop = watch(plugin.stop());
        passSeconds(4);

        assertThat(cancelled).hasValue(1);
        assertThat(stop.completed).isTrue();
        assertThat(run.completed).isTrue();
    }

    @Test
    void stoppingLeavesOtherChannelsOfTheTransporterAlone() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        running(plugin);
        ChannelHandle other =
                watch(plugin.transporter().connect("debug_plugin:other")).value();
        watch(plugin.stop());

        assertThat(other.channel().currentState().name()).isEqualTo("joined");
        assertThat(hub.server().sockets()).isEqualTo(1);
        watch(other.dispose());
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void stoppingTwiceIsStoppingOnce() {
        Sinks.One<String> result = Sinks.one();
        AtomemoPlugin plugin = plugin().addTool(tool("echo-tool", call -> result.asMono()));
        Seen<Void> run = running(plugin);
        ask("invoke_tool", INVOKE);
        Seen<Void> stop = watch(plugin.stop());
        Seen<Void> close = watch(plugin.close());
        result.tryEmitValue("finished");
        passSeconds(2);

        assertThat(stop.completed).isTrue();
        assertThat(close.completed).isTrue();
        assertThat(run.completed).isTrue();
    }

    @Test
    void whoHearsThatItHasStoppedMayRunItAgain() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        Seen<Void> run = running(plugin);
        Seen<Void> again = watch(plugin.stop().then(plugin.run()));

        assertThat(run.completed).isTrue();
        assertThat(again.pending()).isTrue();
        assertThat(ask("invoke_tool", INVOKE).value().isError()).isFalse();
    }

    @Test
    void whoHearsThatARunHasEndedMayRunItAgain() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        hub.server().faults().refuseJoins("*", 1, Map.of("reason", "not yet"));
        Seen<Void> run = watch(plugin.run().onErrorResume(refused -> plugin.run()));
        pass(100);

        assertThat(run.pending()).isTrue();
        assertThat(ask("invoke_tool", INVOKE).value().isError()).isFalse();
    }

    @Test
    void stoppingWhileTheHubIsAwayIsDoneAtOnceWhenThereIsNothingToDo() {
        AtomemoPlugin plugin = plugin().addTool(echo());
        Seen<Void> run = running(plugin);
        hub.server().faults().refuseUpgrades(503, 1000);
        hub.server().faults().dropAllSockets();
        passSeconds(5);
        Seen<Void> stop = watch(plugin.stop());

        assertThat(stop.completed).isTrue();
        assertThat(run.completed).isTrue();
        int attempts = hub.server().connects().size();
        passSeconds(600);
        assertThat(hub.server().connects()).hasSize(attempts);
    }

    @Test
    void stoppingWhileTheHubIsAwayWaitsForItWithinTheLimitWhenAnAnswerIsThere() {
        AtomemoPlugin plugin = plugin(b -> b.shutdownTimeout(Duration.ofSeconds(60)))
                .addTool(tool("echo-tool", call -> Mono.delay(Duration.ofSeconds(1), time)));
        running(plugin);
        Seen<HubAnswer> answer = ask("invoke_tool", INVOKE);
        hub.server().faults().refuseUpgrades(503, 2);
        hub.server().faults().dropAllSockets();
        pass(100);
        Seen<Void> stop = watch(plugin.stop());
        assertThat(stop.pending()).isTrue();
        passSeconds(59);

        assertThat(answer.value().isError()).isFalse();
        assertThat(stop.completed).isTrue();
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void stoppingBeforeItHasJoinedEndsTheAttempt() {
        hub.server().faults().stallJoins("*", 1);
        AtomemoPlugin plugin = plugin();
        Seen<Void> run = watch(plugin.run());
        Seen<Void> stop = watch(plugin.stop());
        passSeconds(20);

        assertThat(stop.completed).isTrue();
        assertThat(run.completed).isTrue();
        assertThat(hub.server().sockets()).isZero();
    }

    @Test
    void aRequestThatWasRefusedIsRefusedAgain() {
        running(plugin(b -> b.maxRunning(1).maxQueued(0))
                .addTool(tool("never-ends", call -> Mono.never()))
                .addTool(echo()));
        invoke("never-ends");
        Seen<HubAnswer> refused = watch(hub.ask("invoke_tool", "id-1", INVOKE));
        hub.deliver("invoke_tool", with(INVOKE, Map.of("request_id", "id-1")));
        pass(100);

        assertThat(refused.value().error().path("name").asString()).isEqualTo("OverloadedException");
        assertThat(hub.answers()).hasSize(2);
        assertThat(hub.answers().get(1).payload()).isEqualTo(refused.value().payload());
    }

    @Test
    void closingWhileNothingRunsIsNothing() {
        AtomemoPlugin plugin = plugin();

        assertThat(watch(plugin.stop()).completed).isTrue();
        assertThat(watch(plugin.close()).completed).isTrue();
    }
}

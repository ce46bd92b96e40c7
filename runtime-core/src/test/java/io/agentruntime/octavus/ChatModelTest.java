package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The rules of the chat model, one by one, on the reducer alone. */
class ChatModelTest {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final EventReader reader = new EventReader(JsonCodec.create());
    private final ChatReducer reducer = new ChatReducer(JsonCodec.create());
    private final List<ChatChange> changes = new ArrayList<>();
    private ChatState state = ChatState.EMPTY;

    @BeforeEach
    void begin() {
        apply(reducer.begin(state, user("u", "hello"), "a", NOW));
        changes.clear();
    }

    private static ChatMessage user(String id, String text) {
        return new ChatMessage(
                id, ChatMessage.Role.USER, List.of(MessagePart.Text.of(text)), ChatMessage.Status.DONE, NOW, null);
    }

    private static JsonPayload json(String text) {
        return JsonCodec.create().payload("test", text.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
    }

    private void apply(ChatStep step) {
        state = step.state();
        changes.addAll(step.changes());
    }

    /** Events in JSON, with single quotes. */
    private void events(String... events) {
        Arrays.stream(events).forEach(event -> apply(reducer.event(state, reader.read(json(event)))));
    }

    private ChatMessage answer() {
        return state.messages().get(state.messages().size() - 1);
    }

    private MessagePart part(int index) {
        return answer().parts().get(index);
    }

    private String text(int index) {
        return part(index) instanceof MessagePart.Reasoning reasoning
                ? reasoning.text()
                : ((MessagePart.Text) part(index)).text();
    }

    @Test
    void theUsersMessageIsThereAtOnce() {
        assertThat(state.status()).isEqualTo(ChatStatus.STREAMING);
        assertThat(state.messages()).containsExactly(user("u", "hello"));
    }

    @Test
    void theMessageHasTheServersIdAndOneOfItsOwnOtherwise() {
        events("{'type':'start','messageId':'m-1'}", "{'type':'text-start','id':'t'}");

        assertThat(answer().id()).isEqualTo("m-1");
        assertThat(answer().role()).isEqualTo(ChatMessage.Role.ASSISTANT);
        assertThat(answer().createdAt()).isEqualTo(NOW);
    }

    @Test
    void textIsWrittenPieceByPiece() {
        events(
                "{'type':'start'}",
                "{'type':'text-start','id':'t'}",
                "{'type':'text-delta','id':'t','delta':'Hel'}",
                "{'type':'text-delta','id':'t','delta':'lo'}");
        assertThat(text(0)).isEqualTo("Hello");
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.STREAMING);
        assertThat(((MessagePart.Text) part(0)).status()).isEqualTo(PartStatus.STREAMING);

        events("{'type':'text-end','id':'t'}", "{'type':'finish','finishReason':'stop'}");
        assertThat(((MessagePart.Text) part(0)).status()).isEqualTo(PartStatus.DONE);
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.DONE);
        assertThat(answer().text()).isEqualTo("Hello");
        assertThat(state.status()).isEqualTo(ChatStatus.IDLE);
        assertThat(changes)
                .contains(new ChatChange.TextAppended("a", 0, "lo"), new ChatChange.StatusChanged(ChatStatus.IDLE));
    }

    @Test
    void interleavedTextsAndReasoningDoNotMix() {
        events(
                "{'type':'text-start','id':'1'}",
                "{'type':'reasoning-start','id':'1'}",
                "{'type':'text-start','id':'2'}",
                "{'type':'text-delta','id':'1','delta':'a'}",
                "{'type':'text-delta','id':'2','delta':'x'}",
                "{'type':'reasoning-delta','id':'1','delta':'r'}",
                "{'type':'text-delta','id':'1','delta':'b'}",
                "{'type':'text-delta','id':'2','delta':'y'}",
                "{'type':'reasoning-end','id':'1'}");

        assertThat(text(0)).isEqualTo("ab");
        assertThat(text(1)).isEqualTo("r");
        assertThat(text(2)).isEqualTo("xy");
        assertThat(((MessagePart.Reasoning) part(1)).status()).isEqualTo(PartStatus.DONE);
    }

    @Test
    void anIdCanBeUsedAgainWhenItsPartHasEnded() {
        events(
                "{'type':'text-start','id':'0'}",
                "{'type':'text-delta','id':'0','delta':'first'}",
                "{'type':'text-end','id':'0'}",
                "{'type':'text-start','id':'0'}",
                "{'type':'text-delta','id':'0','delta':'second'}");

        assertThat(text(0)).isEqualTo("first");
        assertThat(text(1)).isEqualTo("second");
    }

    @Test
    void moreOfAPartThatNeverBeganBeginsIt() {
        events("{'type':'text-delta','id':'t','delta':'x'}", "{'type':'reasoning-delta','id':'r','delta':'y'}");

        assertThat(text(0)).isEqualTo("x");
        assertThat(text(1)).isEqualTo("y");
    }

    @Test
    void toolInputIsAccumulated() {
        events(
                "{'type':'tool-input-start','toolCallId':'c','toolName':'weather','title':'Weather'}",
                "{'type':'tool-input-delta','toolCallId':'c','inputTextDelta':'{\\'city\\':\\'Ber'}");
        ToolCallPart call = (ToolCallPart) part(0);
        assertThat(call.status()).isEqualTo(PartStatus.PENDING);
        assertThat(call.displayName()).isEqualTo("Weather");
        assertThat(call.partialArgs()).contains(Map.of("city", "Ber"));

        events(
                "{'type':'tool-input-delta','toolCallId':'c','inputTextDelta':'lin\\'}'}",
                "{'type':'tool-input-end','toolCallId':'c'}");
        assertThat(((ToolCallPart) part(0)).partialArgs()).contains(Map.of("city", "Berlin"));

        events("{'type':'tool-input-available','toolCallId':'c','toolName':'weather','input':{'city':'Berlin'}}");
        call = (ToolCallPart) part(0);
        assertThat(call.status()).isEqualTo(PartStatus.RUNNING);
        assertThat(call.args().orElseThrow().string("city")).isEqualTo("Berlin");
    }

    @Test
    void toolsEndWithTheirOutputOrError() {
        events(
                "{'type':'tool-input-available','toolCallId':'c','toolName':'one','input':{}}",
                "{'type':'tool-input-available','toolCallId':'d','toolName':'two','input':{}}",
                "{'type':'tool-output-available','toolCallId':'c','output':{'ok':true}}",
                "{'type':'tool-output-error','toolCallId':'d','error':'no'}",
                "{'type':'tool-output-available','toolCallId':'unknown','output':1}");

        ToolCallPart one = (ToolCallPart) part(0);
        assertThat(one.status()).isEqualTo(PartStatus.DONE);
        assertThat(one.result()).contains(json("{'ok':true}"));
        ToolCallPart two = (ToolCallPart) part(1);
        assertThat(two.status()).isEqualTo(PartStatus.ERROR);
        assertThat(two.error()).contains("no");
        assertThat(answer().parts()).hasSize(2);
    }

    @Test
    void anObjectIsReadableWhileItArrives() {
        events(
                "{'type':'text-start','id':'o','responseType':'Booking'}",
                "{'type':'text-delta','id':'o','delta':'{\\'seats\\':[1,'}");
        ObjectPart object = (ObjectPart) part(0);
        assertThat(object.typeName()).isEqualTo("Booking");
        assertThat(object.partial()).contains(Map.of("seats", List.of(1L)));
        assertThat(object.object()).isEmpty();
        assertThat(object.status()).isEqualTo(PartStatus.STREAMING);

        events("{'type':'text-delta','id':'o','delta':'2]}'}", "{'type':'text-end','id':'o'}");
        object = (ObjectPart) part(0);
        assertThat(object.object()).contains(json("{'seats':[1,2]}"));
        assertThat(object.status()).isEqualTo(PartStatus.DONE);
    }

    @Test
    void anObjectThatIsNoJsonSaysSo() {
        events(
                "{'type':'text-start','id':'o','responseType':'Booking'}",
                "{'type':'text-delta','id':'o','delta':'Sorry'}",
                "{'type':'text-end','id':'o'}");

        assertThat(((ObjectPart) part(0)).status()).isEqualTo(PartStatus.ERROR);
    }

    @Test
    void anObjectWhoseEndNeverCameIsCheckedAtTheFinish() {
        events(
                "{'type':'text-start','id':'o','responseType':'Booking'}",
                "{'type':'text-delta','id':'o','delta':'{}'}",
                "{'type':'finish','finishReason':'stop'}");

        assertThat(((ObjectPart) part(0)).object()).isPresent();
    }

    @Test
    void textOfABlockThatIsNotForTheChatIsNotShown() {
        events(
                "{'type':'block-start','blockId':'b','blockName':'n','blockType':'x','display':'hidden','outputToChat':false}",
                "{'type':'text-start','id':'t'}",
                "{'type':'text-delta','id':'t','delta':'secret'}",
                "{'type':'text-end','id':'t'}",
                "{'type':'block-end','blockId':'b'}",
                "{'type':'text-start','id':'t'}",
                "{'type':'text-delta','id':'t','delta':'shown'}");

        assertThat(answer().text()).isEqualTo("shown");
        assertThat(answer().parts()).hasSize(1);
    }

    @Test
    void textOfAnotherThreadIsShownWithItsThread() {
        events(
                "{'type':'block-start','blockId':'b','blockName':'n','blockType':'x','display':'name','outputToChat':false,'thread':'side'}",
                "{'type':'text-start','id':'t'}",
                "{'type':'text-delta','id':'t','delta':'aside'}");

        assertThat(text(0)).isEqualTo("aside");
        assertThat(part(0).thread()).contains("side");
    }

    @Test
    void aBlockInsideAnotherGivesWayToItAtItsEnd() {
        events(
                "{'type':'block-start','blockId':'outer','blockName':'n','blockType':'x','display':'name','outputToChat':false}",
                "{'type':'block-start','blockId':'inner','blockName':'n','blockType':'x','display':'name'}",
                "{'type':'text-delta','id':'1','delta':'inner'}",
                "{'type':'text-end','id':'1'}",
                "{'type':'block-end','blockId':'inner'}",
                "{'type':'text-delta','id':'2','delta':'outer'}");

        assertThat(answer().text()).isEqualTo("inner");
    }

    @ParameterizedTest
    @ValueSource(strings = {"set-resource", "serialize-thread", "generate-image"})
    void operationBlocksAreShown(String type) {
        events("{'type':'block-start','blockId':'b','blockName':'n','blockType':'" + type
                + "','display':'description','description':'Doing'}");
        assertThat(part(0)).isEqualTo(new MessagePart.Operation("b", "Doing", type, PartStatus.RUNNING, null));

        events("{'type':'block-end','blockId':'b'}");
        assertThat(((MessagePart.Operation) part(0)).status()).isEqualTo(PartStatus.DONE);
    }

    @Test
    void hiddenOperationsAndOtherBlocksAreNot() {
        events(
                "{'type':'block-start','blockId':'b','blockName':'n','blockType':'set-resource','display':'hidden'}",
                "{'type':'block-start','blockId':'c','blockName':'n','blockType':'next-message','display':'name'}");

        assertThat(state.messages()).hasSize(1);
    }

    @Test
    void sourcesAndFilesArePartsAndResourcesAreChanges() {
        events(
                "{'type':'source','sourceType':'url','id':'s','url':'https://a'}",
                "{'type':'source','sourceType':'document','id':'d','mediaType':'text/plain','title':'D'}",
                "{'type':'file-available','id':'f','mediaType':'image/png','url':'u','toolCallId':'c'}",
                "{'type':'resource-update','name':'plan','value':3}");

        assertThat(answer().parts())
                .containsExactly(
                        new MessagePart.Source("s", "https://a", null, null, null, null),
                        new MessagePart.Source("d", null, "text/plain", "D", null, null),
                        new MessagePart.File(new FileReference("f", "image/png", "u", null, null), "c", null));
        assertThat(changes).contains(new ChatChange.ResourceUpdated("plan", json("3")));
    }

    @Test
    void aSecondStartChangesNothing() {
        events(
                "{'type':'start','messageId':'m'}",
                "{'type':'text-delta','id':'t','delta':'a'}",
                "{'type':'start','messageId':'n'}",
                "{'type':'text-delta','id':'t','delta':'b'}");

        assertThat(answer().id()).isEqualTo("m");
        assertThat(answer().text()).isEqualTo("ab");
    }

    @Test
    void clientToolsAwaitTheUserAndGoOnInTheSameMessage() {
        PendingToolCall call = new PendingToolCall("c", "ask", json("{'q':1}"), null, null, null);
        events(
                "{'type':'text-delta','id':'t','delta':'Wait.'}",
                "{'type':'client-tool-request','executionId':'e','toolCalls':[{'toolCallId':'c','toolName':'ask','args':{'q':1}}]}");
        apply(ChatReducer.pending(state, List.of(call)));
        events("{'type':'finish','finishReason':'client-tool-calls'}");

        assertThat(state.status()).isEqualTo(ChatStatus.AWAITING_INPUT);
        assertThat(state.pendingTools()).containsExactly(call);
        assertThat(((ToolCallPart) part(1)).status()).isEqualTo(PartStatus.RUNNING);
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.STREAMING);

        apply(ChatReducer.answered(state, call.result("yes")));
        apply(ChatReducer.pending(state, List.of()));
        apply(ChatReducer.continued(state));
        events(
                "{'type':'start'}",
                "{'type':'text-delta','id':'t2','delta':'Done.'}",
                "{'type':'finish','finishReason':'stop'}");

        assertThat(((ToolCallPart) part(1)).result()).contains("yes");
        assertThat(answer().text()).isEqualTo("Wait.Done.");
        assertThat(state.messages()).hasSize(2);
        assertThat(state.status()).isEqualTo(ChatStatus.IDLE);
    }

    @Test
    void stopEndsTextAndCancelsWhatRuns() {
        events(
                "{'type':'text-delta','id':'t','delta':'half'}",
                "{'type':'tool-input-available','toolCallId':'c','toolName':'n','input':{}}",
                "{'type':'tool-input-start','toolCallId':'d','toolName':'n'}",
                "{'type':'block-start','blockId':'b','blockName':'n','blockType':'generate-image','display':'name'}",
                "{'type':'text-start','id':'o','responseType':'T'}");
        apply(reducer.stopped(state));

        assertThat(((MessagePart.Text) part(0)).status()).isEqualTo(PartStatus.DONE);
        assertThat(((ToolCallPart) part(1)).status()).isEqualTo(PartStatus.CANCELLED);
        assertThat(((ToolCallPart) part(2)).status()).isEqualTo(PartStatus.CANCELLED);
        assertThat(((MessagePart.Operation) part(3)).status()).isEqualTo(PartStatus.CANCELLED);
        assertThat(((ObjectPart) part(4)).status()).isEqualTo(PartStatus.ERROR);
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.DONE);
        assertThat(state.status()).isEqualTo(ChatStatus.IDLE);
        assertThat(state.finishReason()).isEmpty();

        events("{'type':'text-delta','id':'t','delta':' late'}");
        assertThat(answer().text()).isEqualTo("half");
    }

    @ParameterizedTest
    @EnumSource(
            value = FinishReason.class,
            names = {"STOP", "TOOL_CALLS", "LENGTH", "CONTENT_FILTER", "OTHER"})
    void finishReasonsAreToldApart(FinishReason reason) {
        events(
                "{'type':'text-delta','id':'t','delta':'x'}",
                "{'type':'finish','finishReason':'" + reason.wire() + "'}");

        assertThat(state.status()).isEqualTo(ChatStatus.IDLE);
        assertThat(state.finishReason()).contains(reason);
        assertThat(answer().finishReason()).isEqualTo(reason);
    }

    @Test
    void aFinishForAnErrorIsAnError() {
        events("{'type':'text-delta','id':'t','delta':'x'}", "{'type':'finish','finishReason':'error'}");

        assertThat(state.status()).isEqualTo(ChatStatus.ERROR);
        assertThat(state.error()).get().isInstanceOf(AgentErrorException.class);
    }

    @Test
    void anErrorEndsTheTurnAndSaysWhetherToComeBack() {
        events(
                "{'type':'text-delta','id':'t','delta':'x'}",
                "{'type':'error','errorType':'provider_overloaded','message':'m','source':'provider','retryable':true,'retryAfter':3}");

        assertThat(state.status()).isEqualTo(ChatStatus.ERROR);
        AgentErrorException error = (AgentErrorException) state.error().orElseThrow();
        assertThat(error.isRetryable()).isTrue();
        assertThat(error.retryAfter())
                .hasValueSatisfying(delay -> assertThat(delay).hasSeconds(3));
        assertThat(error.error().type()).isEqualTo(AgentError.Type.PROVIDER_OVERLOADED);
        assertThat(answer().status()).isEqualTo(ChatMessage.Status.DONE);
    }

    @Test
    void aTurnWithoutPartsLeavesNoMessage() {
        events("{'type':'start'}", "{'type':'finish','finishReason':'stop'}");

        assertThat(state.messages()).hasSize(1);
        assertThat(state.status()).isEqualTo(ChatStatus.IDLE);
    }

    @Test
    void snapshotsStayWhatTheyWere() {
        events("{'type':'text-delta','id':'t','delta':'a'}");
        ChatState before = state;
        events("{'type':'text-delta','id':'t','delta':'b'}", "{'type':'finish','finishReason':'stop'}");

        assertThat(before.messages().get(1).text()).isEqualTo("a");
        assertThat(before.messages().get(1).status()).isEqualTo(ChatMessage.Status.STREAMING);
        assertThat(before.status()).isEqualTo(ChatStatus.STREAMING);
    }
}

package io.agentruntime.octavus;

import io.agentruntime.error.DecodeException;
import io.agentruntime.json.JsonCodec;
import io.agentruntime.json.JsonPayload;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An object of a type that the agent's protocol names, readable while it arrives. */
public final class ObjectPart implements MessagePart {

    private final String id;
    private final String typeName;
    private final AppendableText json;
    private final PartialJson partial;
    private final @Nullable JsonPayload object;
    private final PartStatus status;
    private final @Nullable String thread;

    private ObjectPart(
            String id,
            String typeName,
            AppendableText json,
            PartialJson partial,
            @Nullable JsonPayload object,
            PartStatus status,
            @Nullable String thread) {
        this.id = id;
        this.typeName = typeName;
        this.json = json;
        this.partial = partial;
        this.object = object;
        this.status = status;
        this.thread = thread;
    }

    static ObjectPart begin(String id, String typeName, @Nullable String thread) {
        return new ObjectPart(
                id, typeName, AppendableText.EMPTY, PartialJson.EMPTY, null, PartStatus.STREAMING, thread);
    }

    /** An object that is complete, e.g. one that the user sends. */
    public static ObjectPart of(String id, String typeName, JsonPayload object) {
        String text = object.text();
        return new ObjectPart(
                id, typeName, AppendableText.of(text), PartialJson.EMPTY.append(text), object, PartStatus.DONE, null);
    }

    /** The id of the text that carries it. */
    public String id() {
        return id;
    }

    /** The name of its type. */
    public String typeName() {
        return typeName;
    }

    /**
     * What has come of it so far, as unmodifiable maps and lists, strings, numbers and booleans; empty before anything has.
     * A string that has not ended is cut where it stands, a key whose value has not begun is left out.
     */
    public Optional<Object> partial() {
        return Optional.ofNullable(partial.value());
    }

    /** The object, checked: {@code object().get().as(Booking.class)}. Empty until it is complete. */
    public Optional<JsonPayload> object() {
        return Optional.ofNullable(object);
    }

    /** How it stands. */
    public PartStatus status() {
        return status;
    }

    @Override
    public Optional<String> thread() {
        return Optional.ofNullable(thread);
    }

    ObjectPart append(String delta) {
        return new ObjectPart(id, typeName, json.append(delta), partial.append(delta), null, status, thread);
    }

    /** Its text has ended. */
    ObjectPart complete(JsonCodec codec) {
        try {
            JsonPayload whole =
                    codec.payload("object of type " + typeName, json.toString().getBytes(StandardCharsets.UTF_8));
            return new ObjectPart(id, typeName, json, partial, whole, PartStatus.DONE, thread);
        } catch (DecodeException e) {
            return new ObjectPart(id, typeName, json, partial, null, PartStatus.ERROR, thread);
        }
    }

    @Override
    public ObjectPart ended() {
        return status == PartStatus.STREAMING
                ? new ObjectPart(id, typeName, json, partial, null, PartStatus.ERROR, thread)
                : this;
    }

    /** Without its content, for it may be private. */
    @Override
    public String toString() {
        return "ObjectPart[" + typeName + ", " + json.length() + " characters, " + status + "]";
    }
}

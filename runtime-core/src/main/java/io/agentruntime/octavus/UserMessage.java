package io.agentruntime.octavus;

import io.agentruntime.json.JsonPayload;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a chat shows of the user's doing when it is sent. It is not sent itself: the trigger's input is.
 *
 * @param text its text, or {@code null}
 * @param objectType the name of the type of {@code object}
 * @param object an object instead of a text, or {@code null}
 * @param files files that were uploaded for it
 */
public record UserMessage(
        @Nullable String text,
        @Nullable String objectType,
        @Nullable JsonPayload object,
        List<FileReference> files) {

    public UserMessage {
        files = List.copyOf(files);
    }

    /** A text. */
    public static UserMessage text(String text) {
        return new UserMessage(text, null, null, List.of());
    }

    /** An object of a type. */
    public static UserMessage object(String type, JsonPayload object) {
        return new UserMessage(null, type, object, List.of());
    }

    /** The same with files, which are shown before it. */
    public UserMessage withFiles(List<FileReference> other) {
        return new UserMessage(text, objectType, object, other);
    }

    /** What the chat shows. */
    PersistentList<MessagePart> parts(String objectId) {
        PersistentList<MessagePart> parts = PersistentList.empty();
        for (FileReference file : files) {
            parts = parts.plus(new MessagePart.File(file, null, null));
        }
        if (text != null) {
            parts = parts.plus(MessagePart.Text.of(text));
        }
        if (object != null) {
            parts = parts.plus(ObjectPart.of(objectId, objectType == null ? "object" : objectType, object));
        }
        return parts;
    }

    /** Without its content, for it may be private. */
    @Override
    public String toString() {
        return "UserMessage[" + files.size() + " files]";
    }
}

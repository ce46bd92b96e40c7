package io.agentruntime.octavus;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What a message is made of. All parts are immutable: a part that grows is replaced. */
public sealed interface MessagePart
        permits MessagePart.Text,
                MessagePart.Reasoning,
                MessagePart.Source,
                MessagePart.File,
                MessagePart.Operation,
                ObjectPart,
                ToolCallPart {

    /** The thread that the part belongs to; empty for the main one. */
    Optional<String> thread();

    /** The part as it stays when its turn ends now: text is done, what was running is cancelled. */
    MessagePart ended();

    /** A text of the agent or the user. */
    final class Text extends WrittenPart implements MessagePart {

        Text(AppendableText text, PartStatus status, @Nullable String thread) {
            super(text, status, thread);
        }

        /** A text that is complete. */
        public static Text of(String text) {
            return new Text(AppendableText.of(text), PartStatus.DONE, null);
        }

        @Override
        Text with(AppendableText other, PartStatus otherStatus, @Nullable String sameThread) {
            return new Text(other, otherStatus, sameThread);
        }
    }

    /** The agent's reasoning. */
    final class Reasoning extends WrittenPart implements MessagePart {

        Reasoning(AppendableText text, PartStatus status, @Nullable String thread) {
            super(text, status, thread);
        }

        @Override
        Reasoning with(AppendableText other, PartStatus otherStatus, @Nullable String sameThread) {
            return new Reasoning(other, otherStatus, sameThread);
        }
    }

    /** A page or document that the answer draws on; {@code url} or {@code mediaType} is there. */
    record Source(
            String id,
            @Nullable String url,
            @Nullable String mediaType,
            @Nullable String title,
            @Nullable String filename,
            @Nullable String threadName)
            implements MessagePart {

        @Override
        public Optional<String> thread() {
            return Optional.ofNullable(threadName);
        }

        @Override
        public Source ended() {
            return this;
        }
    }

    /** A file, of the user's or made by the agent. */
    record File(
            FileReference file,
            @Nullable String toolCallId,
            @Nullable String threadName) implements MessagePart {

        @Override
        public Optional<String> thread() {
            return Optional.ofNullable(threadName);
        }

        @Override
        public File ended() {
            return this;
        }
    }

    /** Something that the agent does beside talking: setting a resource, generating an image. */
    record Operation(
            String operationId,
            String name,
            String operationType,
            PartStatus status,
            @Nullable String threadName) implements MessagePart {

        @Override
        public Optional<String> thread() {
            return Optional.ofNullable(threadName);
        }

        @Override
        public Operation ended() {
            return status == PartStatus.RUNNING ? with(PartStatus.CANCELLED) : this;
        }

        Operation with(PartStatus other) {
            return new Operation(operationId, name, operationType, other, threadName);
        }
    }
}

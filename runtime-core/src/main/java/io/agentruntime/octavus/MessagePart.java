package io.agentruntime.octavus;

import java.util.Objects;
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
    final class Text implements MessagePart {

        private final AppendableText text;
        private final PartStatus status;
        private final @Nullable String thread;

        Text(AppendableText text, PartStatus status, @Nullable String thread) {
            this.text = text;
            this.status = status;
            this.thread = thread;
        }

        /** A text that is complete. */
        public static Text of(String text) {
            return new Text(AppendableText.of(text), PartStatus.DONE, null);
        }

        /** The text so far. */
        public String text() {
            return text.toString();
        }

        /** Whether more of it may come. */
        public PartStatus status() {
            return status;
        }

        @Override
        public Optional<String> thread() {
            return Optional.ofNullable(thread);
        }

        Text append(String delta) {
            return new Text(text.append(delta), status, thread);
        }

        @Override
        public Text ended() {
            return status == PartStatus.DONE ? this : new Text(text, PartStatus.DONE, thread);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Text that
                    && status == that.status
                    && Objects.equals(thread, that.thread)
                    && text.sameAs(that.text);
        }

        @Override
        public int hashCode() {
            return Objects.hash(text(), status, thread);
        }

        /** Its length only, for it may be private. */
        @Override
        public String toString() {
            return "Text[" + text.length() + " characters, " + status + "]";
        }
    }

    /** The agent's reasoning. */
    final class Reasoning implements MessagePart {

        private final AppendableText text;
        private final PartStatus status;
        private final @Nullable String thread;

        Reasoning(AppendableText text, PartStatus status, @Nullable String thread) {
            this.text = text;
            this.status = status;
            this.thread = thread;
        }

        /** The text so far. */
        public String text() {
            return text.toString();
        }

        /** Whether more of it may come. */
        public PartStatus status() {
            return status;
        }

        @Override
        public Optional<String> thread() {
            return Optional.ofNullable(thread);
        }

        Reasoning append(String delta) {
            return new Reasoning(text.append(delta), status, thread);
        }

        @Override
        public Reasoning ended() {
            return status == PartStatus.DONE ? this : new Reasoning(text, PartStatus.DONE, thread);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Reasoning that
                    && status == that.status
                    && Objects.equals(thread, that.thread)
                    && text.sameAs(that.text);
        }

        @Override
        public int hashCode() {
            return Objects.hash(text(), status, thread);
        }

        /** Its length only, for it may be private. */
        @Override
        public String toString() {
            return "Reasoning[" + text.length() + " characters, " + status + "]";
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

package io.agentruntime.octavus;

import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A text that grows: what the agent says and what it reasons differ in nothing else. */
abstract sealed class WrittenPart permits MessagePart.Text, MessagePart.Reasoning {

    private final AppendableText text;
    private final PartStatus status;
    private final @Nullable String thread;

    WrittenPart(AppendableText text, PartStatus status, @Nullable String thread) {
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

    /** The thread that the part belongs to; empty for the main one. */
    public Optional<String> thread() {
        return Optional.ofNullable(thread);
    }

    /** A part of the same kind. */
    abstract MessagePart with(AppendableText other, PartStatus otherStatus, @Nullable String sameThread);

    MessagePart append(String delta) {
        return with(text.append(delta), status, thread);
    }

    /** The part as it stays when its turn ends now. */
    public MessagePart ended() {
        return status == PartStatus.DONE ? (MessagePart) this : with(text, PartStatus.DONE, thread);
    }

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof WrittenPart that
                && getClass() == that.getClass()
                && status == that.status
                && Objects.equals(thread, that.thread)
                && text.sameAs(that.text);
    }

    @Override
    public final int hashCode() {
        return Objects.hash(getClass(), text(), status, thread);
    }

    /** Its length only, for it may be private. */
    @Override
    public final String toString() {
        return getClass().getSimpleName() + "[" + text.length() + " characters, " + status + "]";
    }
}

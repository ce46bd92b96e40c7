package io.agentruntime.octavus;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An immutable text to which more can be appended at the cost of what is appended. Texts that grew out of each other share
 * one array, of which each sees its own length; the string is made when somebody asks for it.
 */
final class AppendableText {

    static final AppendableText EMPTY = new AppendableText(new Shared(new char[0], 0), 0);

    /** @param used how much of the array belongs to some text already; whoever raises it may write there */
    private record Shared(char[] chars, AtomicInteger used) {
        Shared(char[] chars, int used) {
            this(chars, new AtomicInteger(used));
        }
    }

    private final Shared shared;
    private final int length;
    private @Nullable String text; // made more than once, at worst

    private AppendableText(Shared shared, int length) {
        this.shared = shared;
        this.length = length;
    }

    static AppendableText of(String text) {
        return EMPTY.append(text);
    }

    int length() {
        return length;
    }

    AppendableText append(String more) {
        return append(more, 0, more.length());
    }

    /** This text and the characters of {@code more} from {@code start} to {@code end}. */
    AppendableText append(String more, int start, int end) {
        if (start == end) {
            return this;
        }
        int longer = length + (end - start);
        Shared to = shared;
        if (longer > to.chars.length || !to.used.compareAndSet(length, longer)) {
            // No room, or another text went on from here already.
            char[] grown = new char[capacity(longer)];
            System.arraycopy(to.chars, 0, grown, 0, length);
            to = new Shared(grown, longer);
        }
        more.getChars(start, end, to.chars, length);
        return new AppendableText(to, longer);
    }

    private static int capacity(int length) {
        return Math.max(32, length + (length >> 1));
    }

    boolean sameAs(AppendableText other) {
        return this == other || (length == other.length && toString().equals(other.toString()));
    }

    @Override
    public String toString() {
        String made = text;
        if (made == null) {
            made = new String(shared.chars, 0, length);
            text = made;
        }
        return made;
    }
}

package io.agentruntime.codebolt;

import io.agentruntime.codebolt.ChunkLine.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What can be seen of a text from the beginning of a chunk on, and where the chunk should end. */
final class ChunkWindow {

    /** Where a chunk ends, best first. */
    private enum Place {
        /** Nothing but white space follows. */
        END,
        /** A blank line, or the edge of fenced code. */
        PARAGRAPH,
        BLANK_LINE_OF_CODE,
        LINE,
        WORD,
        GRAPHEME,
        /** A grapheme, but a fence, link or inline code is torn by it. */
        TORN
    }

    /** A quarter. */
    private static final int LEAST_FILLED = 4;

    private static final Pattern GRAPHEME = Pattern.compile("\\X");

    private final CharSequence text;
    private final int from;
    private final boolean complete;
    private final Ruler ruler;
    private final List<ChunkLine> lines;
    private final int[] torn;
    /** The last of each kind so far. */
    private final Map<Place, Integer> places = new EnumMap<>(Place.class);

    /** What is left of the limit when the fence of the chunk before has been opened again. */
    private final int room;

    private int line;

    /**
     * @param complete whether the text will get no longer
     * @param fence what is open at {@code from}
     */
    ChunkWindow(CharSequence text, int from, boolean complete, Ruler ruler, @Nullable Fence fence, int limit) {
        this.text = text;
        this.from = from;
        this.complete = complete;
        this.ruler = ruler;
        this.lines = ChunkLine.read(text, from, ruler.to(), fence, limit);
        this.torn = InlineSpans.find(text, from, ruler, lines, limit);
        this.room = limit - (fence == null ? 0 : ruler.units(fence.reopening()));
    }

    /** Where the chunk should end; the beginning when nothing that is not white space fits into it. */
    int end() {
        Matcher graphemes = graphemes(from);
        boolean content = false;
        boolean afterText = false;
        int position = from;
        while (position < ruler.to() && graphemes.find()) {
            int next = graphemes.end();
            boolean space = isSpace(position, next);
            if (afterText) {
                offer(position, space);
            }
            if (ruler.between(from, next) > room) {
                return bestPlace();
            }
            content |= !space;
            afterText = !space;
            position = next;
        }
        // Everything is there and fits, but for what may close its last fence.
        if (content && fits(ruler.to())) {
            return ruler.to();
        }
        if (afterText) {
            offer(position, false);
        }
        return bestPlace();
    }

    /** The best kind of place, unless it would leave the chunk all but empty and a lesser one would not. */
    private int bestPlace() {
        for (Map.Entry<Place, Integer> place : places.entrySet()) {
            boolean full = ruler.between(from, place.getValue()) >= room / LEAST_FILLED;
            if (place.getKey() == Place.END || (full && place.getKey().compareTo(Place.WORD) <= 0)) {
                return place.getValue();
            }
        }
        return places.isEmpty() ? from : places.values().iterator().next();
    }

    /** The chunk might end here, behind something that is not white space. */
    private void offer(int position, boolean beforeSpace) {
        if (fits(position)) {
            places.put(beforeSpace ? placeAtGap(position) : placeInWord(position), position);
        }
    }

    private boolean fits(int position) {
        Fence open = openAt(position);
        int closing = open == null ? 0 : 1 + ruler.units(open.closing());
        return ruler.between(from, position) + closing <= room;
    }

    /** The fence that is open at a place; asked for places in their order. */
    @Nullable
    Fence openAt(int position) {
        return lineAt(position).openAt(position);
    }

    private ChunkLine lineAt(int position) {
        while (line > 0 && lines.get(line).start() > position) {
            line--;
        }
        while (line + 1 < lines.size() && lines.get(line + 1).start() <= position) {
            line++;
        }
        return lines.get(line);
    }

    private Place placeInWord(int position) {
        boolean welcome = torn[position - from] == 0
                && !lineAt(position).isFenceLike()
                && !Fence.startsAt(text, position, ruler.to());
        return welcome ? Place.GRAPHEME : Place.TORN;
    }

    private Place placeAtGap(int position) {
        int end = position;
        while (end < ruler.to() && Character.isWhitespace(text.charAt(end))) {
            end++;
        }
        if (end == ruler.to() && complete) {
            return Place.END;
        }
        if (torn[position - from] > 0) {
            return Place.TORN;
        }
        ChunkLine last = lineAt(position);
        int number = line;
        int breaks = 0;
        while (number + 1 < lines.size() && lines.get(number + 1).start() <= end) {
            number++;
            breaks++;
        }
        return breaks == 0 ? placeBetweenWords(last, end) : placeBetweenLines(last, lines.get(number), breaks);
    }

    private Place placeBetweenWords(ChunkLine within, int next) {
        return within.isFenceLike() || Fence.startsAt(text, next, ruler.to()) ? Place.TORN : Place.WORD;
    }

    private static Place placeBetweenLines(ChunkLine last, ChunkLine next, int breaks) {
        if (last.kind() == Kind.OPENS || next.kind() == Kind.CLOSES) {
            return Place.TORN; // it would leave a block of code with nothing in it
        }
        if (last.kind() == Kind.CLOSES || next.kind() == Kind.OPENS || (breaks > 1 && last.after() == null)) {
            return Place.PARAGRAPH;
        }
        return breaks > 1 ? Place.BLANK_LINE_OF_CODE : Place.LINE;
    }

    /** The first place from here on that is not white space. */
    int skipSpace() {
        Matcher graphemes = graphemes(from);
        int position = from;
        while (graphemes.find() && isSpace(position, graphemes.end())) {
            position = graphemes.end();
        }
        // The last space that can be seen may have its accent just out of sight.
        boolean cut = position == ruler.to() && position < text.length() && !standsAlone(text, position - 1);
        return cut ? position - 1 : position;
    }

    /** Where the first grapheme has to be cut, for it does not fit. */
    int cutGrapheme(@Nullable Fence open) {
        return ruler.last(room - (open == null ? 0 : 1 + ruler.units(open.closing())));
    }

    /** Whether a white space character is a grapheme of its own, whatever follows it. */
    static boolean standsAlone(CharSequence text, int position) {
        int next = position + 1;
        int end = next < text.length() ? next + Character.charCount(Character.codePointAt(text, next)) : next;
        Matcher grapheme = GRAPHEME.matcher(text).region(position, end);
        return grapheme.lookingAt() && grapheme.end() == next;
    }

    private Matcher graphemes(int start) {
        return GRAPHEME.matcher(text).region(start, ruler.to());
    }

    /** Whether a grapheme is white space and nothing else. */
    private boolean isSpace(int start, int end) {
        return Character.isWhitespace(text.charAt(start)) && (end == start + 1 || text.charAt(start) == '\r');
    }
}

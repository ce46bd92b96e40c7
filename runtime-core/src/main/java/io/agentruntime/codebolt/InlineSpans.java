package io.agentruntime.codebolt;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the inline code and links of a part of a text, so that they can be kept whole. One pass for each, with stacks: what
 * it takes for a link may reach a little further than Markdown would say, which only keeps more together.
 */
final class InlineSpans {

    private final CharSequence text;
    private final int from;
    private final Ruler ruler;
    private final int limit;
    /** How many spans there are around each place; the differences between neighbours, until {@link #find} sums them up. */
    private final int[] depth;

    private InlineSpans(CharSequence text, int from, Ruler ruler, int limit) {
        this.text = text;
        this.from = from;
        this.ruler = ruler;
        this.limit = limit;
        this.depth = new int[ruler.to() - from + 2];
    }

    /** For each place of the part, counted from its beginning: how many spans that fit into a chunk a split would tear. */
    static int[] find(CharSequence text, int from, Ruler ruler, List<ChunkLine> lines, int limit) {
        InlineSpans spans = new InlineSpans(text, from, ruler, limit);
        int paragraph = -1;
        int end = from;
        for (ChunkLine line : lines) {
            boolean isText = line.after() == null
                    && (line.kind() == ChunkLine.Kind.TEXT || line.kind() == ChunkLine.Kind.LIKE_A_FENCE);
            if (isText) {
                paragraph = paragraph < 0 ? line.start() : paragraph;
                end = line.end();
            } else if (paragraph >= 0) {
                spans.paragraph(paragraph, end);
                paragraph = -1;
            }
        }
        if (paragraph >= 0) {
            spans.paragraph(paragraph, end);
        }
        for (int i = 1; i < spans.depth.length; i++) {
            spans.depth[i] += spans.depth[i - 1];
        }
        return spans.depth;
    }

    /** A run of backticks, and where inline code that it opens would end. */
    private record Backticks(int start, int end, int codeEnd) {}

    private void paragraph(int start, int end) {
        Deque<Backticks> runs = backticks(start, end);
        Links links = new Links();
        int i = start;
        while (i < end) {
            switch (text.charAt(i)) {
                case '\\' -> i += 2;
                case '`' -> i = code(runs, i, end);
                case '[' -> links.opens(i++);
                case ']' -> i = links.textEnds(i, end);
                case '(' -> {
                    links.parenthesis();
                    i++;
                }
                case ')' -> links.targetEnds(i++);
                default -> i++;
            }
        }
    }

    /** Passes over inline code, or over backticks that open none. */
    private int code(Deque<Backticks> runs, int position, int end) {
        while (!runs.isEmpty() && runs.getFirst().end <= position) {
            runs.removeFirst();
        }
        Backticks run = runs.isEmpty() ? new Backticks(position, end, -1) : runs.getFirst();
        if (run.start != position || run.codeEnd < 0 || ruler.between(position, run.codeEnd) > limit) {
            return run.end;
        }
        keep(position, run.codeEnd);
        return run.codeEnd;
    }

    /** The runs of a paragraph in order, each with the end of the next one of its length. */
    private Deque<Backticks> backticks(int start, int end) {
        List<int[]> runs = new ArrayList<>();
        for (int i = start; i < end; i++) {
            if (text.charAt(i) == '`') {
                int runStart = i;
                while (i < end && text.charAt(i) == '`') {
                    i++;
                }
                runs.add(new int[] {runStart, i});
            }
        }
        Deque<Backticks> matched = new ArrayDeque<>();
        Map<Integer, Integer> next = new HashMap<>();
        for (int i = runs.size() - 1; i >= 0; i--) {
            int runStart = runs.get(i)[0];
            int runEnd = runs.get(i)[1];
            Integer codeEnd = next.put(runEnd - runStart, runEnd);
            matched.addFirst(new Backticks(runStart, runEnd, codeEnd == null ? -1 : codeEnd));
        }
        return matched;
    }

    /** A split strictly between these places is unwelcome, if it can be helped. */
    private void keep(int start, int end) {
        if (ruler.between(start, end) <= limit) {
            depth[start + 1 - from]++;
            depth[end - from]--;
        }
    }

    /** The brackets and parentheses that are open. */
    private final class Links {

        private static final int NO_LINK = -1;

        private final Deque<Integer> brackets = new ArrayDeque<>();
        private final Deque<Integer> parentheses = new ArrayDeque<>();

        void opens(int position) {
            boolean image = position > from && text.charAt(position - 1) == '!';
            brackets.push(image ? position - 1 : position);
        }

        /** Behind the text of a link comes its target, or its reference. */
        int textEnds(int position, int end) {
            if (brackets.isEmpty()) {
                return position + 1;
            }
            int start = brackets.pop();
            keep(start, position + 1);
            char following = position + 1 < end ? text.charAt(position + 1) : ' ';
            if (following == '(') {
                parentheses.push(start);
            } else if (following == '[') {
                brackets.push(start);
            } else {
                return position + 1;
            }
            return position + 2;
        }

        void parenthesis() {
            if (!parentheses.isEmpty()) {
                parentheses.push(NO_LINK);
            }
        }

        void targetEnds(int position) {
            int start = parentheses.isEmpty() ? NO_LINK : parentheses.pop();
            if (start != NO_LINK) {
                keep(start, position + 1);
            }
        }
    }
}

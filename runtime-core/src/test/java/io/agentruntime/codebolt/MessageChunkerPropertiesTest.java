package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.codebolt.MessageChunker.Counting;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import reactor.core.publisher.Flux;

/** What holds for every text. */
class MessageChunkerPropertiesTest {

    private static final int TRIES = 10_000;

    /** The same cases in every build; other ones with an empty seed, which jqwik then chooses and prints. */
    private static final String SEED = "20261121";

    @Provide
    Arbitrary<String> unicode() {
        return ChunkTexts.unicode();
    }

    @Provide
    Arbitrary<String> markdown() {
        return ChunkTexts.markdown();
    }

    @Provide
    Arbitrary<String> any() {
        return Arbitraries.oneOf(
                ChunkTexts.unicode(),
                ChunkTexts.markdown(),
                Arbitraries.strings().withChars("`~ \n[](ab\\!").ofMaxLength(80));
    }

    @Provide
    Arbitrary<List<String>> atoms() {
        return ChunkTexts.atom().list().ofMaxSize(20);
    }

    @Property(tries = TRIES, seed = SEED)
    void noChunkIsAboveTheLimit(
            @ForAll("any") String text, @ForAll @IntRange(min = 2, max = 120) int limit, @ForAll Counting counting) {
        for (String chunk : chunker(limit, counting).split(text)) {
            assertThat(length(chunk, counting)).as("length of <%s>", chunk).isLessThanOrEqualTo(limit);
        }
    }

    @Property(tries = TRIES, seed = SEED)
    void noChunkIsBlank(
            @ForAll("any") String text, @ForAll @IntRange(min = 2, max = 120) int limit, @ForAll Counting counting) {
        assertThat(chunker(limit, counting).split(text))
                .allMatch(chunk -> chunk.chars().anyMatch(c -> !Character.isWhitespace(c)));
    }

    /** Without fences nothing is added, and all that is dropped is white space at a split; indentation is not. */
    @Property(tries = TRIES, seed = SEED)
    void chunksAreTheTextButForWhiteSpaceAtSplits(
            @ForAll("unicode") String text, @ForAll @IntRange(min = 2, max = 60) int limit, @ForAll Counting counting) {
        int position = 0;
        for (String chunk : chunker(limit, counting).split(text)) {
            int start = text.indexOf(chunk, position);
            assertThat(start).as("place of <%s>", chunk).isNotNegative();
            String dropped = text.substring(position, start);
            assertThat(dropped.chars()).as("dropped").allMatch(Character::isWhitespace);
            boolean isShort = indentation(text, start).length() < limit / 8;
            if (isShort && dropped.chars().anyMatch(c -> c == '\n' || c == '\r')) {
                assertThat(dropped).as("dropped before <%s>", chunk).matches("(?s).*[\n\r]");
            }
            position = start + chunk.length();
        }
        assertThat(text.substring(position).chars()).as("end").allMatch(Character::isWhitespace);
    }

    /** The white space before a place, up to the line break before it. */
    private static String indentation(String text, int start) {
        int from = start;
        while (from > 0
                && Character.isWhitespace(text.charAt(from - 1))
                && text.charAt(from - 1) != '\n'
                && text.charAt(from - 1) != '\r') {
            from--;
        }
        return text.substring(from, start);
    }

    @Property(tries = TRIES, seed = SEED)
    void noGraphemeIsCutThatFits(
            @ForAll("unicode") String text, @ForAll @IntRange(min = 2, max = 60) int limit, @ForAll Counting counting) {
        // Behind half a flag that had to be cut, what belongs together is a matter of taste.
        Assume.that(!text.contains("\u0600\uD83C"));
        BitSet inside = insideOfGraphemes(text, limit, counting);
        int position = 0;
        for (String chunk : chunker(limit, counting).split(text)) {
            int start = text.indexOf(chunk, position);
            position = start + chunk.length();
            assertThat(inside.get(start)).as("<%s> starts in a grapheme", chunk).isFalse();
            assertThat(inside.get(position))
                    .as("<%s> ends in a grapheme", chunk)
                    .isFalse();
        }
    }

    /** Splits that hurt: inside of graphemes that fit, and inside of surrogate pairs always. */
    private static BitSet insideOfGraphemes(String text, int limit, Counting counting) {
        BitSet inside = new BitSet();
        Matcher grapheme = Pattern.compile("\\X").matcher(text);
        while (grapheme.find()) {
            if (length(grapheme.group(), counting) <= limit) {
                inside.set(grapheme.start() + 1, grapheme.end());
            }
        }
        for (int i = 1; i < text.length(); i++) {
            if (Character.isSurrogatePair(text.charAt(i - 1), text.charAt(i))) {
                inside.set(i);
            }
        }
        return inside;
    }

    @Property(tries = TRIES, seed = SEED)
    void fencesAreBalancedInEveryChunk(
            @ForAll("markdown") String text,
            @ForAll @IntRange(min = 48, max = 400) int limit,
            @ForAll Counting counting) {
        for (String chunk : chunker(limit, counting).split(text)) {
            assertThat(Fences.openAtTheEndOf(chunk))
                    .as("open in <%s> of <%s>", chunk, text)
                    .isNull();
        }
    }

    @Property(tries = TRIES, seed = SEED)
    void joinedChunksAreTheTextButForWhiteSpaceAndFences(
            @ForAll("markdown") String text,
            @ForAll @IntRange(min = 48, max = 400) int limit,
            @ForAll Counting counting) {
        List<String> chunks = chunker(limit, counting).split(text);
        assertThat(Fences.withoutThemAndSpace(String.join("\n", chunks))).isEqualTo(Fences.withoutThemAndSpace(text));
    }

    /** Code keeps its fence and language: what was in a fence is in one, and what was outside is outside. */
    @Property(tries = TRIES, seed = SEED)
    void codeStaysCode(
            @ForAll("markdown") String text,
            @ForAll @IntRange(min = 48, max = 400) int limit,
            @ForAll Counting counting) {
        StringBuilder code = new StringBuilder();
        chunker(limit, counting).split(text).forEach(chunk -> code.append(Fences.codeIn(chunk)));
        assertThat(code.toString()).isEqualTo(Fences.codeIn(text));
    }

    @Property(tries = TRIES, seed = SEED)
    void linksAndInlineCodeStayWhole(
            @ForAll("atoms") List<String> atoms,
            @ForAll @IntRange(min = 48, max = 120) int limit,
            @ForAll("glue") String glue) {
        String text = String.join(glue, atoms);
        List<String> chunks = MessageChunker.of(limit).split(text);
        assertThat(atoms).allMatch(atom -> chunks.stream().anyMatch(chunk -> chunk.contains(atom)));
    }

    @Provide
    Arbitrary<String> glue() {
        return Arbitraries.of(" ", "\n", "\n\n", "x", ", and then ", " (as it is) ");
    }

    @Property(tries = TRIES, seed = SEED)
    void aStreamIsSplitLikeTheWholeText(
            @ForAll("any") String text,
            @ForAll @IntRange(min = 2, max = 60) int limit,
            @ForAll Counting counting,
            @ForAll @IntRange(min = 1, max = 40) int part) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < text.length(); i += part) {
            parts.add(text.substring(i, Math.min(text.length(), i + part)));
        }
        MessageChunker chunker = chunker(limit, counting);
        assertThat(chunker.split(Flux.fromIterable(parts)).collectList().block())
                .isEqualTo(chunker.split(text));
    }

    private static MessageChunker chunker(int limit, Counting counting) {
        return MessageChunker.of(limit).counting(counting);
    }

    private static int length(String text, Counting counting) {
        return counting == Counting.CODE_POINTS ? text.codePointCount(0, text.length()) : text.length();
    }
}

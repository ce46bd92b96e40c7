package io.agentruntime.codebolt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.codebolt.MessageChunker.Counting;
import io.agentruntime.error.InvalidOptionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

class MessageChunkerTest {

    private static final int MEGABYTE = 1 << 20;

    @Test
    void knowsThePlatforms() {
        assertThat(MessageChunker.discord().limit()).isEqualTo(2_000);
        assertThat(MessageChunker.slack().limit()).isEqualTo(4_000);
        assertThat(MessageChunker.telegram().limit()).isEqualTo(4_096);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 1, 1_000_001})
    void aLimitThatCannotWorkIsRefused(int limit) {
        assertThatThrownBy(() -> MessageChunker.of(limit))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("limit");
    }

    @Test
    void whatFitsStaysAsItIs() {
        assertThat(MessageChunker.of(30).split("  a **text** \n\n\n with space  "))
                .containsExactly("  a **text** \n\n\n with space  ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\n\n", "                                         "})
    void ofABlankTextThereIsNothing(String blank) {
        assertThat(MessageChunker.of(10).split(blank)).isEmpty();
    }

    @Test
    void prefersAParagraphToALineToAWord() {
        assertThat(MessageChunker.of(20).split("one two\n\nthree four\nfive six"))
                .containsExactly("one two", "three four\nfive six");
        assertThat(MessageChunker.of(20).split("one two three\nfour five"))
                .containsExactly("one two three", "four five");
        assertThat(MessageChunker.of(12).split("one two three four")).containsExactly("one two", "three four");
        assertThat(MessageChunker.of(5).split("abcdefghijkl")).containsExactly("abcde", "fghij", "kl");
    }

    @Test
    void leavesNoChunkAllButEmptyForTheSakeOfAParagraph() {
        assertThat(MessageChunker.of(40).split("Steps:\n\n- one thing to do\n- another thing to do"))
                .containsExactly("Steps:\n\n- one thing to do", "- another thing to do");
        assertThat(MessageChunker.of(40).split("Steps:\n\n" + "x".repeat(50)))
                .containsExactly("Steps:", "x".repeat(40), "x".repeat(10));
    }

    @Test
    void keepsTheIndentationOfTheNextLine() {
        assertThat(MessageChunker.of(20).split("- a list with\n    - an inner item"))
                .containsExactly("- a list with", "    - an inner item");
    }

    @Test
    void closesAndReopensFencedCodeWithItsLanguage() {
        String text = "Look at this:\n\n```java\nint a = 1;\nint b = 2;\nint c = 3;\n```\n\nThat was it.";

        assertThat(MessageChunker.of(42).split(text))
                .containsExactly(
                        "Look at this:",
                        "```java\nint a = 1;\nint b = 2;\n```",
                        "```java\nint c = 3;\n```\n\nThat was it.");
    }

    @Test
    void keepsTheIndentationAndTheMarkerOfAFence() {
        String text = "1. Do all this:\n    ~~~~sh title=x\n    cd somewhere\n      ls -l\n    ~~~~\n2. Done";

        assertThat(MessageChunker.of(48).split(text))
                .containsExactly(
                        "1. Do all this:",
                        "    ~~~~sh title=x\n    cd somewhere\n    ~~~~",
                        "    ~~~~sh\n      ls -l\n    ~~~~\n2. Done");
    }

    @Test
    void closesAFenceThatWasLeftOpen() {
        assertThat(MessageChunker.of(60).split("```\ncode")).containsExactly("```\ncode\n```");
        assertThat(MessageChunker.of(60).split("```\ncode\n")).containsExactly("```\ncode\n```");
    }

    @Test
    void splitsNoLinkThatFits() {
        assertThat(MessageChunker.of(40).split("You will find it at [the page of the project](https://x.y)."))
                .containsExactly("You will find it at", "[the page of the project](https://x.y).");
    }

    @Test
    void splitsNoInlineCodeThatFits() {
        assertThat(MessageChunker.of(20).split("now type `git commit -m x` there"))
                .containsExactly("now type", "`git commit -m x`", "there");
        assertThat(MessageChunker.of(19).split("see``a ` b ` c ` d`` there"))
                .containsExactly("see", "``a ` b ` c ` d``", "there");
    }

    @Test
    void splitsALinkThatDoesNotFitLikeAnyText() {
        assertThat(MessageChunker.of(20).split("[a link that is much too long](https://x.y)"))
                .containsExactly("[a link that is much", "too", "long](https://x.y)");
    }

    @Test
    void startsNoChunkWithWhatWouldBeReadAsAFence() {
        String text = "three tildes are now ~~~ and open code";

        assertThat(MessageChunker.of(22).split(text)).containsExactly("three tildes are", "now ~~~ and open code");
    }

    @Test
    void cutsNoGrapheme() {
        String family = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66";
        String flags = "\uD83C\uDDE9\uD83C\uDDEA\uD83C\uDDEB\uD83C\uDDF7";

        assertThat(MessageChunker.of(15).split("abcd" + family + "xyz")).containsExactly("abcd" + family, "xyz");
        assertThat(MessageChunker.of(14).split("abcd" + family + "xyz")).containsExactly("abcd", family + "xyz");
        assertThat(MessageChunker.of(6).split(flags)).containsExactly(flags.substring(0, 4), flags.substring(4));
    }

    @Test
    void cutsAGraphemeThatDoesNotFitBetweenCodePoints() {
        String family = "\uD83D\uDC68\u200D\uD83D\uDC69";

        assertThat(MessageChunker.of(2).split(family)).containsExactly("\uD83D\uDC68", "\u200D", "\uD83D\uDC69");
    }

    @Test
    void countsAsThePlatformDoes() {
        String smileys = "\uD83D\uDE00".repeat(10);

        assertThat(MessageChunker.of(10).split(smileys)).hasSize(2);
        assertThat(MessageChunker.of(10).counting(Counting.CODE_POINTS).split(smileys))
                .hasSize(1);
    }

    // A text that is still being written

    @Test
    void emitsAChunkAsSoonAsItIsCertain() {
        Flux<String> endless = Flux.interval(Duration.ofSeconds(1)).map(tick -> "words ");

        StepVerifier.withVirtualTime(() -> MessageChunker.of(20).split(endless).take(2))
                .expectSubscription()
                .expectNoEvent(Duration.ofSeconds(6))
                .thenAwait(Duration.ofSeconds(1))
                .expectNext("words words words")
                .expectNoEvent(Duration.ofSeconds(2))
                .thenAwait(Duration.ofSeconds(1))
                .expectNext("words words words")
                .verifyComplete();
    }

    @Test
    void asksForPartsOnlyAsChunksAreWanted() {
        List<Long> requested = new ArrayList<>();
        Flux<String> parts = Flux.range(0, 10_000).map(i -> "word" + i + " ").doOnRequest(requested::add);

        StepVerifier.create(MessageChunker.of(20).split(parts), 1)
                .expectNextCount(1)
                .thenCancel()
                .verify();

        assertThat(requested.stream().mapToLong(Long::longValue).sum()).isLessThan(1_000);
    }

    @Test
    void passesAnErrorOn() {
        StepVerifier.create(MessageChunker.of(20)
                        .split(Flux.just("a", "b").concatWith(Mono.error(new IllegalStateException()))))
                .verifyError(IllegalStateException.class);
    }

    @Test
    void eachSubscriberHasATextOfItsOwn() {
        Flux<String> chunks = MessageChunker.of(5).split(Flux.just("one two", " three"));

        StepVerifier.create(chunks).expectNext("one", "two", "three").verifyComplete();
        StepVerifier.create(chunks).expectNext("one", "two", "three").verifyComplete();
    }

    // What it takes

    /** Counts how often a character of it is read. */
    private static final class Counted implements CharSequence {

        private final CharSequence text;
        private long reads;

        private Counted(CharSequence text) {
            this.text = text;
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public char charAt(int index) {
            reads++;
            return text.charAt(index);
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            reads += end - start;
            return text.subSequence(start, end);
        }

        @Override
        public String toString() {
            throw new AssertionError("reads everything at once");
        }
    }

    static List<String> worstCases() {
        return List.of(
                "a",
                " ",
                "\n",
                "x ",
                "a\n\nb",
                "`",
                "` ",
                "[",
                "[](",
                "](",
                "(",
                "[a](b) ",
                "[".repeat(900) + "](".repeat(900),
                "\\",
                "~~~\n",
                "```\na\n",
                "```java\n" + "code ".repeat(500) + "\n```\n",
                " ".repeat(3_000) + "x",
                "\n" + " ".repeat(1_500) + "x",
                "a\n\nb\nc d" + "e".repeat(1_990),
                "e" + "\u0301".repeat(5_000),
                "\uD83D\uDC68\u200D",
                "\uD83C\uDDE9",
                IntStream.rangeClosed(1, 60).mapToObj("`"::repeat).reduce("", (a, b) -> a + " " + b));
    }

    @ParameterizedTest
    @MethodSource("worstCases")
    void readsEachCharacterABoundedNumberOfTimes(String piece) {
        Counted text = new Counted(piece.repeat(MEGABYTE / piece.length()));

        MessageChunker.discord().split(text);

        assertThat(text.reads).isLessThan(80L * MEGABYTE);
    }

    @ParameterizedTest
    @EnumSource(Counting.class)
    void whatItTakesGrowsWithTheTextAndNotFaster(Counting counting) {
        for (String piece : worstCases()) {
            long half = reads(piece.repeat(MEGABYTE / 16 / piece.length()), counting);
            long whole = reads(piece.repeat(MEGABYTE / 8 / piece.length()), counting);
            assertThat(whole).as("twice as many of <%.20s>", piece).isLessThan(half * 9 / 4);
        }
    }

    private static long reads(String text, Counting counting) {
        Counted counted = new Counted(text);
        MessageChunker.discord().counting(counting).split(counted);
        return counted.reads;
    }

    @Test
    void aSpaceWithAnAccentIsKeptBehindMoreWhiteSpaceThanAStepLooksAt() {
        assertThat(MessageChunker.of(3).split("      \u0301")).containsExactly(" \u0301");
    }
}

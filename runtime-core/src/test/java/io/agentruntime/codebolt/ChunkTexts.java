package io.agentruntime.codebolt;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Random texts to split. */
final class ChunkTexts {

    private static final String FAMILY = "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67\u200D\uD83D\uDC66";
    private static final String FLAG = "\uD83C\uDDE9\uD83C\uDDEA";
    private static final String THUMB = "\uD83D\uDC4D\uD83C\uDFFD";
    private static final String ACCENTS = "e\u0301\u0323";
    private static final String HANGUL = "\u1112\u1161\u11AB";

    private ChunkTexts() {}

    /** Anything at all: also lone surrogates, controls, combining marks without a base. No fences. */
    static Arbitrary<String> unicode() {
        Arbitrary<String> piece = Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(12),
                Arbitraries.of(
                        FAMILY, FLAG, FLAG + FLAG, THUMB, ACCENTS, HANGUL, "\uD83D", "\uDE00", "\u0301", " \u0301"),
                Arbitraries.of(" ", "  ", "\n", "\r\n", "\r", "\n\n", "\n    ", "\t", "\u00A0", "\u2028", "\u200D"),
                Arbitraries.of("\u0600 ", "\u0600\n", "a\u0600", "\u0E33", "\u0915\u094D\u0937"),
                Arbitraries.strings().withCharRange('a', 'z').ofMinLength(1).ofMaxLength(30));
        return piece.list().ofMaxSize(25).map(pieces -> String.join("", pieces)).filter(ChunkTexts::hasNoFence);
    }

    private static boolean hasNoFence(String text) {
        return !text.contains("```") && !text.contains("~~~");
    }

    /** Markdown as an agent writes it, with everything that must not be torn. The longest of those are of 40 units. */
    static Arbitrary<String> markdown() {
        Arbitrary<String> block =
                Arbitraries.frequencyOf(Tuple.of(4, prose()), Tuple.of(2, bullets()), Tuple.of(3, fenced()));
        Arbitrary<String> between = Arbitraries.of("\n\n", "\n", "\n\n\n", "\r\n\r\n", "\n \n");
        return Combinators.combine(
                        block.list().ofMinSize(1).ofMaxSize(6), between.list().ofSize(8))
                .as(ChunkTexts::alternate);
    }

    private static String alternate(List<String> blocks, List<String> between) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < blocks.size(); i++) {
            text.append(i == 0 ? "" : between.get(i)).append(blocks.get(i));
        }
        return text.toString();
    }

    /** What has to stay whole, told apart from everything else in its text by its number. */
    static Arbitrary<String> atom() {
        Arbitrary<Integer> number = Arbitraries.integers().between(100_000, 999_999);
        return Arbitraries.oneOf(
                number.map(n -> "[a link to " + n + "](https://x.test/" + n + ")"),
                number.map(n -> "![an image](i/" + n + ".png \"of it\")"),
                number.map(n -> "[![b](b/" + n + ")](https://x.test)"),
                number.map(n -> "[a reference][" + n + " b]"),
                number.map(n -> "`code of " + n + "`"),
                number.map(n -> "``code ` [of](" + n + " ``"));
    }

    static Arbitrary<String> prose() {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, word()),
                        Tuple.of(2, atom()),
                        Tuple.of(1, Arbitraries.of(FAMILY, FLAG, ACCENTS + ACCENTS, "(see", "this)", ":)")))
                .list()
                .ofMinSize(1)
                .ofMaxSize(30)
                .map(words -> String.join(" ", words));
    }

    private static Arbitrary<String> word() {
        return Arbitraries.frequencyOf(
                Tuple.of(
                        20,
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .ofMinLength(1)
                                .ofMaxLength(10)),
                Tuple.of(
                        1,
                        Arbitraries.strings()
                                .withCharRange('a', 'z')
                                .ofMinLength(50)
                                .ofMaxLength(150)));
    }

    private static Arbitrary<String> bullets() {
        Arbitrary<String> indent = Arbitraries.of("", "  ", "    ", "\t");
        return Combinators.combine(indent, prose())
                .as((space, text) -> space + "- " + text)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5)
                .map(lines -> String.join("\n", lines));
    }

    private static Arbitrary<String> fenced() {
        Arbitrary<String> marker = Arbitraries.of("```", "````", "~~~");
        Arbitrary<String> language = Arbitraries.of("", "java", " text", "c++ title=x");
        Arbitrary<String> indent = Arbitraries.of("", "", "  ", "    ");
        Arbitrary<String> line = Arbitraries.oneOf(
                prose(), Arbitraries.of("", "", "    indented();", "\t\ttabs", "}", "# ``", "a ~~~ b ``` c"));
        Arbitrary<Boolean> closed = Arbitraries.frequency(Tuple.of(9, true), Tuple.of(1, false));
        return Combinators.combine(marker, language, indent, line.list().ofMaxSize(12), closed)
                .as((fence, word, space, lines, end) ->
                        space + fence + word + "\n" + String.join("\n", lines) + (end ? "\n" + space + fence : ""));
    }
}

package io.agentruntime.transport.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentruntime.connection.CloseStatus;
import io.agentruntime.error.RuntimeClientException;
import io.agentruntime.json.JsonCodec;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Frames, cut anywhere. */
class FrameDecoderTest {

    private static final JsonString.Limit LIMIT = new JsonString.Limit(64, "test.max");

    private static final class Log implements FrameDecoder.Handler {

        final List<String> seen = new ArrayList<>();

        @Override
        public void opened() {
            seen.add("o");
        }

        @Override
        public void heartbeat() {
            seen.add("h");
        }

        @Override
        public void message(ByteBuf text) {
            seen.add("a:" + text.toString(StandardCharsets.UTF_8));
        }

        @Override
        public void closed(CloseStatus status) {
            seen.add("c:" + status.code() + ":" + status.reason());
        }

        @Override
        public void skipped(RuntimeClientException error) {
            seen.add(error.getClass().getSimpleName() + ": " + error.getMessage());
        }
    }

    /** What lines say, cut at no byte, at every byte and at random ones. */
    private static List<String> read(String lines) {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        List<String> whole = readCut(bytes, new Random(), bytes.length);
        assertThat(readCut(bytes, new Random(), 1)).as("byte by byte").isEqualTo(whole);
        for (int seed = 0; seed < 50; seed++) {
            assertThat(readCut(bytes, new Random(seed), 9))
                    .as("cuts of seed %d", seed)
                    .isEqualTo(whole);
        }
        return whole;
    }

    private static List<String> readCut(byte[] bytes, Random random, int atMost) {
        Log log = new Log();
        FrameDecoder decoder = new FrameDecoder(log, true, LIMIT);
        for (int from = 0; from < bytes.length; ) {
            int to = Math.min(bytes.length, from + (atMost == bytes.length ? atMost : 1 + random.nextInt(atMost)));
            decoder.feed(bytes, from, to);
            from = to;
        }
        return log.seen;
    }

    @Test
    void openMessagesHeartbeatAndClose() {
        assertThat(read("o\na[\"one\"]\nh\na[\"two\",\"three\"]\nc[3000,\"Go away!\"]\n"))
                .containsExactly("o", "a:one", "h", "a:two", "a:three", "c:3000:Go away!");
    }

    @Test
    void thePreludeOfAStreamIsOneHeartbeat() {
        assertThat(read("h".repeat(2048) + "\no\n")).containsExactly("h", "o");
    }

    /** The frames of {@code eventsource}, with its escapes, cut wherever they can be. */
    @Test
    void framesThatAreEventsMayBeCutAnywhereToo() {
        byte[] events =
                ("\r\ndata: o\r\n\r\n: nothing\r\ndata: a[\"100%25 %2525 %zz \u00fc\ud83d\ude00\",\"%\"]\r\n\r\ndata: h\r\n\r\n"
                                + "data: c[3000,\"Go %25 away!\"]\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8);
        for (int first = 0; first < events.length; first++) {
            for (int second = first; second < events.length; second++) {
                Log log = new Log();
                AnswerReader reader = AnswerReader.events(new FrameDecoder(log, false, LIMIT));
                reader.feed(Arrays.copyOf(events, first));
                reader.feed(Arrays.copyOfRange(events, first, second));
                reader.feed(Arrays.copyOfRange(events, second, events.length));

                assertThat(log.seen)
                        .as("cut at %d and %d", first, second)
                        .containsExactly("o", "a:100% %25 %zz \u00fc\ud83d\ude00", "a:%", "h", "c:3000:Go % away!");
                assertThat(reader.endAnswer()).isTrue();
            }
        }
    }

    @Test
    void anArrayMayBeEmptyAndAMessageToo() {
        assertThat(read("a[]\na[\"\"]\na [ \"a\" , \"b\" ] \n")).containsExactly("a:", "a:a", "a:b");
    }

    @Test
    void aSingleMessageHasNoArray() {
        assertThat(read("m\"one\"\n")).containsExactly("a:one");
    }

    @Test
    void everyEscapeBecomesItsCharacter() {
        assertThat(read("a[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20AC\"]\n"))
                .containsExactly("a:\"\\/\b\f\n\r\tAé€");
    }

    @Test
    void charactersAreWholeAgainAfterACutInTheirMiddle() {
        assertThat(read("a[\"grün € \uD83D\uDE00\",\"\\ud83d\\ude00\"]\n"))
                .containsExactly("a:grün € \uD83D\uDE00", "a:\uD83D\uDE00");
    }

    @Test
    void halfASurrogatePairBecomesTheReplacementCharacter() {
        assertThat(read("a[\"\\ud83d\",\"\\ud83dx\",\"\\ude00\",\"\\ud83d\\ud83d\\ude00\",\"\\ud83d\\n\"]\n"))
                .containsExactly("a:\uFFFD", "a:\uFFFDx", "a:\uFFFD", "a:\uFFFD\uD83D\uDE00", "a:\uFFFD\n");
    }

    @Test
    void aMessageAboveTheLimitIsSkippedAndItsNeighboursAreNot() {
        assertThat(read("a[\"one\",\"" + "x".repeat(65) + "\",\"" + "y".repeat(64) + "\"]\na[\"next\"]\n"))
                .containsExactly(
                        "a:one",
                        "FrameTooLargeException: An inbound message is larger than 64 bytes (option 'test.max')",
                        "a:" + "y".repeat(64),
                        "a:next");
    }

    @Test
    void theLimitCountsTheMessageAndNotItsEscapes() {
        assertThat(read("a[\"" + "\\n".repeat(64) + "\"]\n")).containsExactly("a:" + "\n".repeat(64));
        assertThat(read("a[\"" + "\\n".repeat(65) + "\"]\n")).hasSize(1).allMatch(error -> error.startsWith("Frame"));
    }

    @Test
    void aMalformedFrameIsReportedOnceAndTheNextIsRead() {
        for (String malformed : List.of(
                "<html>",
                "oops",
                "hello",
                "a",
                "a{\"x\":1}",
                "a[\"one\"",
                "a[\"one",
                "a[\"one\\",
                "a[\"one\\u00",
                "a[\"one\\u00\"]",
                "a[\"one\\x\"]",
                "a[\"one\"\"two\"]",
                "a[\"one\",]",
                "a[\"one\"]]",
                "a[1]",
                "a[\"tab\there\"]",
                "m\"one\",\"two\"",
                "c",
                "c[]",
                "c[\"3000\"]",
                "c[3000",
                "c" + "x".repeat(5000))) {
            List<String> seen = read(malformed + "\na[\"next\"]\n");
            assertThat(seen).as(malformed).last().isEqualTo("a:next");
            assertThat(seen)
                    .as(malformed)
                    .filteredOn(s -> s.startsWith("DecodeException"))
                    .hasSize(1);
            assertThat(seen)
                    .as(malformed)
                    .filteredOn(s -> !s.startsWith("DecodeException"))
                    .allMatch(s -> s.startsWith("a:"));
        }
    }

    @Test
    void anErrorShowsNothingOfTheFrame() {
        assertThat(read("a[\"private\\x\"]\n")).hasSize(1).noneMatch(s -> s.contains("private"));
    }

    @Test
    void aCloseWithoutAReasonHasAnEmptyOne() {
        assertThat(read("c[3000]\nc[3000,null]\n")).containsExactly("c:3000:", "c:3000:");
    }

    @Test
    void emptyLinesAreNoFrames() {
        Log log = new Log();
        FrameDecoder decoder = new FrameDecoder(log, true, LIMIT);
        decoder.feed(Unpooled.copiedBuffer("\n\r\n", StandardCharsets.UTF_8));

        assertThat(log.seen).isEmpty();
        assertThat(decoder.frames()).isZero();
        assertThat(decoder.isBetweenFrames()).isTrue();
    }

    @Test
    void withoutDelimiterTheCarrierEndsTheFrame() {
        Log log = new Log();
        FrameDecoder decoder = new FrameDecoder(log, false, LIMIT);
        ByteBuf direct = Unpooled.directBuffer().writeBytes("a[\n\"one\",\n".getBytes(StandardCharsets.UTF_8));
        decoder.feed(direct);
        direct.release();
        assertThat(decoder.isBetweenFrames()).isFalse();
        decoder.feed(Unpooled.copiedBuffer("\"two\"]", StandardCharsets.UTF_8));
        decoder.endOfFrame();
        decoder.feed(Unpooled.copiedBuffer("o", StandardCharsets.UTF_8));
        assertThat(log.seen).containsExactly("a:one", "a:two");
        decoder.endOfFrame();

        assertThat(log.seen).containsExactly("a:one", "a:two", "o");
        assertThat(decoder.frames()).isEqualTo(2);
    }

    @Test
    void whatIsWrittenAsJsonIsWhatAParserReads() {
        Random random = new Random(7);
        for (int i = 0; i < 500; i++) {
            String text = text(random);
            ByteBuf written = Unpooled.buffer();
            JsonString.write(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8), new ByteBufOutputStream(written));

            assertThat(JsonCodec.create().payload("string", written).tree().asString())
                    .isEqualTo(text);
            Log log = new Log();
            FrameDecoder decoder = new FrameDecoder(log, true, new JsonString.Limit(10_000, "test.max"));
            decoder.feed(Unpooled.copiedBuffer("a[", StandardCharsets.UTF_8));
            decoder.feed(written);
            assertThat(log.seen).containsExactly("a:" + text);
        }
    }

    /** Of all kinds of characters, above all those that are escaped. */
    static String text(Random random) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(80);
        for (int i = 0; i < length; i++) {
            switch (random.nextInt(6)) {
                case 0 -> text.append((char) random.nextInt(0x20));
                case 1 -> text.append("\"\\/%\r\n\0{}[]:,".charAt(random.nextInt(13)));
                case 2 -> text.appendCodePoint(0x1F600 + random.nextInt(64));
                case 3 -> text.append("é€\u2028\u200B\uFEFF\uFFFD".charAt(random.nextInt(6)));
                default -> text.append((char) (' ' + random.nextInt(95)));
            }
        }
        return text.toString();
    }
}

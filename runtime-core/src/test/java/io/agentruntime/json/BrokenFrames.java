package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * More than 200 frames that no reader may accept, made from valid frames {@code {"type","timestamp","data"}} of a gateway
 * whose {@code type} is a required string and whose {@code timestamp} is a string. Each must be reported as a {@link
 * io.agentruntime.error.DecodeException}, and nothing else may happen.
 */
public final class BrokenFrames {

    /** A valid frame; the others are made from it. */
    public static final String VALID = "{\"type\":\"channel.message\",\"timestamp\":\"2026-03-01T10:30:15Z\","
            + "\"data\":{\"channelId\":\"c1\",\"from\":\"0xé\",\"n\":-1.5e3,\"ok\":true,\"signature\":null,"
            + "\"list\":[1,{\"a\":\"\\u00e9\\n\"}]}}";

    /**
     * One broken frame.
     *
     * @param name what is wrong with it
     * @param bytes what is sent
     */
    public record BrokenFrame(String name, byte[] bytes) {
        @Override
        public String toString() {
            return name;
        }
    }

    private final List<BrokenFrame> frames = new ArrayList<>();

    private BrokenFrames() {}

    /** All of them, in the same order each time. */
    public static List<BrokenFrame> all() {
        BrokenFrames corpus = new BrokenFrames();
        corpus.truncated();
        corpus.wrongTypes();
        corpus.brokenGrammar();
        corpus.brokenStrings();
        corpus.brokenNumbers();
        corpus.tooDeep();
        corpus.invalidUtf8();
        corpus.otherEncodings();
        return List.copyOf(corpus.frames);
    }

    private void truncated() {
        byte[] valid = VALID.getBytes(UTF_8);
        for (int length = 0; length < valid.length; length++) {
            add("truncated to " + length + " bytes", Arrays.copyOf(valid, length));
        }
    }

    private void wrongTypes() {
        for (String top :
                List.of("null", "true", "1", "\"text\"", "[]", "[{\"type\":\"a\"}]", "[null,\"1\",\"t\",\"e\",{}]")) {
            add("top level " + top, top);
        }
        for (String type : List.of("null", "true", "1", "1.5", "[]", "[\"a\"]", "{}", "{\"type\":\"a\"}")) {
            add("type is " + type, "{\"type\":" + type + ",\"data\":{}}");
        }
        for (String timestamp : List.of("false", "1761991815000", "[]", "{\"at\":1}")) {
            add("timestamp is " + timestamp, "{\"type\":\"a\",\"timestamp\":" + timestamp + ",\"data\":{}}");
        }
        add("no type", "{\"timestamp\":\"2026-03-01T10:30:15Z\",\"data\":{}}");
        add("empty object", "{}");
        add("type in another case", "{\"Type\":\"a\"}");
        add("type only in data", "{\"data\":{\"type\":\"a\"}}");
    }

    private void brokenGrammar() {
        for (String frame : List.of(
                "{\"type\":\"a\"}}",
                "{\"type\":\"a\"}{\"type\":\"b\"}",
                "{\"type\":\"a\"} x",
                "{\"type\":\"a\"}\n\nnull",
                "{\"type\":\"a\"},",
                "{\"type\":\"a\",}",
                "{,\"type\":\"a\"}",
                "{\"type\":\"a\",,\"data\":1}",
                "{\"type\" \"a\"}",
                "{\"type\"::\"a\"}",
                "{\"type\":}",
                "{\"type\":\"a\" \"data\":1}",
                "{type:\"a\"}",
                "{'type':'a'}",
                "{\"type\":\"a\",1:2}",
                "{\"type\":\"a\",\"data\":[1,]}",
                "{\"type\":\"a\",\"data\":[,1]}",
                "{\"type\":\"a\",\"data\":[1 2]}",
                "{\"type\":\"a\",\"data\":[1}",
                "{\"type\":\"a\",\"data\":{]}",
                "{\"type\":\"a\",\"data\":{\"b\":1,}}",
                "{\"type\":\"a\",\"data\":{\"b\"}}",
                "{\"type\":\"a\",\"data\":nul}",
                "{\"type\":\"a\",\"data\":nulL}",
                "{\"type\":\"a\",\"data\":nullx}",
                "{\"type\":\"a\",\"data\":True}",
                "{\"type\":\"a\",\"data\":undefined}",
                "{\"type\":\"a\",\"data\":NaN}",
                "{\"type\":\"a\",\"data\":Infinity}",
                "{\"type\":\"a\",\"data\":-Infinity}",
                "{\"type\":\"a\",\"data\":/* c */1}",
                "{\"type\":\"a\"}//c",
                "#c\n{\"type\":\"a\"}",
                "{\"type\":\"a\",\"data\":truefalse}",
                "type=a&data=1",
                "<html></html>",
                "o",
                "   ",
                "\u000b{\"type\":\"a\"}",
                "\u00a0{\"type\":\"a\"}",
                "{\"type\":\"a\"}\u0000",
                "\u0000{\"type\":\"a\"}",
                "{\"type\":\u0000\"a\"}",
                "\u0000")) {
            add("grammar: " + frame, frame);
        }
    }

    private void brokenStrings() {
        for (String string : List.of(
                "a\\",
                "\\x41",
                "\\u12",
                "\\u12g4",
                "\\u+123",
                "\\U0041",
                "\\'",
                "\\0",
                "a\nb",
                "a\tb",
                "a\u0000b",
                "a\u001fb",
                "a\"b")) {
            add("string in type: " + string, "{\"type\":\"" + string + "\",\"data\":{}}");
            add("string in data: " + string, "{\"type\":\"a\",\"data\":{\"c\":\"" + string + "\"}}");
            add("name in data: " + string, "{\"type\":\"a\",\"data\":{\"" + string + "\":1}}");
        }
    }

    private void brokenNumbers() {
        for (String number : List.of(
                "01", "-01", "00", "+1", "-", "--1", ".5", "1.", "-.5", "1.e3", "1e", "1e+", "1e-", "1E+-1", "1.2.3",
                "0x10", "1_000", "1d", "1,5,", "٣")) {
            add("number " + number, "{\"type\":\"a\",\"data\":{\"n\":" + number + "}}");
            add("number in a list " + number, "{\"type\":\"a\",\"data\":[0," + number + "]}");
        }
        add("number of 2,000 digits", "{\"type\":\"a\",\"data\":" + "9".repeat(2_000) + "}");
        add("negative number of 1 MB", "{\"type\":\"a\",\"data\":-" + "1".repeat(1 << 20) + "}");
        add("fraction of 2,000 digits", "{\"type\":\"a\",\"data\":0." + "1".repeat(2_000) + "}");
        add("exponent of 2,000 digits", "{\"type\":\"a\",\"data\":1e" + "9".repeat(2_000) + "}");
    }

    private void tooDeep() {
        for (int depth : new int[] {200, 1_000, 100_000, 1_000_000}) {
            add("lists " + depth + " deep", "{\"type\":\"a\",\"data\":" + "[".repeat(depth) + "]".repeat(depth) + "}");
            add("open lists " + depth + " deep", "{\"type\":\"a\",\"data\":" + "[".repeat(depth));
            add(
                    "objects " + depth + " deep",
                    "{\"type\":\"a\",\"data\":" + "{\"d\":".repeat(depth) + "1" + "}".repeat(depth) + "}");
        }
        add("deep before the header", "{\"data\":" + "[".repeat(5_000) + "]".repeat(5_000) + ",\"type\":\"a\"}");
        add("deep at the top level", "[".repeat(100_000));
        add("deep in the header", "{\"type\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    }

    private void invalidUtf8() {
        int[][] sequences = {
            {0x80},
            {0xbf},
            {0xc3},
            {0xc3, 0x28},
            {0xc0, 0x80},
            {0xc0, 0xaf},
            {0xc1, 0xbf},
            {0xe2, 0x82},
            {0xe2, 0x28, 0xa1},
            {0xe2, 0x82, 0x28},
            {0xe0, 0x80, 0xaf},
            {0xe0, 0x9f, 0xbf},
            {0xed, 0xa0, 0x80},
            {0xed, 0xbf, 0xbf},
            {0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80},
            {0xf0, 0x9f, 0x98},
            {0xf0, 0x28, 0x8c, 0xbc},
            {0xf0, 0x80, 0x80, 0xaf},
            {0xf0, 0x8f, 0xbf, 0xbf},
            {0xf4, 0x90, 0x80, 0x80},
            {0xf5, 0x80, 0x80, 0x80},
            {0xf8, 0x88, 0x80, 0x80, 0x80},
            {0xfc, 0x84, 0x80, 0x80, 0x80, 0x80},
            {0xfe},
            {0xff},
            {0xe9}
        };
        for (int[] sequence : sequences) {
            String hex = Arrays.stream(sequence)
                    .mapToObj(Integer::toHexString)
                    .toList()
                    .toString();
            add("UTF-8 in type: " + hex, splice("{\"type\":\"a", sequence, "\",\"data\":{}}"));
            add("UTF-8 in data: " + hex, splice("{\"type\":\"a\",\"data\":{\"c\":\"x", sequence, "y\"}}"));
            add("UTF-8 in a name: " + hex, splice("{\"type\":\"a\",\"data\":{\"x", sequence, "\":1}}"));
            add("UTF-8 outside strings: " + hex, splice("{\"type\":\"a\",", sequence, "\"data\":1}"));
        }
    }

    private void otherEncodings() {
        String frame = "{\"type\":\"a\",\"data\":{\"c\":\"é\"}}";
        add("byte order mark", "\ufeff" + frame);
        for (Charset charset :
                List.of(UTF_16BE, UTF_16LE, Charset.forName("UTF-32BE"), Charset.forName("UTF-32LE"), ISO_8859_1)) {
            add(charset.name(), frame.getBytes(charset));
        }
        add("UTF-16 with byte order mark", ("\ufeff" + frame).getBytes(UTF_16BE));
        add("binary", new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0});
    }

    private static byte[] splice(String before, int[] bytes, String after) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before.getBytes(UTF_8));
        Arrays.stream(bytes).forEach(out::write);
        out.writeBytes(after.getBytes(UTF_8));
        return out.toByteArray();
    }

    private void add(String name, String frame) {
        add(name, frame.getBytes(UTF_8));
    }

    private void add(String name, byte[] frame) {
        frames.add(new BrokenFrame(name.length() > 100 ? name.substring(0, 100) : name, frame));
    }
}

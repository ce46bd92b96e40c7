package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

class PartialJsonTest {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private static Object value(String json) {
        return PartialJson.EMPTY.append(json).value();
    }

    @Test
    void readsAsFarAsItHasCome() {
        assertThat(PartialJson.EMPTY.hasValue()).isFalse();
        assertThat(value("{")).isEqualTo(Map.of());
        assertThat(value("{\"na")).isEqualTo(Map.of());
        assertThat(value("{\"name\":")).isEqualTo(Map.of());
        assertThat(value("{\"name\":\"Ad")).isEqualTo(Map.of("name", "Ad"));
        assertThat(value("{\"name\":\"Ada\",\"tags\":[\"a\",\"b"))
                .isEqualTo(Map.of("name", "Ada", "tags", List.of("a", "b")));
        assertThat(value("{\"n\":12")).isEqualTo(Map.of("n", 12L));
        assertThat(value("{\"n\":-")).isEqualTo(Map.of());
        assertThat(value("{\"n\":1.5e")).isEqualTo(Map.of());
        assertThat(value("{\"yes\":tr")).isEqualTo(Map.of());
        assertThat(value("{\"yes\":true")).isEqualTo(Map.of());
        assertThat(value("{\"yes\":true}")).isEqualTo(Map.of("yes", true));
        assertThat(value("[1.50, 123456789012345678901234567890 ]"))
                .isEqualTo(List.of(new BigDecimal("1.50"), new BigInteger("123456789012345678901234567890")));
    }

    @Test
    void knowsWhenItIsWhole() {
        assertThat(PartialJson.EMPTY.append("{\"a\":[null]").isComplete()).isFalse();
        PartialJson whole = PartialJson.EMPTY.append("{\"a\":[null]} ");
        assertThat(whole.isComplete()).isTrue();
        assertThat(whole.isBroken()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "{a",
                "{\"a\" 1",
                "{\"a\":1 2",
                "{\"a\":1,}",
                "[1,]",
                "[}",
                "{]",
                "\"\\x\"",
                "\"\\u12g",
                "[trux]",
                "[1-]",
                "{} {"
            })
    void breaksAtWhatCannotStandThere(String json) {
        assertThat(PartialJson.EMPTY.append(json).isBroken()).isTrue();
        assertThat(PartialJson.EMPTY.append(json).append("\"more\":1}").isBroken())
                .isTrue();
    }

    @Test
    void keepsWhatItHadWhenItBreaks() {
        assertThat(value("{\"a\":1,!")).isEqualTo(Map.of("a", 1L));
    }

    @Test
    void isNotLedDeeperThanEverywhereElse() {
        PartialJson deep = PartialJson.EMPTY.append("[".repeat(200));
        assertThat(deep.isBroken()).isFalse();
        assertThat(deep.append("[").isBroken()).isTrue();
    }

    @Test
    void anEarlierStateStaysWhatItWas() {
        PartialJson before = PartialJson.EMPTY.append("{\"a\":[1,\"tw");
        PartialJson one = before.append("o\"]}");
        PartialJson other = before.append("enty\"");

        assertThat(before.value()).isEqualTo(Map.of("a", List.of(1L, "tw")));
        assertThat(one.value()).isEqualTo(Map.of("a", List.of(1L, "two")));
        assertThat(other.value()).isEqualTo(Map.of("a", List.of(1L, "twenty")));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void givesTheSameCutAnywhere(long seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 200; round++) {
            JsonNode tree = tree(random, 4);
            String text = random.nextBoolean() ? tree.toString() : tree.toPrettyString();
            PartialJson read = PartialJson.EMPTY;
            int at = 0;
            while (at < text.length()) {
                int to = Math.min(text.length(), at + 1 + random.nextInt(4));
                read = read.append(text.substring(at, to));
                read.value();
                assertThat(read.isBroken()).as(text).isFalse();
                at = to;
            }
            assertThat(read.isComplete()).as(text).isTrue();
            assertThat(MAPPER.valueToTree(read.value()).toString()).isEqualTo(tree.toString());
        }
    }

    private static JsonNode tree(Random random, int depth) {
        if (random.nextBoolean()) {
            ObjectNode object = MAPPER.createObjectNode();
            for (int i = random.nextInt(5); i > 0; i--) {
                object.set(text(random), depth == 0 ? leaf(random) : either(random, depth));
            }
            return object;
        }
        ArrayNode array = MAPPER.createArrayNode();
        for (int i = random.nextInt(5); i > 0; i--) {
            array.add(depth == 0 ? leaf(random) : either(random, depth));
        }
        return array;
    }

    private static JsonNode either(Random random, int depth) {
        return random.nextInt(3) == 0 ? tree(random, depth - 1) : leaf(random);
    }

    private static JsonNode leaf(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> MAPPER.valueToTree(random.nextInt() - 500);
            case 1 -> MAPPER.valueToTree(new BigDecimal(random.nextInt(10_000)).movePointLeft(3));
            case 2 -> MAPPER.valueToTree(random.nextBoolean());
            case 3 -> MAPPER.nullNode();
            default -> MAPPER.valueToTree(text(random));
        };
    }

    private static String text(Random random) {
        List<String> pieces = new ArrayList<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            pieces.add(List.of("a", "\"", "\\", "\n", "\u0001", "ä", "😀", "{", "]")
                    .get(random.nextInt(9)));
        }
        return String.join("", pieces);
    }
}

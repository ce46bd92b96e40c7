package io.agentruntime.nookplot;

import io.agentruntime.error.SigningRefusedException;
import io.agentruntime.nookplot.TypedData.Domain;
import io.agentruntime.nookplot.TypedData.Field;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Looks at what the gateway asks to sign before it is signed. A signed request acts in the agent's name on the chain, so
 * whatever this does not understand to the last field is refused.
 */
final class ForwardRequestCheck {

    static final Duration MAX_AHEAD = Duration.ofHours(1);

    private static final String TYPE = "ForwardRequest";
    private static final Map<String, Pattern> FIELD_TYPES = new HashMap<>();

    static {
        // The widths of numbers are the contract's choice: deadline is a uint48 in OpenZeppelin's forwarder.
        Pattern uint = Pattern.compile("uint(8|16|24|32|40|48|56|64|72|80|88|96|104|112|120|128"
                + "|136|144|152|160|168|176|184|192|200|208|216|224|232|240|248|256)");
        List.of("value", "gas", "nonce", "deadline").forEach(name -> FIELD_TYPES.put(name, uint));
        List.of("from", "to").forEach(name -> FIELD_TYPES.put(name, Pattern.compile("address")));
        FIELD_TYPES.put("data", Pattern.compile("bytes"));
    }

    private static final Set<String> DOMAIN_FIELDS = Set.of("name", "version", "chainId", "verifyingContract");
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-fA-F]{40}");
    private static final Pattern BYTES = Pattern.compile("0x([0-9a-fA-F]{2})*");
    private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,77}"); // 2^256 has 78 digits
    private static final int LONGEST_SHOWN = 80;

    private final PreparedTransaction transaction;
    private final String own;
    private final Instant now;

    private ForwardRequestCheck(PreparedTransaction transaction, String own, Instant now) {
        this.transaction = transaction;
        this.own = own;
        this.now = now;
    }

    /**
     * The document to sign.
     *
     * @param own the address of the key that is to sign
     * @throws SigningRefusedException when anything is not as it must be
     */
    static TypedData check(PreparedTransaction transaction, String own, Instant now) {
        return new ForwardRequestCheck(transaction, own, now).document();
    }

    private TypedData document() {
        String primaryType = transaction.primaryType();
        if (primaryType != null && !primaryType.equals(TYPE)) {
            throw new SigningRefusedException("primaryType", "must be " + TYPE, shown(primaryType));
        }
        checkMeaning();
        List<Field> fields = fields();
        return new TypedData(TYPE, fields, domain(), message(fields));
    }

    /** The type: the seven fields that are checked, each once, and no other, in whatever order. */
    private List<Field> fields() {
        JsonNode type = transaction.types().get(TYPE);
        String where = "types." + TYPE;
        if (type == null || !type.isArray()) {
            throw refused(where, "must be a list of fields", type);
        }
        List<Field> fields = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (JsonNode member : type) {
            String name = member.path("name").asString("");
            Pattern known = FIELD_TYPES.get(name);
            String memberType = member.path("type").asString("");
            if (known == null || !known.matcher(memberType).matches() || !seen.add(name)) {
                throw refused(where, "must have the fields of a " + TYPE + ", each once and of its type", member);
            }
            fields.add(new Field(name, memberType));
        }
        if (seen.size() != FIELD_TYPES.size()) {
            throw refused(where, "must have all the fields " + FIELD_TYPES.keySet(), type);
        }
        return fields;
    }

    private Domain domain() {
        JsonNode domain = transaction.domain();
        if (!domain.isObject() || !Set.copyOf(domain.propertyNames()).equals(DOMAIN_FIELDS)) {
            throw refused("domain", "must have the fields " + DOMAIN_FIELDS + " and no other", domain);
        }
        BigInteger chainId = number("domain.chainId", domain.get("chainId"));
        if (chainId.signum() == 0) {
            throw refused("domain.chainId", "must be positive", domain.get("chainId"));
        }
        return new Domain(
                text("domain.name", domain.get("name")),
                text("domain.version", domain.get("version")),
                chainId,
                hex("domain.verifyingContract", domain.get("verifyingContract"), ADDRESS));
    }

    private Map<String, Object> message(List<Field> fields) {
        Map<String, Object> message = new HashMap<>();
        for (Field field : fields) {
            JsonNode value = transaction.forwardRequest().get(field.name());
            String where = "forwardRequest." + field.name();
            switch (field.type()) {
                case "address" -> message.put(field.name(), hex(where, value, ADDRESS));
                case "bytes" -> message.put(field.name(), hex(where, value, BYTES));
                default -> message.put(field.name(), number(where, value, field.type()));
            }
        }
        return message;
    }

    private void checkMeaning() {
        JsonNode request = transaction.forwardRequest();
        String from = hex("forwardRequest.from", request.get("from"), ADDRESS);
        if (!from.equalsIgnoreCase(own)) {
            throw new SigningRefusedException("forwardRequest.from", "must be the key's address " + own, from);
        }
        if (number("forwardRequest.value", request.get("value")).signum() != 0) {
            throw refused("forwardRequest.value", "must be \"0\"", request.get("value"));
        }
        BigInteger deadline = number("forwardRequest.deadline", request.get("deadline"));
        long latest = now.plus(MAX_AHEAD).getEpochSecond();
        if (deadline.compareTo(BigInteger.valueOf(now.getEpochSecond())) <= 0
                || deadline.compareTo(BigInteger.valueOf(latest)) > 0) {
            throw refused(
                    "forwardRequest.deadline",
                    "must be ahead of this machine's clock (" + now.getEpochSecond() + "), by an hour at most",
                    request.get("deadline"));
        }
    }

    private static String text(String where, @Nullable JsonNode value) {
        if (value == null || !value.isString() || value.stringValue().isBlank()) {
            throw refused(where, "must be a text", value);
        }
        return value.stringValue();
    }

    private static String hex(String where, @Nullable JsonNode value, Pattern form) {
        if (value == null
                || !value.isString()
                || !form.matcher(value.stringValue()).matches()) {
            throw refused(where, form == ADDRESS ? "must be an address" : "must be bytes in hex", value);
        }
        return value.stringValue();
    }

    private static BigInteger number(String where, @Nullable JsonNode value, String type) {
        BigInteger number = number(where, value);
        if (number.bitLength() > Integer.parseInt(type.substring("uint".length()))) {
            throw refused(where, "must fit " + type, value);
        }
        return number;
    }

    /** A whole number, as a decimal string or as a number of JSON. */
    private static BigInteger number(String where, @Nullable JsonNode value) {
        if (value == null
                || !(value.isString() || value.isIntegralNumber())
                || !NUMBER.matcher(value.asString()).matches()) {
            throw refused(where, "must be a whole number", value);
        }
        return new BigInteger(value.asString());
    }

    private static SigningRefusedException refused(String where, String rule, @Nullable JsonNode value) {
        return new SigningRefusedException(where, rule, value == null ? "missing" : shown(value.toString()));
    }

    /** Bounded, on one line: it goes into messages and logs. */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints()
                .limit(LONGEST_SHOWN)
                .map(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }
}

package io.agentruntime.json;

import static java.nio.charset.StandardCharsets.UTF_8;

/** The name of a field to look for in JSON text, prepared once. Immutable. */
public final class JsonName {

    private final String name;

    /** As it is written in UTF-8. */
    final byte[] text;

    private JsonName(String name) {
        this.name = name;
        this.text = name.getBytes(UTF_8);
    }

    /** The field of this name. */
    public static JsonName of(String name) {
        return new JsonName(name);
    }

    /** The fields of these names. */
    public static JsonName[] of(String... names) {
        JsonName[] all = new JsonName[names.length];
        for (int i = 0; i < names.length; i++) {
            all[i] = new JsonName(names[i]);
        }
        return all;
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}

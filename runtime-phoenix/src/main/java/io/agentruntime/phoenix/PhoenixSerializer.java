package io.agentruntime.phoenix;

/** The version of the protocol that a socket speaks; the server is told in the parameter {@code vsn}. */
public enum PhoenixSerializer {

    /** Version 1, JSON objects: for servers before Phoenix 1.3. Nothing binary. */
    V1("1.0.0"),

    /** Version 2, JSON arrays and binary frames. The default. */
    V2("2.0.0");

    private final String vsn;

    PhoenixSerializer(String vsn) {
        this.vsn = vsn;
    }

    String vsn() {
        return vsn;
    }
}

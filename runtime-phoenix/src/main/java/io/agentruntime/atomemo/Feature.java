package io.agentruntime.atomemo;

import java.util.Map;

/** What a plugin offers to the platform. */
public sealed interface Feature permits Tool, Credential, Model {

    /** The kinds of features, each with names of its own. */
    enum Kind {
        CREDENTIAL("credentials"),
        MODEL("models"),
        TOOL("tools");

        private final String listName;

        Kind(String listName) {
            this.listName = listName;
        }

        /** The field of a plugin's definition that lists them. */
        String listName() {
            return listName;
        }
    }

    /** What it is. */
    Kind kind();

    /** Its name, unique among those of its kind. */
    String name();

    /** As the hub gets it: maps, lists, texts, numbers and booleans, without functions. Not to be changed. */
    Map<String, Object> definition();

    /** Errors: {@link io.agentruntime.error.InvalidOptionException} when it is not what the platform demands. */
    void check();
}

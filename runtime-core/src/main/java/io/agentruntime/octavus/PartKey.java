package io.agentruntime.octavus;

/** A part that has not ended, by what its events name it with. */
record PartKey(Kind kind, String id) {

    private enum Kind {
        TEXT,
        REASONING,
        TOOL,
        OPERATION
    }

    static PartKey text(String id) {
        return new PartKey(Kind.TEXT, id);
    }

    static PartKey reasoning(String id) {
        return new PartKey(Kind.REASONING, id);
    }

    static PartKey tool(String toolCallId) {
        return new PartKey(Kind.TOOL, toolCallId);
    }

    static PartKey operation(String blockId) {
        return new PartKey(Kind.OPERATION, blockId);
    }
}

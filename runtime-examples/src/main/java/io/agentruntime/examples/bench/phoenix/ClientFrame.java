package io.agentruntime.examples.bench.phoenix;

/**
 * A client's frame, cut into its five elements: quick, and enough for the clients here, whose headers have no escapes.
 *
 * @param joinRef JSON, as are all others but the event
 */
record ClientFrame(String joinRef, String ref, String topic, String event, String payload) {

    static ClientFrame of(String text) {
        int joinRefEnd = text.indexOf(',');
        int refEnd = text.indexOf(',', joinRefEnd + 1);
        int topicEnd = text.indexOf(',', refEnd + 1);
        int eventEnd = text.indexOf(',', topicEnd + 1);
        String event = text.substring(topicEnd + 1, eventEnd).strip();
        return new ClientFrame(
                text.substring(text.indexOf('[') + 1, joinRefEnd),
                text.substring(joinRefEnd + 1, refEnd),
                text.substring(refEnd + 1, topicEnd),
                event.substring(1, event.length() - 1),
                text.substring(eventEnd + 1, text.lastIndexOf(']')));
    }

    String reply(String response) {
        return "[" + joinRef + "," + ref + "," + topic + ",\"phx_reply\",{\"status\":\"ok\",\"response\":" + response
                + "}]";
    }

    String push(String pushed, String content) {
        return "[" + joinRef + ",null," + topic + ",\"" + pushed + "\"," + content + "]";
    }
}

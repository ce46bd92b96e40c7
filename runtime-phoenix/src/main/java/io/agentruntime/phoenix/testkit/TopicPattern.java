package io.agentruntime.phoenix.testkit;

/** A topic, or with {@code *} at its end every topic that begins so, as in a Phoenix socket. */
record TopicPattern(String text) {

    TopicPattern {
        int star = text.indexOf('*');
        if (text.isEmpty() || (star >= 0 && star != text.length() - 1)) {
            throw new IllegalArgumentException("A topic pattern may have a * at its end only: " + text);
        }
    }

    boolean matches(String topic) {
        return text.endsWith("*") ? topic.startsWith(text.substring(0, text.length() - 1)) : topic.equals(text);
    }
}

package io.agentruntime.examples.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One line of a child process to its parent: a word, then {@code name=value} pairs, e.g. {@code round count=20}. Values
 * hold no blanks.
 */
public final class Report {

    /** Tells reports from whatever else a process prints. */
    static final String MARK = "@ ";

    private final String word;
    private final Map<String, String> values = new LinkedHashMap<>();

    private Report(String word) {
        this.word = word;
    }

    /** Begins a report. */
    public static Report of(String word) {
        return new Report(word);
    }

    /** Adds a pair. */
    public Report with(String name, Object value) {
        values.put(name, String.valueOf(value));
        return this;
    }

    /** Prints it, in the child process. */
    public void send() {
        System.out.println(MARK + this);
        System.out.flush();
    }

    static Report parse(String line) {
        String[] words = line.substring(MARK.length()).split(" ", -1);
        Report report = new Report(words[0]);
        for (int i = 1; i < words.length; i++) {
            String[] pair = words[i].split("=", 2);
            report.values.put(pair[0], pair[1]);
        }
        return report;
    }

    /** The word it begins with. */
    public String word() {
        return word;
    }

    /** A value as text. */
    public String text(String name) {
        String value = values.get(name);
        if (value == null) {
            throw new IllegalStateException("'" + this + "' has no " + name);
        }
        return value;
    }

    /** A value as a whole number. */
    public long number(String name) {
        return Long.parseLong(text(name));
    }

    @Override
    public String toString() {
        StringBuilder line = new StringBuilder(word);
        values.forEach(
                (name, value) -> line.append(' ').append(name).append('=').append(value));
        return line.toString();
    }
}

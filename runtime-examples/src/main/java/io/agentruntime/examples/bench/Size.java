package io.agentruntime.examples.bench;

/** The size of a benchmark: from a system property, so that a short run needs no other program. */
public final class Size {

    private Size() {}

    /** The value of {@code -Dbench.<name>=...}, a positive whole number, or the default. */
    public static int of(String name, int byDefault) {
        String property = "bench." + name;
        String text = System.getProperty(property, "");
        if (text.isEmpty()) {
            return byDefault;
        }
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("-D" + property + "=" + text + " is not a number", e);
        }
        if (value < 1) {
            throw new IllegalArgumentException("-D" + property + "=" + text + " is not positive");
        }
        return value;
    }
}

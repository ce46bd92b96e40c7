package io.agentruntime.spring;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.error.RuntimeClientException;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** A property of the application has a value that cannot work, or is missing. */
public final class InvalidPropertyException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z])(?=[A-Z])");

    private final String property;
    private final String problem;

    InvalidPropertyException(String property, String problem) {
        this(property, problem, null);
    }

    private InvalidPropertyException(String property, String problem, @Nullable Throwable cause) {
        super("Property '" + property + "' " + problem, cause);
        this.property = property;
        this.problem = problem;
    }

    /**
     * Builds what properties describe. A builder's complaint about an option becomes one about its property, which has the
     * same name in kebab case.
     *
     * @param prefix what the properties' names begin with, e.g. {@code nookplot}
     */
    public static <T> T naming(String prefix, Supplier<T> building) {
        try {
            return building.get();
        } catch (InvalidOptionException e) {
            throw new InvalidPropertyException(prefix + "." + kebab(e.option()), e.problem(), e);
        }
    }

    /** The size that an option takes as a number of bytes. */
    public static int toInt(String option, DataSize size) {
        if (size.toBytes() > Integer.MAX_VALUE) {
            throw new InvalidOptionException(option, size, "must be less than 2 GB");
        }
        return (int) size.toBytes();
    }

    private static String kebab(String option) {
        return HUMP.matcher(option).replaceAll("-").toLowerCase(Locale.ROOT);
    }

    /** The property's name, e.g. {@code nookplot.liveness-timeout}. */
    public String property() {
        return property;
    }

    /** What is wrong with it; shows no secret. */
    public String problem() {
        return problem;
    }
}

package io.agentruntime.atomemo;

import io.agentruntime.error.RuntimeClientException;
import java.util.Locale;

/** A tool, credential or model is asked for that the plugin does not have. */
public final class UnknownFeatureException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    UnknownFeatureException(Feature.Kind kind, String name) {
        super("No " + kind.name().toLowerCase(Locale.ROOT) + " '" + name + "' is registered");
    }
}

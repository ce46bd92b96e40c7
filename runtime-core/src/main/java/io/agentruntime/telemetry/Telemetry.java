package io.agentruntime.telemetry;

/**
 * Watches runtimes: given to a builder as {@code telemetry(...)}, to several where they are to be seen as one. {@code
 * io.agentruntime.micrometer.MicrometerTelemetry} is the one that comes with the library.
 */
@FunctionalInterface
public interface Telemetry {

    /**
     * A runtime has been built. Called once for each, which closes what it gets when it is closed for good.
     *
     * @param protocol {@code nookplot}, {@code phoenix}, {@code atomemo}, {@code codebolt} or {@code octavus}
     */
    Recorder open(String protocol);

    /** Nothing is watched, and nothing is spent on it. The default. */
    static Telemetry none() {
        return protocol -> Recorder.NONE;
    }
}

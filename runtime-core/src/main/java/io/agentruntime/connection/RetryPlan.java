package io.agentruntime.connection;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What to do about a failure of a run, and how long to wait before. */
final class RetryPlan {

    private static final Logger log = LoggerFactory.getLogger(ConnectionEngine.class);

    private static final Duration DELAY_OF_LAST_RESORT = Duration.ofSeconds(30);

    private final ConnectionOptions options;

    RetryPlan(ConnectionOptions options) {
        this.options = options;
    }

    Verdict judge(Run<?> run, Throwable error) {
        try {
            return options.classifier()
                    .classify(new Failure(error, run.retries, run.established, options.refreshable(), run.refreshed));
        } catch (RuntimeException e) {
            log.warn("The failure classifier of {} threw; the failure is retried", options.name(), e);
            return Verdict.RETRY;
        }
    }

    /** Whether the run goes on after a failure with this verdict. */
    boolean retries(Run<?> run, Verdict verdict) {
        return verdict != Verdict.TERMINAL && run.retries < options.reconnect().maxRetries();
    }

    /** The delay before the next retry: the policy's, but not less than the server asked for. */
    Duration delay(Run<?> run, Throwable error, Verdict verdict) {
        return options.reconnect().heeding(error, ownDelay(run, verdict), options.random());
    }

    private Duration ownDelay(Run<?> run, Verdict verdict) {
        DelayStrategy delays = options.reconnect().delays();
        try {
            return verdict == Verdict.RETRY_AT_LONGEST_DELAY
                    ? delays.longest(options.random())
                    : delays.delay(run.retries, run.lastDelay, options.random());
        } catch (RuntimeException e) {
            log.warn("The delay strategy of {} threw; the retry waits {}", options.name(), DELAY_OF_LAST_RESORT, e);
            return DELAY_OF_LAST_RESORT;
        }
    }
}

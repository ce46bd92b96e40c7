package io.agentruntime.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The guards find what they are there for, on this JDK as well. With findings of their own, or the run would fail. */
class GuardsTest {

    private final Findings findings = new Findings("Found");

    @Test
    void reportsAResourceThatWasDroppedUnreleased() {
        LeakGuard guard = new LeakGuard(findings);
        drop(guard.newResourceLeakDetector(Object.class, 1));

        guard.surface();

        assertThat(findings.drain()).hasSize(2).first().isEqualTo("[GUARD] Found: 1");
    }

    @Test
    void reportsNoResourceThatWasReleased() {
        LeakGuard guard = new LeakGuard(findings);
        Object resource = new Object();
        guard.newResourceLeakDetector(Object.class, 1).track(resource).close(resource);

        guard.surface();

        assertThat(findings.drain()).isEmpty();
    }

    @Test
    void looksAtEveryBuffer() {
        assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
    }

    @Test
    void findsASecretInMessageThrowableAndMdc() {
        Logger logger = watchedLogger();

        logger.trace("sent {}", "key-" + Secrets.MARKER);
        logger.warn("failed", new IllegalStateException("oops", new IllegalStateException("ticket " + Secrets.MARKER)));
        try (MDC.MDCCloseable ignored = MDC.putCloseable("token", Secrets.MARKER)) {
            logger.debug("harmless");
        }

        assertThat(String.join("\n", findings.drain()))
                .contains(
                        "Found: 3", "TRACE of logger watched, in the message: sent key-***", "ticket ***", "MDC token")
                .doesNotContain(Secrets.MARKER);
    }

    @Test
    void findsASecretInBase64AtAnyAlignment() {
        Logger logger = watchedLogger();

        for (String user : new String[] {"", "a", "ab", "abc"}) {
            String credentials = user + ":" + Secrets.MARKER + "-password";
            logger.info("Basic {}", Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8)));
        }

        assertThat(findings.drain()).first().isEqualTo("[GUARD] Found: 4");
    }

    @Test
    void findsARegisteredSecret() {
        Secrets.register("0xfeedfacecafebeef");

        assertThatThrownBy(() -> Secrets.assertNoneIn(new IllegalStateException("key 0xfeedfacecafebeef")))
                .hasMessageContaining("key ***");
        Secrets.assertNoneIn(new IllegalStateException("key 0x..."));
    }

    @Test
    void watchesAllLoggersAtTrace() {
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

        assertThat(root.getLevel()).isEqualTo(Level.TRACE);
        assertThat(root.getAppender("secrets")).isInstanceOf(SecretGuard.class);
    }

    @Test
    void catchesABlockingCallOnANonBlockingThread() {
        Scheduler eventLoop = Schedulers.newParallel(BlockingGuard.SELF_TEST_THREADS, 1, true);
        Mono<Void> sleeping = Mono.fromCallable(() -> {
                    TimeUnit.MILLISECONDS.sleep(1);
                    return null;
                })
                .subscribeOn(eventLoop)
                .then();
        try {
            assertThat(catchThrowable(sleeping::block)).hasRootCauseInstanceOf(BlockingOperationError.class);
        } finally {
            eventLoop.dispose();
        }
    }

    private Logger watchedLogger() {
        LoggerContext context = new LoggerContext();
        context.setMDCAdapter(((LoggerContext) LoggerFactory.getILoggerFactory()).getMDCAdapter());
        SecretGuard guard = new SecretGuard(findings);
        guard.setContext(context);
        guard.start();
        Logger logger = context.getLogger("watched");
        logger.setLevel(Level.TRACE);
        logger.addAppender(guard);
        return logger;
    }

    /** In a method of its own, so that no frame holds the object when the collector runs. */
    private static void drop(ResourceLeakDetector<Object> detector) {
        ResourceLeakTracker<Object> tracker = detector.track(new Object());
        assertThat(tracker).isNotNull();
    }
}

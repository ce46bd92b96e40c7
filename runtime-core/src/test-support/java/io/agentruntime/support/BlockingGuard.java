package io.agentruntime.support;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.blockhound.integration.BlockHoundIntegration;

/**
 * Takes BlockHound's errors as findings.
 *
 * <p>BlockHound throws where the call is made, and there a pipeline may swallow the error or turn it into a reconnect.
 */
public final class BlockingGuard implements BlockHoundIntegration {

    /** Threads whose name starts so may be blocked by the test that shows BlockHound at work. */
    static final String SELF_TEST_THREADS = "blocking-guard-self-test";

    @Override
    public void applyTo(BlockHound.Builder builder) {
        builder.blockingMethodCallback(method -> {
            BlockingOperationError error = new BlockingOperationError(method);
            Thread thread = Thread.currentThread();
            if (!thread.getName().startsWith(SELF_TEST_THREADS)) {
                Findings.BLOCKING.add(method + " on thread " + thread.getName() + stackOf(error));
            }
            throw error;
        });
        // The guard that looks for secrets runs inside the logging of library code; so does the format of its report.
        builder.allowBlockingCallsInside(SecretGuard.class.getName(), "append");
        // Netty's allocator grows under a lock held for a few instructions, seldom, when threads compete for it.
        builder.allowBlockingCallsInside(
                "io.netty.buffer.AdaptivePoolingAllocator$MagazineGroup", "tryExpandMagazines");
        // Jackson looks a class over under a lock, without I/O, when it reads one for the first time.
        builder.allowBlockingCallsInside(
                "tools.jackson.databind.deser.DeserializerCache", "_createAndCacheValueDeserializer");
        // Virtual time has its tasks in one queue, also where a test gives the same to several event loops.
        for (String method : List.of("offer", "poll", "peek", "remove", "size", "isEmpty")) {
            builder.allowBlockingCallsInside("java.util.concurrent.PriorityBlockingQueue", method);
        }
    }

    private static String stackOf(Throwable error) {
        return Arrays.stream(error.getStackTrace())
                .map(frame -> System.lineSeparator() + "\tat " + frame)
                .collect(Collectors.joining());
    }
}

package io.agentruntime.support;

import static com.tngtech.archunit.base.DescribedPredicate.describe;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMember;
import java.util.Map;
import java.util.regex.Pattern;

/** Calls, method references and field accesses that library code does not make: declaring type to member. */
final class ForbiddenCalls {

    static final DescribedPredicate<JavaAccess<?>> WAITING = access(
            "waits",
            Map.ofEntries(
                    Map.entry("java.lang.Object", "wait"),
                    Map.entry("java.lang.Thread", "sleep|join"),
                    Map.entry("java.lang.Process", "waitFor"),
                    Map.entry("java.util.concurrent.TimeUnit", "sleep|timedJoin|timedWait"),
                    Map.entry("java.util.concurrent.locks.LockSupport", "park.*"),
                    Map.entry("java.util.concurrent.locks.Condition", "await.*"),
                    Map.entry("java.util.concurrent.CountDownLatch", "await"),
                    Map.entry("java.util.concurrent.CyclicBarrier", "await"),
                    Map.entry("java.util.concurrent.Phaser", "await.*|arriveAndAwait.*"),
                    Map.entry("java.util.concurrent.Semaphore", "acquire.*"),
                    Map.entry("java.util.concurrent.BlockingQueue", "put|take"),
                    Map.entry("java.util.concurrent.ExecutorService", "awaitTermination|invokeAll|invokeAny"),
                    Map.entry("java.util.concurrent.Future", "get|join"),
                    Map.entry("io.netty.util.concurrent.Future", "sync.*|await.*"),
                    Map.entry("reactor.core.publisher.Mono", "block|blockOptional"),
                    Map.entry("reactor.core.publisher.Flux", "blockFirst|blockLast|toIterable|toStream"),
                    Map.entry("reactor.netty.DisposableChannel", "disposeNow"),
                    Map.entry("reactor.netty.transport.ClientTransport", "connectNow")));

    static final DescribedPredicate<JavaAccess<?>> STARTING_THREADS = access(
            "starts threads",
            Map.of(
                    "java.lang.Thread", "<init>|start|ofVirtual|ofPlatform|startVirtualThread",
                    "java.util.Timer", "<init>",
                    "java.util.concurrent.ThreadPoolExecutor", "<init>",
                    "java.util.concurrent.ForkJoinPool", "<init>|commonPool",
                    "java.util.concurrent.Executors", ".*"));

    static final DescribedPredicate<JavaAccess<?>> ENDING_THE_PROCESS =
            access("ends the process", Map.of("java.lang.System", "exit", "java.lang.Runtime", "exit|halt"));

    static final DescribedPredicate<JavaAccess<?>> PRINTING = access(
            "prints",
            Map.of(
                    "java.lang.System", "out|err",
                    "java.lang.Throwable", "printStackTrace",
                    "java.lang.Thread", "dumpStack"));

    private ForbiddenCalls() {}

    private static DescribedPredicate<JavaAccess<?>> access(String what, Map<String, String> members) {
        return describe(
                what,
                access -> members.entrySet().stream()
                        .anyMatch(member -> Pattern.matches(member.getValue(), access.getName())
                                && declaringType(access).isAssignableTo(member.getKey())
                                && !isOverloadOfObject(access, member.getKey())));
    }

    /** Where the member is declared, which may be a supertype of what the call names. */
    private static JavaClass declaringType(JavaAccess<?> access) {
        return access.getTarget().resolveMember().map(JavaMember::getOwner).orElse(access.getTargetOwner());
    }

    /** Every type is an Object, and may have a {@code wait} of its own. */
    private static boolean isOverloadOfObject(JavaAccess<?> access, String type) {
        return type.equals("java.lang.Object") && !declaringType(access).isEquivalentTo(Object.class);
    }
}

package io.agentruntime.support;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks for {@link Secrets} in every log event, at every level: in the message as a reader would see it, in the
 * throwables with their causes, and in the MDC. Attached to the root logger by {@code logback-test.xml}.
 */
public final class SecretGuard extends UnsynchronizedAppenderBase<ILoggingEvent> {

    private final Findings findings;

    public SecretGuard() {
        this(Findings.SECRETS);
    }

    SecretGuard(Findings findings) {
        this.findings = findings;
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (Secrets.find(event.getFormattedMessage()) != null) {
            report(event, "message", event.getFormattedMessage());
        }
        scan(event, event.getThrowableProxy());
        for (Map.Entry<String, String> entry : event.getMDCPropertyMap().entrySet()) {
            if (Secrets.find(entry.getValue()) != null) {
                report(event, "MDC " + entry.getKey(), entry.getValue());
            }
        }
    }

    private void scan(ILoggingEvent event, @Nullable IThrowableProxy thrown) {
        if (thrown == null || thrown.isCyclic()) {
            return;
        }
        if (Secrets.find(thrown.getMessage()) != null) {
            report(event, "message of " + thrown.getClassName(), thrown.getMessage());
        }
        scan(event, thrown.getCause());
        for (IThrowableProxy suppressed : thrown.getSuppressed()) {
            scan(event, suppressed);
        }
    }

    private void report(ILoggingEvent event, String where, String text) {
        StackTraceElement[] callers = event.getCallerData();
        findings.add(event.getLevel() + " of logger " + event.getLoggerName() + ", in the " + where + ": "
                + Secrets.redact(text) + (callers.length == 0 ? "" : System.lineSeparator() + "\tat " + callers[0]));
    }
}

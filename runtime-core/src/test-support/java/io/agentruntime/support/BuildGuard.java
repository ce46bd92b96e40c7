package io.agentruntime.support;

import java.util.ArrayList;
import java.util.List;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/**
 * Fails the test run when a guard has found something.
 *
 * <p>A listener of the session, because JUnit only logs what a listener of the test plan throws, and because a session
 * closes after all engines: a leak of the last test counts as well.
 */
public final class BuildGuard implements LauncherSessionListener {

    /** For runs that open a session for each test, where a search for leaks would take longer than the test. */
    private static final boolean OFF = "off".equals(System.getProperty("guards"));

    @Override
    public void launcherSessionOpened(LauncherSession session) {
        if (!OFF) {
            LeakGuard.install();
        }
    }

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        if (OFF) {
            return;
        }
        LeakGuard.surfaceLeaks();

        List<String> report = new ArrayList<>();
        for (Findings findings : List.of(Findings.LEAKS, Findings.SECRETS, Findings.BLOCKING)) {
            report.addAll(findings.drain());
        }
        if (!report.isEmpty()) {
            report.forEach(System.err::println);
            throw new AssertionError("The guards of the test run found problems: see the [GUARD] lines of its output");
        }
    }
}

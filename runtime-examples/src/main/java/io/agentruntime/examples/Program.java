package io.agentruntime.examples;

import java.io.PrintStream;
import java.util.List;
import java.util.Map;

/**
 * One runnable program. {@link Main} lists the known ones.
 *
 * @param name what the user types to start it
 * @param summary one line on what it shows
 * @param job what it does
 */
record Program(String name, String summary, JobWithOptions job) {

    /** One that looks at no options. */
    Program(String name, String summary, Job job) {
        this(name, summary, (options, environment, out) -> job.run(environment, out));
    }

    /** What a program does that has options. */
    @FunctionalInterface
    interface JobWithOptions {

        /**
         * As {@link Job#run}.
         *
         * @param options what the user typed behind the name
         */
        String run(List<String> options, Map<String, String> environment, PrintStream out) throws Exception;
    }

    /** What a program does. */
    @FunctionalInterface
    interface Job {

        /**
         * Runs to the end and prints its progress on the way.
         *
         * @param environment the environment variables
         * @param out where the progress goes
         * @return what was shown, in one line
         * @throws Exception when it could not be shown; the process then exits with 1
         */
        String run(Map<String, String> environment, PrintStream out) throws Exception;
    }
}

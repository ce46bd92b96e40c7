package io.agentruntime.examples;

/** One runnable program. {@link Main} lists the known ones. */
interface Program {

    /** What the user types to start it. */
    String name();

    /** One line on what it shows. */
    String summary();

    /**
     * Runs to the end and prints its progress on the way.
     *
     * @return what was shown, in one line
     * @throws Exception when it could not be shown; the process then exits with 1
     */
    String run() throws Exception;
}

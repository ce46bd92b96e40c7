/**
 * Runnable programs that show the library at work, on an embedded gateway unless told otherwise.
 *
 * <p>{@link io.agentruntime.examples.Main} starts one of them by name. A program prints progress a person can follow,
 * and what it has shown is the last line of its output; the process exits 0 only when that was really shown.
 */
@NullMarked
package io.agentruntime.examples;

import org.jspecify.annotations.NullMarked;

package io.agentruntime.atomemo;

/**
 * Who has written a plugin.
 *
 * @param name the name
 * @param email the mail address
 */
public record Author(String name, String email) {}

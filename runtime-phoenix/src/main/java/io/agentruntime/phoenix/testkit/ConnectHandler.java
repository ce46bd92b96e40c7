package io.agentruntime.phoenix.testkit;

/** Decides who gets a socket: {@code connect/3} of a Phoenix socket. */
@FunctionalInterface
public interface ConnectHandler {

    /** Quick, without I/O. What it throws refuses the client. */
    ConnectReply connect(ConnectRequest request);
}

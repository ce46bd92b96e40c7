package io.agentruntime.error;

/** No connection came about: name resolution, TCP, TLS or proxy failed. The cause has the details. */
public final class ConnectFailedException extends RuntimeClientException {

    private static final long serialVersionUID = 1L;

    /** @param target host and port, never a full address with its query */
    public ConnectFailedException(String target, Throwable cause) {
        super("Could not connect to " + target + ": " + kind(cause), cause);
    }

    /** The name that Java has for it: libraries below have subclasses of their own, and their messages may name too much. */
    private static String kind(Throwable cause) {
        Class<?> type = cause.getClass();
        while (!type.getName().startsWith("java") && type.getSuperclass() != Throwable.class) {
            type = type.getSuperclass();
        }
        return type.getSimpleName();
    }
}

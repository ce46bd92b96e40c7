package io.agentruntime.telemetry;

import java.net.URI;
import java.util.Map;

/** Something that is done on behalf of a caller, and whose outcome will be known. */
public sealed interface Operation {

    /**
     * One HTTP request, from sending it to the last byte of the answer. A request that is sent again after a 429 is another
     * one.
     *
     * @param method the method, upper case
     * @param uri the whole address; its query may hold credentials
     * @param template the path with placeholders instead of ids, few of them; empty when it is not known
     * @param headers the headers that will be sent, to which others may be added before {@link Recorder#begin} returns; they
     *     hold credentials
     */
    record HttpRequest(String method, URI uri, String template, Map<String, String> headers) implements Operation {

        /** Without query and headers. */
        @Override
        public String toString() {
            return method + " " + uri.getRawPath();
        }
    }

    /**
     * Something sent over the session, from the call to its outcome: the peer's reply, the last event of a turn, or the socket
     * where nothing is replied.
     *
     * @param kind what it is, one of a few words of the library: {@code push}, {@code send}, {@code request}, {@code trigger}
     * @param name what the user calls it: an event, a type, a trigger; any number of them
     * @param target what it goes to, where that is not the whole session: a topic, a channel; any number of them
     */
    record Push(String kind, String name, String target) implements Operation {}
}

package io.agentruntime.stream;

/**
 * One subscriber of a stream, as it stands now.
 *
 * @param stream the stream's name
 * @param policy its overflow policy
 * @param capacity the size of its buffer
 * @param buffered how many elements wait in it
 * @param dropped how many elements it has lost to its policy
 * @param holding whether it holds reading from the peer at the moment
 */
public record SubscriberStats(
        String stream, OverflowPolicy policy, int capacity, int buffered, long dropped, boolean holding) {}

package io.agentruntime.examples.bench.load;

/** A client under test: connects once, then takes in round after round. */
public interface Client extends AutoCloseable {

    /** Connects; blocks until events can come. */
    void open() throws InterruptedException;

    /** Begins a round and hands what comes to the tally. */
    void start(Tally round);

    /** Whether it reads the texts, so that its checksum has to be the server's. */
    boolean readsContent();

    @Override
    void close();
}

package io.agentruntime.examples.bench.fleet;

import io.agentruntime.nookplot.ChannelMessage;
import io.agentruntime.nookplot.NookplotRuntime;
import io.agentruntime.stream.Delivery;
import io.agentruntime.stream.Delivery.Message;
import reactor.core.publisher.Mono;

/** One runtime of the fleet, and what it has heard: the numbers from 1 on, each once and in order, or something is wrong. */
final class Member {

    private final NookplotRuntime runtime;
    private final String channel;
    private int last;
    private int lost;
    private int wrong;
    private int gaps;

    Member(NookplotRuntime runtime, String channel) {
        this.runtime = runtime;
        this.channel = channel;
        runtime.channels()
                .refilled(channel)
                .subscribe(this::hear, error -> System.out.println("A stream ended: " + error));
    }

    Mono<Void> connect() {
        return runtime.connect().then(runtime.channels().subscribe(channel)).then();
    }

    private synchronized void hear(Delivery<ChannelMessage> delivery) {
        if (delivery instanceof Message<ChannelMessage> message) {
            int number = Integer.parseInt(message.payload().content());
            if (number <= last) {
                wrong++;
            } else {
                lost += number - last - 1;
                last = number;
            }
        } else {
            gaps++;
        }
    }

    /** The newest number heard. */
    synchronized int last() {
        return last;
    }

    /** How many numbers are missing from 1 to {@code posted}. */
    synchronized int lost(int posted) {
        return lost + posted - last;
    }

    /** How many numbers came twice or out of order. */
    synchronized int wrong() {
        return wrong;
    }

    synchronized int gaps() {
        return gaps;
    }

    Mono<Void> close() {
        return runtime.close();
    }
}

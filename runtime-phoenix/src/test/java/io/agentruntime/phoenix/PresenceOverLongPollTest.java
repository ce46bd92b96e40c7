package io.agentruntime.phoenix;

/** All that holds for presence holds over long-polling. */
class PresenceOverLongPollTest extends PresenceTest {

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.LONGPOLL;
    }
}

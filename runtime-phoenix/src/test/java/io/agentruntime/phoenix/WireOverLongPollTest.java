package io.agentruntime.phoenix;

/** All that holds for messages holds over long-polling. */
class WireOverLongPollTest extends WireTest {

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.LONGPOLL;
    }
}

package io.agentruntime.phoenix;

/** All that holds for channels holds over long-polling. */
class ChannelOverLongPollTest extends ChannelTest {

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.LONGPOLL;
    }
}

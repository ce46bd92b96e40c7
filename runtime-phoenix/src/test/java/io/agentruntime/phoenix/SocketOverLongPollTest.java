package io.agentruntime.phoenix;

/** All that holds for sockets holds over long-polling. */
class SocketOverLongPollTest extends SocketTest {

    @Override
    PhoenixTransport transport() {
        return PhoenixTransport.LONGPOLL;
    }
}

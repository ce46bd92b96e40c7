package io.agentruntime.phoenix.testkit;

/** Phoenix' HTTP adapters, which close sockets with different codes (observed). */
public enum Adapter {

    /** 1000 on a "disconnect" broadcast, and after the idle limit. */
    COWBOY(1000, 1000),

    /** 1011 on a "disconnect" broadcast, 1002 after the idle limit. Phoenix' default since 1.8. */
    BANDIT(1011, 1002);

    final int disconnectCode;
    final int idleCode;

    Adapter(int disconnectCode, int idleCode) {
        this.disconnectCode = disconnectCode;
        this.idleCode = idleCode;
    }
}

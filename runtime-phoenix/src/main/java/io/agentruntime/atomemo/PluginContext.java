package io.agentruntime.atomemo;

/** What a handler can use besides its request. */
public final class PluginContext {

    private final String requestId;
    private final HubCaller hub;

    PluginContext(String requestId, HubCaller hub) {
        this.requestId = requestId;
        this.hub = hub;
    }

    /** The request's id: the same when the hub asks the same once more. */
    public String requestId() {
        return requestId;
    }

    /** Calls to the hub. */
    public HubCaller hub() {
        return hub;
    }

    @Override
    public String toString() {
        return "PluginContext[" + requestId + "]";
    }
}

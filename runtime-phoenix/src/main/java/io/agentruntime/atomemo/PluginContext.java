package io.agentruntime.atomemo;

/** What a handler can use besides its request. */
public final class PluginContext {

    private final String requestId;
    private final HubCaller hub;
    private final FileContext files;

    PluginContext(String requestId, HubCaller hub, FileContext files) {
        this.requestId = requestId;
        this.hub = hub;
        this.files = files;
    }

    /** The request's id: the same when the hub asks the same once more. */
    public String requestId() {
        return requestId;
    }

    /** Calls to the hub. */
    public HubCaller hub() {
        return hub;
    }

    /** The platform's files. */
    public FileContext files() {
        return files;
    }

    @Override
    public String toString() {
        return "PluginContext[" + requestId + "]";
    }
}

package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import io.agentruntime.json.JsonPayload;
import java.util.LinkedHashMap;
import java.util.Map;
import reactor.core.publisher.Mono;

/**
 * What a plugin keeps with the server, as values under keys. {@link CodeboltPlugin#kvStore} names the instance and the
 * namespace. Every call fails as {@link CodeboltPlugin#request} does.
 */
public final class KvStore {

    private final CodeboltPlugin plugin;
    private final String instanceId;
    private final String namespace;
    private final boolean autoCreate;

    KvStore(CodeboltPlugin plugin, String instanceId, String namespace, boolean autoCreate) {
        this.plugin = plugin;
        this.instanceId = Checks.text("instanceId", instanceId);
        this.namespace = Checks.text("namespace", namespace);
        this.autoCreate = autoCreate;
    }

    /** The same store, whose instance the server makes when there is none. */
    public KvStore autoCreate() {
        return new KvStore(plugin, instanceId, namespace, true);
    }

    /** The value of a key: the answer's {@code value}, or else its {@code data}. Empty when there is none. */
    public Mono<JsonPayload> get(String key) {
        return answer("get", Map.of("key", key)).flatMap(answer -> Mono.justOrEmpty(answer.value()));
    }

    /** The value of a key as an object. Errors: {@link io.agentruntime.error.DecodeException} when it does not fit. */
    public <T> Mono<T> get(String key, Class<T> type) {
        return get(key).map(value -> value.as(type));
    }

    /** Puts a value, any JSON, under a key. Completes when the server has it. */
    public Mono<Void> set(String key, Object value) {
        return call("set", Map.of("key", key, "value", value)).then();
    }

    /** Takes a key out. Completes when the server has done so. */
    public Mono<Void> delete(String key) {
        return call("delete", Map.of("key", key)).then();
    }

    /**
     * Any other operation, sent as {@code kvStore.<operation>}. Emits the answer's content.
     *
     * @param params what it needs besides the instance and the namespace
     */
    public Mono<JsonPayload> call(String operation, Map<String, ?> params) {
        return answer(operation, params).map(PluginAnswer::data);
    }

    private Mono<PluginAnswer> answer(String operation, Map<String, ?> params) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("instanceId", instanceId);
        all.put("namespace", namespace);
        all.putAll(params);
        if (autoCreate) {
            all.put("autoCreateInstance", true);
        }
        return plugin.answer("kvStore." + operation, Map.of("params", all));
    }

    @Override
    public String toString() {
        return "KvStore[" + instanceId + ", " + namespace + "]";
    }
}

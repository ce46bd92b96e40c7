package io.agentruntime.atomemo;

import io.agentruntime.error.InvalidOptionException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Something that a plugin can do. Immutable.
 *
 * <pre>{@code
 * Tool.builder("fetch-data")
 *         .displayName(LocalizedText.english("Fetch data"))
 *         .parameter(Parameter.string("city").required().build())
 *         .invoke(call -> weather.of(call.parameters().text("city").orElseThrow()))
 *         .build()
 * }</pre>
 */
public final class Tool implements Feature {

    private final Map<String, Object> definition;
    private final @Nullable Handler<ToolCall, ?> invoke;
    private final Map<String, Handler<LocatorCall, LocatorPage>> locators;
    private final Map<String, Handler<MappingCall, Mapping>> mappings;

    private Tool(Builder builder) {
        this.definition = builder.fields();
        this.invoke = builder.invoke;
        this.locators = Map.copyOf(builder.locators);
        this.mappings = Map.copyOf(builder.mappings);
    }

    /** Starts to describe a tool. */
    public static Builder builder(String name) {
        return new Builder(name);
    }

    @Override
    public Kind kind() {
        return Kind.TOOL;
    }

    @Override
    public String name() {
        return String.valueOf(definition.get("name"));
    }

    @Override
    public Map<String, Object> definition() {
        return definition;
    }

    @Override
    public void check() {
        if (invoke == null) {
            throw new InvalidOptionException("tool.invoke", "nothing", "is required");
        }
        DefinitionRules.tool(definition, locators.keySet(), mappings.keySet());
    }

    Handler<ToolCall, ?> invoke() {
        if (invoke == null) {
            throw new MissingHandlerException("tool", name(), "invoke");
        }
        return invoke;
    }

    Handler<LocatorCall, LocatorPage> locator(String method) {
        Handler<LocatorCall, LocatorPage> found = locators.get(method);
        if (found == null) {
            throw new MissingHandlerException("tool", name(), "locator " + method);
        }
        return found;
    }

    Handler<MappingCall, Mapping> mapping(String method) {
        Handler<MappingCall, Mapping> found = mappings.get(method);
        if (found == null) {
            throw new MissingHandlerException("tool", name(), "mapping " + method);
        }
        return found;
    }

    @Override
    public String toString() {
        return "Tool[" + name() + "]";
    }

    /** Describes a {@link Tool}. */
    public static final class Builder extends FeatureBuilder<Builder> {

        private final List<Parameter> parameters = new ArrayList<>();
        private final Map<String, Handler<LocatorCall, LocatorPage>> locators = new LinkedHashMap<>();
        private final Map<String, Handler<MappingCall, Mapping>> mappings = new LinkedHashMap<>();
        private @Nullable Handler<ToolCall, ?> invoke;

        private Builder(String name) {
            super(name);
            set("parameters", List.of());
        }

        /** One more parameter. */
        public Builder parameter(Parameter parameter) {
            parameters.add(parameter);
            return set("parameters", List.copyOf(parameters));
        }

        /** What a language model may read to learn how to use it. */
        public Builder skill(String text) {
            return set("skill", text);
        }

        /** What it does. The answer is any value that Jackson can write. Required. */
        public Builder invoke(Handler<ToolCall, ?> handler) {
            this.invoke = handler;
            return this;
        }

        /** Lists what a {@link Parameter#resourceLocator} can be; {@code method} is the name that the parameter knows it by. */
        public Builder locator(String method, Handler<LocatorCall, LocatorPage> handler) {
            locators.put(method, handler);
            return this;
        }

        /** Tells the fields of a {@link Parameter#resourceMapper}; {@code method} is the name that the parameter knows it by. */
        public Builder mapping(String method, Handler<MappingCall, Mapping> handler) {
            mappings.put(method, handler);
            return this;
        }

        /** The tool. It is checked when it is added to a plugin. */
        public Tool build() {
            return new Tool(this);
        }
    }
}

package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.AuthSpec;
import io.agentruntime.atomemo.CredentialValues;
import io.agentruntime.atomemo.FileRef;
import io.agentruntime.atomemo.LocalizedText;
import io.agentruntime.atomemo.LocatorPage;
import io.agentruntime.atomemo.Mapping;
import io.agentruntime.atomemo.Parameter;
import io.agentruntime.atomemo.PluginDefinition;
import io.agentruntime.atomemo.ResourceLocator;
import io.agentruntime.atomemo.ResourceMapper;
import io.agentruntime.atomemo.TokenPatch;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** Tells a native image what Jackson reads and writes by reflection: definitions, special values and answers of Atomemo. */
final class AtomemoTypesHints implements RuntimeHintsRegistrar {

    /** Their parts are found from here. */
    static final List<Class<?>> TYPES = List.of(
            AuthSpec.class,
            CredentialValues.class,
            FileRef.class,
            LocalizedText.class,
            LocatorPage.class,
            Mapping.class,
            Parameter.class,
            PluginDefinition.class,
            ResourceLocator.class,
            ResourceMapper.class,
            TokenPatch.class);

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classes) {
        new BindingReflectionHintsRegistrar()
                .registerReflectionHints(hints.reflection(), TYPES.toArray(Class<?>[]::new));
        // What some are written as is a method that is not public.
        TYPES.forEach(type -> hints.reflection().registerType(type, MemberCategory.INVOKE_DECLARED_METHODS));
    }
}

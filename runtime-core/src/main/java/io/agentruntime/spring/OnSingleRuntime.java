package io.agentruntime.spring;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

final class OnSingleRuntime extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        MergedAnnotation<ConditionalOnSingleRuntime> wanted =
                metadata.getAnnotations().get(ConditionalOnSingleRuntime.class);
        String prefix = wanted.getString("prefix");
        String property = wanted.getString("property");
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnSingleRuntime.class, prefix);
        Environment environment = context.getEnvironment();
        if (!NamedRuntimes.names(environment, prefix).isEmpty()) {
            return ConditionOutcome.noMatch(message.because("runtimes have names"));
        }
        return property.isEmpty() || environment.containsProperty(prefix + "." + property)
                ? ConditionOutcome.match(message.because("no runtime has a name"))
                : ConditionOutcome.noMatch(message.because("'" + property + "' is not set"));
    }
}

package io.agentruntime.spring;

import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

final class OnSingleRuntime extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Map<String, Object> wanted = metadata.getAnnotationAttributes(ConditionalOnSingleRuntime.class.getName());
        String prefix = String.valueOf(wanted == null ? null : wanted.get("prefix"));
        String property = prefix + "." + (wanted == null ? null : wanted.get("property"));
        ConditionMessage.Builder message = ConditionMessage.forCondition(ConditionalOnSingleRuntime.class, property);
        Environment environment = context.getEnvironment();
        if (!NamedRuntimes.names(environment, prefix).isEmpty()) {
            return ConditionOutcome.noMatch(message.because("runtimes have names"));
        }
        return environment.containsProperty(property)
                ? ConditionOutcome.match(message.because("it is set"))
                : ConditionOutcome.noMatch(message.because("it is not set"));
    }
}

package io.agentruntime.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Conditional;

/** Matches when a protocol has one runtime at the most: no runtime has a name, and the property, if there is one, is set. */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Conditional(OnSingleRuntime.class)
public @interface ConditionalOnSingleRuntime {

    /** What the protocol's properties begin with, e.g. {@code nookplot}. */
    String prefix();

    /** The property that a runtime needs, e.g. {@code gateway-url}; none by default. */
    String property() default "";
}

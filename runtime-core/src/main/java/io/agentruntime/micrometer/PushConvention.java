package io.agentruntime.micrometer;

import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/** What observed pushes are called. Extend it to add to it or to change it. */
public class PushConvention implements ObservationConvention<PushContext> {

    @Override
    public String getName() {
        return "agentruntime.pushes";
    }

    @Override
    public String getContextualName(PushContext push) {
        return push.name().equals(push.kind()) ? push.kind() : push.kind() + " " + push.name();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(PushContext push) {
        String status = push.status();
        return push.common()
                .and(KeyValue.of("kind", push.kind()), KeyValue.of("outcome", status == null ? "failed" : status));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(PushContext push) {
        KeyValues name = KeyValues.of("name", push.name());
        return push.target().isEmpty() ? name : name.and("target", push.target());
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return context instanceof PushContext;
    }
}

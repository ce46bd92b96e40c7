package io.agentruntime.examples.docs;

import io.agentruntime.spring.nookplot.NookplotConnectionDetails;
import io.agentruntime.testkit.EmbeddedGateway;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

@TestConfiguration(proxyBeanMethods = false)
class GatewayForTests {

    @Bean
    EmbeddedGateway gateway() {
        return EmbeddedGateway.start().block();
    }

    @Bean
    NookplotConnectionDetails nookplotConnectionDetails(EmbeddedGateway gateway) {
        return new NookplotConnectionDetails() {
            @Override
            public String getGatewayUrl() {
                return gateway.url();
            }

            @Override
            public String getApiKey() {
                return gateway.agent("alice").apiKey();
            }
        };
    }
}

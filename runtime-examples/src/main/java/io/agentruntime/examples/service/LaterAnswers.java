package io.agentruntime.examples.service;

import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Answers no request while Reactor Netty still hands it over. Up to 1.3.7 its server reads nothing more from a connection when
 * a request that had to wait for the answer before it is answered at once (reactor-netty #4361): the next one would hang.
 */
@Component
@Order(Ordered.HIGHEST_PRECEDENCE)
final class LaterAnswers implements WebFilter {

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        return chain.filter(exchange).subscribeOn(Schedulers.parallel());
    }
}

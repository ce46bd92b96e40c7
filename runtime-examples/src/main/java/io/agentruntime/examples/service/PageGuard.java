package io.agentruntime.examples.service;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/** Lets the page load nothing from elsewhere, and lets no page from elsewhere push the buttons of this one. */
@Component
final class PageGuard implements WebFilter {

    private static final String OWN_THINGS_ONLY = "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'";

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        HttpHeaders request = exchange.getRequest().getHeaders();
        HttpMethod method = exchange.getRequest().getMethod();
        // Every browser sends it; other clients are not led to click on anything.
        String site = request.getFirst("Sec-Fetch-Site");
        if (!method.equals(HttpMethod.GET) && site != null && !site.equals("same-origin")) {
            exchange.getResponse().setStatusCode(HttpStatus.FORBIDDEN);
            return exchange.getResponse().setComplete();
        }
        HttpHeaders answer = exchange.getResponse().getHeaders();
        answer.set("Content-Security-Policy", OWN_THINGS_ONLY);
        answer.set("X-Content-Type-Options", "nosniff");
        answer.set("Referrer-Policy", "no-referrer");
        return chain.filter(exchange);
    }
}

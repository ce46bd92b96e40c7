package io.agentruntime.nookplot;

import io.agentruntime.error.RuntimeClientException;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Finds the channels that the agent is a member of, over all pages, behind connecting and in the background's pace. */
final class Discovery {

    private final Channels channels;
    private final BackgroundCalls background;
    private final Subscriptions subscriptions;
    private final EventHub hub;

    Discovery(Channels channels, BackgroundCalls background, Subscriptions subscriptions, EventHub hub) {
        this.channels = channels;
        this.background = background;
        this.subscriptions = subscriptions;
        this.hub = hub;
    }

    /** Subscribes the memberships page by page. A page that stays refused is an event and an error report; never fails. */
    Mono<Void> run(NookplotSession session) {
        return pages(0).concatMap(page -> subscriptions.discovered(session, page.memberships()))
                .then()
                .onErrorComplete(UserRequests::isStopped)
                .onErrorResume(this::failed);
    }

    private Flux<ChannelPage> pages(int offset) {
        return background
                .inTurn(channels.list(ChannelQuery.firstPage().withOffset(offset)))
                .map(ChannelPage::new)
                .flatMapMany(page -> page.last()
                        ? Flux.just(page)
                        : Flux.just(page)
                                .concatWith(Flux.defer(
                                        () -> pages(offset + page.channels().size()))));
    }

    private Mono<Void> failed(Throwable error) {
        return Mono.fromRunnable(() -> {
            hub.publishLocal(GatewayEvent.DISCOVERY_FAILED, Map.of("error", RuntimeClientException.describe(error)));
            hub.report(error);
        });
    }

    private record ChannelPage(List<Channel> channels) {

        boolean last() {
            return channels.size() < ChannelQuery.MAX_LIMIT;
        }

        List<Channel> memberships() {
            return channels.stream()
                    .filter(channel -> Boolean.TRUE.equals(channel.isMember()))
                    .toList();
        }
    }
}

package io.agentruntime.nookplot;

import io.agentruntime.http.ApiPath;
import java.util.List;
import reactor.core.publisher.Mono;

/** Reads the histories of channels, for users and for refilling. */
final class ChannelHistory {

    record MessageList(List<HistoryMessage> messages) {
        MessageList {
            messages = List.copyOf(messages); // neither a missing list nor a null in it
        }
    }

    private final UserRequests http;

    ChannelHistory(UserRequests http) {
        this.http = http;
    }

    /** One page, newest first. */
    Mono<List<HistoryMessage>> page(String channelId, HistoryQuery query) {
        ApiPath path = ApiPath.of("/v1/channels/{id}/messages", channelId)
                .query("before", query.before())
                .query("limit", query.limit());
        return http.answer("GET", path, null, MessageList.class).map(MessageList::messages);
    }
}

package io.agentruntime.nookplot;

import io.agentruntime.connection.SerialExecutor;
import io.agentruntime.stream.Delivery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * Makes direct messages of the notices that announce them. A notice holds the first 200 characters of the text; where
 * there may be more, the inbox is asked in the background, one page for all that wait. Messages keep their order.
 */
final class InboxFeed implements Disposable {

    /** A preview that is shorter than this is the whole text. */
    private static final int PREVIEW_LENGTH = 200;

    /** How many of the newest messages one look into the inbox brings. */
    static final int PAGE = InboxQuery.MAX_LIMIT;

    /** How many messages wait for their text at most; beyond it they go out with what the notices hold. */
    private static final int MAX_WAITING = 1024;

    private final EventHub hub;
    private final BackgroundCalls background;
    private final Supplier<Mono<List<InboxMessage>>> newest;
    private final Consumer<Delivery<InboxMessage>> out;
    private final SerialExecutor serial = new SerialExecutor();
    private final Disposable.Swap fetching = Disposables.swap();

    // Only touched by tasks of the executor.
    private final Deque<Item> line = new ArrayDeque<>();
    private boolean busy;

    private volatile int waiting;

    /**
     * @param newest asks for the newest page of the inbox
     * @param out where messages and gaps go, in order
     */
    InboxFeed(
            EventHub hub,
            BackgroundCalls background,
            Supplier<Mono<List<InboxMessage>>> newest,
            Consumer<Delivery<InboxMessage>> out) {
        this.hub = hub;
        this.background = background;
        this.newest = newest;
        this.out = out;
    }

    /** A direct message is in the inbox. */
    void announced(DirectMessageNotice notice) {
        if (hub.inboxWanted()) {
            add(new Item(notice));
        }
    }

    /** Direct messages may be missing here. */
    void gap(Delivery.Gap<InboxMessage> gap) {
        if (hub.inboxWanted()) {
            add(new Item(gap));
        }
    }

    private void add(Item item) {
        serial.execute(() -> {
            line.add(item);
            if (line.size() > MAX_WAITING) {
                line.forEach(Item::settle);
            }
            pump();
        });
    }

    private void pump() {
        for (Item first = line.peek(); first != null && first.delivery != null; first = line.peek()) {
            line.remove();
            out.accept(first.delivery);
        }
        waiting = line.size();
        if (!line.isEmpty() && !busy) {
            busy = true;
            List<Item> asking = List.copyOf(line);
            fetching.update(background
                    .inTurn(Mono.defer(newest))
                    .subscribe(
                            page -> serial.execute(() -> fetched(asking, page)),
                            error -> serial.execute(() -> failed(error))));
        }
    }

    private void fetched(List<Item> asking, List<InboxMessage> page) {
        busy = false;
        Map<String, InboxMessage> byId =
                page.stream().collect(Collectors.toMap(InboxMessage::id, Function.identity(), (one, other) -> one));
        line.forEach(item -> item.resolve(byId));
        asking.forEach(Item::settle); // not on the newest page: deleted, or quarantined
        pump();
    }

    private void failed(Throwable error) {
        busy = false;
        if (!UserRequests.isStopped(error)) {
            hub.report(error);
        }
        line.forEach(Item::settle);
        pump();
    }

    /** Whether no message waits for its text. */
    boolean idle() {
        return waiting == 0;
    }

    /** What waits for its text goes out with what the notices hold. */
    @Override
    public void dispose() {
        serial.execute(() -> {
            fetching.dispose();
            line.forEach(Item::settle);
            pump();
        });
    }

    /** A delivery, or the notice that is to become one. */
    private static final class Item {

        private final @Nullable DirectMessageNotice notice;
        private @Nullable Delivery<InboxMessage> delivery;

        private Item(Delivery.Gap<InboxMessage> gap) {
            this.notice = null;
            this.delivery = gap;
        }

        private Item(DirectMessageNotice notice) {
            this.notice = notice;
            String preview = notice.preview();
            if (preview != null && preview.length() < PREVIEW_LENGTH) {
                this.delivery = message(notice, preview, false);
            }
        }

        private void resolve(Map<String, InboxMessage> byId) {
            InboxMessage whole = notice == null ? null : byId.get(notice.messageId());
            if (whole != null && delivery == null) {
                delivery = new Delivery.Message<>(whole);
            }
        }

        /** The whole text is not to be had: goes out with the beginning of it, and says so. */
        private void settle() {
            if (delivery == null && notice != null) {
                delivery = message(notice, notice.preview() == null ? "" : notice.preview(), true);
            }
        }

        private static Delivery<InboxMessage> message(DirectMessageNotice notice, String text, boolean truncated) {
            return new Delivery.Message<>(new InboxMessage(
                    notice.messageId(),
                    notice.from(),
                    null,
                    null,
                    notice.messageType(),
                    text,
                    null,
                    null,
                    null,
                    truncated));
        }
    }
}

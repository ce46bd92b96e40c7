package io.agentruntime.http;

import io.agentruntime.error.InvalidOptionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Where the key comes from that a request carries as {@code Authorization: Bearer <key>}. Implementations show no key in
 * {@code toString}.
 */
public interface CredentialSource {

    /** The key to use now. Empty: requests carry none. */
    Mono<String> current();

    /**
     * Asks anew, and makes the answer the current key. Empty: this source cannot give another key, so that whoever was
     * refused has to give up.
     */
    Mono<String> refresh();

    /** The same keys for whoever decides otherwise when to ask anew: {@link #refresh()} is empty. */
    default CredentialSource withoutRefresh() {
        CredentialSource keys = this;
        return new CredentialSource() {
            @Override
            public Mono<String> current() {
                return keys.current();
            }

            @Override
            public Mono<String> refresh() {
                return Mono.empty();
            }

            @Override
            public String toString() {
                return keys.toString();
            }
        };
    }

    /** No key at all. */
    static CredentialSource none() {
        return new CredentialSource() {
            @Override
            public Mono<String> current() {
                return Mono.empty();
            }

            @Override
            public Mono<String> refresh() {
                return Mono.empty();
            }

            @Override
            public String toString() {
                return "CredentialSource[none]";
            }
        };
    }

    /**
     * One key that never changes.
     *
     * @param option the name of the builder's option, for the error
     * @throws InvalidOptionException when the key is empty or holds anything but visible ASCII; the key is not shown
     */
    static CredentialSource fixed(String option, String key) {
        String checked = check(option, key);
        return new CredentialSource() {
            @Override
            public Mono<String> current() {
                return Mono.just(checked);
            }

            @Override
            public Mono<String> refresh() {
                return Mono.empty();
            }

            @Override
            public String toString() {
                return "CredentialSource[fixed]";
            }
        };
    }

    /**
     * Keys that can change. The supplier is asked when the first key is needed and at each {@link #refresh()}; in between
     * the last key is used. What the supplier fails with is what the request fails with; an answer that is empty or cannot
     * be sent is an {@link InvalidOptionException}.
     *
     * @param option the name of the builder's option, for the error
     * @param supplier subscribed each time a key is asked for; must not block
     */
    static CredentialSource supplier(String option, Mono<String> supplier) {
        AtomicReference<@Nullable String> last = new AtomicReference<>();
        Mono<String> ask = supplier.switchIfEmpty(
                        Mono.error(() -> new InvalidOptionException(option, "no value", "must supply a key")))
                .map(key -> check(option, key))
                .doOnNext(last::set);
        return new CredentialSource() {
            @Override
            public Mono<String> current() {
                return Mono.defer(() -> {
                    String key = last.get();
                    return key == null ? ask : Mono.just(key);
                });
            }

            @Override
            public Mono<String> refresh() {
                return ask;
            }

            @Override
            public String toString() {
                return "CredentialSource[supplier]";
            }
        };
    }

    private static String check(String option, String key) {
        if (key.isEmpty() || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new InvalidOptionException(
                    option,
                    "a value of " + key.length() + " characters",
                    "must be visible ASCII characters, without spaces or line ends");
        }
        return key;
    }
}

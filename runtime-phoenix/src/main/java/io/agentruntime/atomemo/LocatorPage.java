package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of what a resource locator can be.
 *
 * @param results what it can be
 * @param paginationToken what the next page is asked for with; {@code null} when this is the last
 */
public record LocatorPage(
        List<Item> results,
        @JsonProperty("pagination_token") @Nullable String paginationToken) {

    public LocatorPage {
        results = List.copyOf(results);
    }

    /** One and only page. */
    public static LocatorPage of(Item... results) {
        return new LocatorPage(List.of(results), null);
    }

    /**
     * One thing that a resource locator can be.
     *
     * @param label what users see
     * @param value its id
     * @param url where more is said of it
     */
    public record Item(String label, String value, @Nullable String url) {

        /** A thing of which nothing more is said. */
        public static Item of(String label, String value) {
            return new Item(label, value, null);
        }
    }
}

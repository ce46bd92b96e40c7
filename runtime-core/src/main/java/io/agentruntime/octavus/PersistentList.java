package io.agentruntime.octavus;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * An immutable list of which another one can be made that differs in one element, without copying the rest: a tree of arrays
 * of {@value #WIDTH}, the last of them kept apart. Both operations cost the same for 100 elements as for a million.
 */
final class PersistentList<T extends @Nullable Object> extends AbstractList<T> implements RandomAccess {

    private static final int BITS = 5;
    private static final int WIDTH = 1 << BITS;
    private static final int MASK = WIDTH - 1;
    private static final Object[] NOTHING = new Object[0];
    private static final PersistentList<?> EMPTY = new PersistentList<>(0, BITS, NOTHING, NOTHING);

    private final int size;
    private final int shift;
    private final Object[] root;
    private final Object[] tail;

    private PersistentList(int size, int shift, Object[] root, Object[] tail) {
        this.size = size;
        this.shift = shift;
        this.root = root;
        this.tail = tail;
    }

    @SuppressWarnings("unchecked") // it holds nothing
    static <T extends @Nullable Object> PersistentList<T> empty() {
        return (PersistentList<T>) EMPTY;
    }

    /** The same elements; the same list when it is one of these. */
    static <T extends @Nullable Object> PersistentList<T> of(List<? extends T> elements) {
        if (elements instanceof PersistentList<?>) {
            @SuppressWarnings("unchecked") // it cannot be written to
            PersistentList<T> same = (PersistentList<T>) elements;
            return same;
        }
        PersistentList<T> list = empty();
        for (T element : elements) {
            list = list.plus(element);
        }
        return list;
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    @SuppressWarnings("unchecked") // nothing else is put in
    public T get(int index) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("Index " + index + ", size " + size);
        }
        if (index >= tailStart()) {
            return (T) tail[index & MASK];
        }
        Object[] node = root;
        for (int level = shift; level > 0; level -= BITS) {
            node = (Object[]) node[(index >>> level) & MASK];
        }
        return (T) node[index & MASK];
    }

    private int tailStart() {
        return size - tail.length;
    }

    /** This list and one more element; {@code null} where the elements may be. */
    PersistentList<T> plus(@Nullable T element) {
        if (tail.length < WIDTH) {
            Object[] longer = Arrays.copyOf(tail, tail.length + 1);
            longer[tail.length] = element;
            return new PersistentList<>(size + 1, shift, root, longer);
        }
        @Nullable Object[] fresh = {element};
        if (tailStart() == 1 << (shift + BITS)) {
            Object[] higher = {root, path(shift, tail)};
            return new PersistentList<>(size + 1, shift + BITS, higher, fresh);
        }
        return new PersistentList<>(size + 1, shift, withLeaf(shift, root, tail), fresh);
    }

    private static Object[] path(int level, Object[] leaf) {
        return level == 0 ? leaf : new Object[] {path(level - BITS, leaf)};
    }

    /** The tree with the tail as its last leaf. */
    private Object[] withLeaf(int level, Object[] node, Object[] leaf) {
        if (level == 0) {
            return leaf;
        }
        int at = (tailStart() >>> level) & MASK;
        Object[] copy = Arrays.copyOf(node, Math.max(node.length, at + 1));
        copy[at] = at < node.length ? withLeaf(level - BITS, (Object[]) node[at], leaf) : path(level - BITS, leaf);
        return copy;
    }

    /** This list with another element in the place of the one at {@code index}. */
    PersistentList<T> with(int index, T element) {
        if (index < 0 || index >= size) {
            throw new IndexOutOfBoundsException("Index " + index + ", size " + size);
        }
        if (index >= tailStart()) {
            Object[] changed = tail.clone();
            changed[index & MASK] = element;
            return new PersistentList<>(size, shift, root, changed);
        }
        return new PersistentList<>(size, shift, replaced(shift, root, index, element), tail);
    }

    private static Object[] replaced(int level, Object[] node, int index, Object element) {
        Object[] copy = node.clone();
        int at = (index >>> level) & MASK;
        copy[at] = level == 0 ? element : replaced(level - BITS, (Object[]) node[at], index, element);
        return copy;
    }

    /** The first {@code count} elements. Costs as many steps. */
    PersistentList<T> first(int count) {
        return count >= size ? this : of(List.copyOf(subList(0, count)));
    }
}

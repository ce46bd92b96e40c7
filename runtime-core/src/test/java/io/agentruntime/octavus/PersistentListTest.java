package io.agentruntime.octavus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PersistentListTest {

    @Test
    void growsAndChangesWithoutTouchingEarlierLists() {
        Random random = new Random(42);
        PersistentList<Integer> list = PersistentList.empty();
        List<Integer> model = new ArrayList<>();
        List<PersistentList<Integer>> earlier = new ArrayList<>();
        List<List<Integer>> models = new ArrayList<>();
        for (int i = 0; i < 40_000; i++) {
            if (model.isEmpty() || random.nextInt(3) > 0) {
                list = list.plus(i);
                model.add(i);
            } else {
                int at = random.nextInt(model.size());
                list = list.with(at, -i);
                model.set(at, -i);
            }
            if (i % 4_000 == 0) {
                earlier.add(list);
                models.add(List.copyOf(model));
            }
        }

        assertThat(list).isEqualTo(model);
        assertThat(earlier).isEqualTo(models);
    }

    @Test
    void isCutToItsBeginning() {
        PersistentList<Integer> list = PersistentList.of(List.of(1, 2, 3));

        assertThat(list.first(2).plus(9)).containsExactly(1, 2, 9);
        assertThat(list.first(7)).isSameAs(list);
        assertThat(PersistentList.of(list)).isSameAs(list);
    }

    @Test
    void cannotBeWrittenTo() {
        PersistentList<Integer> list = PersistentList.of(List.of(1));

        assertThatThrownBy(() -> list.add(2)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> list.get(1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> list.with(1, 5)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void textsThatGrewOutOfTheSameOneDoNotMix() {
        AppendableText begin = AppendableText.of("once");
        AppendableText one = begin.append(" upon a time");
        AppendableText other = begin.append(" more");
        AppendableText longer = one.append(" there was a list").append("!");

        assertThat(begin).hasToString("once");
        assertThat(one).hasToString("once upon a time");
        assertThat(other).hasToString("once more");
        assertThat(longer).hasToString("once upon a time there was a list!");
    }
}

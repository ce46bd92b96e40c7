package io.agentruntime.atomemo;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** The latest answers by request, bounded in number and in bytes. The oldest go first. */
final class AnswerMemory {

    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final int maxAnswers;
    private final long maxBytes;
    private final Consumer<Answer> onForgotten;
    private long bytes;

    /** @param onForgotten told of each answer there was no room for any more */
    AnswerMemory(int maxAnswers, long maxBytes, Consumer<Answer> onForgotten) {
        this.maxAnswers = maxAnswers;
        this.maxBytes = maxBytes;
        this.onForgotten = onForgotten;
    }

    Optional<Answer> of(String requestId) {
        return Optional.ofNullable(answers.get(requestId));
    }

    /** Keeps an answer, however large, and forgets others for it. */
    void add(Answer answer) {
        Answer replaced = answers.put(answer.requestId(), answer);
        bytes += answer.size() - (replaced == null ? 0 : replaced.size());
        Iterator<Answer> oldest = answers.values().iterator();
        while (answers.size() > 1 && (answers.size() > maxAnswers || bytes > maxBytes)) {
            Answer forgotten = oldest.next();
            oldest.remove();
            bytes -= forgotten.size();
            onForgotten.accept(forgotten);
        }
    }
}

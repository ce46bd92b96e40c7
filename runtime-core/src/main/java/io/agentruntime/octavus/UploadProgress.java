package io.agentruntime.octavus;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How far an upload has come.
 *
 * @param index which of the files, from 0
 * @param file the file
 * @param sentBytes how much of it has been handed to the network
 * @param uploaded what goes into a trigger's {@code FILES}, once the server has taken the whole file
 */
public record UploadProgress(
        int index,
        UploadFile file,
        long sentBytes,
        @Nullable FileReference uploaded) {

    /** What goes into a trigger's {@code FILES}; empty until the server has taken the whole file. */
    public Optional<FileReference> reference() {
        return Optional.ofNullable(uploaded);
    }

    /** How much of the file has been handed to the network, from 0 to 100. */
    public int percent() {
        return file.size() == 0 ? 100 : (int) (sentBytes * 100 / file.size());
    }
}

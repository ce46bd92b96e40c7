package io.agentruntime.atomemo;

import io.agentruntime.http.StreamingExchange;
import io.agentruntime.http.UploadExchange;
import java.time.Duration;

/**
 * How files go to and fro.
 *
 * @param limit for an upload, and for a download up to its first byte
 * @param maxFileBytes the largest file that goes through
 * @param maxLoadedBytes the largest file that is held in memory
 * @param uploadPrefix what the names of uploaded files begin with in the store
 */
record FileTransfers(
        StreamingExchange downloads,
        UploadExchange uploads,
        Duration limit,
        long maxFileBytes,
        long maxLoadedBytes,
        String uploadPrefix) {}

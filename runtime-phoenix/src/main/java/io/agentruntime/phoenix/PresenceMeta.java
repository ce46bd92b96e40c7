package io.agentruntime.phoenix;

/**
 * One presence of somebody, e.g. one of several devices.
 *
 * @param phxRef what the server tells it apart by
 * @param value what the server knows of it
 */
public record PresenceMeta<M>(String phxRef, M value) {}

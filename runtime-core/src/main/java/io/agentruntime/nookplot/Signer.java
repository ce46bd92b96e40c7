package io.agentruntime.nookplot;

import io.agentruntime.error.InvalidOptionException;

/** What signs with the agent's key: the one place that knows a library for it. Safe for use by many threads. */
interface Signer {

    /** The key's address, {@code 0x} and 40 hex digits, in mixed case as EIP-55 has it. */
    String address();

    /**
     * Signs a document. Takes about a millisecond of CPU time and may read from the system's source of randomness, so not on
     * an event loop. (Signatures are deterministic; BouncyCastle blinds the arithmetic against who measures it.)
     *
     * @return {@code r s v} in hex with {@code 0x}: 65 bytes, low s, the same for the same document (RFC 6979)
     */
    String sign(TypedData document);

    /**
     * The signer of a key.
     *
     * @throws InvalidOptionException when the library for it is not on the class path
     */
    static Signer of(SigningKey key) {
        try {
            return Web3jSigner.of(key);
        } catch (LinkageError e) { // the library, or a part of it, is missing or compiled for a later Java
            InvalidOptionException missing = new InvalidOptionException(
                    SigningKey.OPTION,
                    "set without it (" + e.getClass().getSimpleName() + ")",
                    "needs the optional dependency org.web3j:crypto on the class path, in a version for this Java");
            missing.initCause(e);
            throw missing;
        }
    }
}

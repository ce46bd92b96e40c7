package io.agentruntime.atomemo;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonProperty.Access;
import org.jspecify.annotations.Nullable;

/**
 * A file as the hub refers to it. It travels as JSON with {@code "__type__": "file_ref"}, in the parameters of a request and
 * in its answer.
 *
 * @param source {@code mem}: the content comes with it; {@code oss}: it lies in the platform's store
 * @param filename its name
 * @param extension the ending of its name
 * @param mimeType its content type
 * @param size its length in bytes
 * @param resKey what the store knows it by
 * @param remoteUrl where it can be had for a while; whoever has it needs no other key
 * @param content its bytes in Base64
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record FileRef(
        String source,
        @Nullable String filename,
        @Nullable String extension,
        @JsonProperty("mime_type") @Nullable String mimeType,
        @Nullable Long size,
        @JsonProperty("res_key") @Nullable String resKey,
        @JsonProperty("remote_url") @Nullable String remoteUrl,
        @Nullable String content) {

    static final String TYPE = "file_ref";

    /** The content comes with it. */
    public static final String MEMORY = "mem";

    /** It lies in the platform's store. */
    public static final String STORE = "oss";

    /** What it is on the wire. */
    @JsonProperty(value = SpecialValues.TAG, access = Access.READ_ONLY)
    public String type() {
        return TYPE;
    }

    /** This file with another address. */
    public FileRef withRemoteUrl(String url) {
        return new FileRef(source, filename, extension, mimeType, size, resKey, url, content);
    }

    /** This file with its content, in Base64. */
    public FileRef withContent(String base64) {
        return new FileRef(source, filename, extension, mimeType, size, resKey, remoteUrl, base64);
    }

    /** Without address and content, for they are private. */
    @Override
    public String toString() {
        return "FileRef[" + source + ", " + filename + ", " + mimeType + ", " + size + " bytes]";
    }
}

package io.agentruntime.phoenix.spring;

import io.agentruntime.atomemo.HubMode;
import io.agentruntime.atomemo.NodeEnvironment;
import io.agentruntime.spring.NetProperties;
import io.agentruntime.spring.ReconnectProperties;
import io.agentruntime.spring.SslProperties;
import io.agentruntime.spring.WebSocketProperties;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * A plugin for the Atomemo platform.
 *
 * @param name plugin's name
 * @param version plugin's version; that of the application's build information by default
 * @param displayName what users see as its name; its name by default
 * @param description what it is good for; its name by default
 * @param icon an emoji or the address of an image
 * @param repo where its source is
 * @param locales languages of its texts
 * @param authorName who has written it
 * @param authorEmail the author's address
 * @param hubUrl hub's base address, ws or wss
 * @param mode what the plugin is connected for
 * @param environment where the plugin runs
 * @param debugApiKey key for the hub outside production
 * @param logFrames whether frames are logged; outside production by default
 * @param heartbeatInterval how often a heartbeat goes out
 * @param definitionFile where the definition is written in debug mode, and the author is read in release mode
 * @param configFile what the platform's command line tool has stored at login
 * @param maxRunning how many requests run at the same time
 * @param maxQueued how many requests wait for one of those to end
 * @param maxQueuedBytes how many bytes those have together that wait
 * @param maxAnswers how many answers are kept for requests that are delivered again
 * @param maxAnswerBytes how many bytes the answers have together that are kept
 * @param maxAnswerSize largest answer; in place of a larger one the hub gets an error
 * @param requestTimeout how long a request may run
 * @param hubCallTimeout how long the hub may take for its answer to a call
 * @param shutdownTimeout how long a stop waits for what is running
 * @param fileTimeout how long an upload may take, and a download until its first byte
 * @param maxFileBytes largest file that is downloaded or uploaded
 * @param maxLoadedBytes largest file that is taken into memory
 * @param uploadPrefix what the keys of uploaded files begin with
 * @param reconnect whether and when a connection is tried again
 * @param net way to the hub, and to its files
 * @param ssl TLS
 * @param webSocket the WebSocket
 * @param autoConnect whether the plugin runs with the application: from its start, without waiting, until its stop
 * @param phase phase of the lifecycle; by default before the web server's
 */
@ConfigurationProperties("atomemo")
public record AtomemoProperties(
        @Nullable String name,
        @Nullable String version,
        @Nullable String displayName,
        @Nullable String description,
        @Nullable String icon,
        @Nullable String repo,
        @DefaultValue("en_US") List<String> locales,
        @Nullable String authorName,
        @Nullable String authorEmail,
        @Nullable String hubUrl,
        @DefaultValue("debug") HubMode mode,
        @DefaultValue("development") NodeEnvironment environment,
        @Nullable String debugApiKey,
        @Nullable Boolean logFrames,
        @DefaultValue("30s") Duration heartbeatInterval,
        @DefaultValue("definition.json") String definitionFile,
        @Nullable String configFile,
        @DefaultValue("256") int maxRunning,
        @DefaultValue("1024") int maxQueued,
        @DefaultValue("64MB") DataSize maxQueuedBytes,
        @DefaultValue("4096") int maxAnswers,
        @DefaultValue("32MB") DataSize maxAnswerBytes,
        @DefaultValue("8000000B") DataSize maxAnswerSize,
        @DefaultValue("5m") Duration requestTimeout,
        @DefaultValue("30s") Duration hubCallTimeout,
        @DefaultValue("10s") Duration shutdownTimeout,
        @DefaultValue("5m") Duration fileTimeout,
        @DefaultValue("1GB") DataSize maxFileBytes,
        @DefaultValue("16MB") DataSize maxLoadedBytes,
        @DefaultValue("plugin") String uploadPrefix,
        @NestedConfigurationProperty @DefaultValue ReconnectProperties reconnect,
        @NestedConfigurationProperty @DefaultValue NetProperties net,
        @NestedConfigurationProperty @DefaultValue SslProperties ssl,
        @NestedConfigurationProperty @DefaultValue WebSocketProperties webSocket,
        @DefaultValue("true") boolean autoConnect,
        @Nullable Integer phase) {

    /** Nothing but the name and the address: the key is a secret. */
    @Override
    public String toString() {
        return "AtomemoProperties[name=" + name + ", hubUrl=" + hubUrl + "]";
    }
}

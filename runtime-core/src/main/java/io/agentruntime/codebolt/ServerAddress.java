package io.agentruntime.codebolt;

import io.agentruntime.error.Checks;
import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.http.BaseUrl;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the server's address in each of the ways in which it is given. */
final class ServerAddress {

    private static final Pattern SCHEME = Pattern.compile("(?i)(ws|http)(s?)://(.*)");
    private static final Pattern HAS_PORT = Pattern.compile("[^/]*:\\d+(/.*)?");

    private ServerAddress() {}

    /** An address, whose port is its scheme's own, or a host with this port unless it names another one. */
    static BaseUrl of(String option, String address, int port) {
        Matcher url = SCHEME.matcher(address.strip());
        if (url.matches()) {
            return BaseUrl.of(option, "http" + url.group(2) + "://" + url.group(3));
        }
        String host = address.strip();
        if (host.contains("://")) {
            throw new InvalidOptionException(
                    option, "another scheme", "must be ws, wss, http or https, or a host alone");
        }
        Checks.range("port", port, 1, 65_535);
        return BaseUrl.of(option, "http://" + (HAS_PORT.matcher(host).matches() ? host : host + ":" + port));
    }

    /** The same, where the port is text that may be empty: a port that is set holds for an address without one too. */
    static BaseUrl ofEnvironment(String address, String port, int defaultPort) {
        int number = port.isBlank() ? defaultPort : number(port);
        Matcher url = SCHEME.matcher(address.strip());
        boolean portMissing = url.matches() && !HAS_PORT.matcher(url.group(3)).matches();
        if (portMissing && !port.isBlank() && url.group(3).indexOf('/') < 0) {
            return of("CODEBOLT_SERVER_URL", address.strip() + ":" + number, number);
        }
        return of("CODEBOLT_SERVER_URL", address, number);
    }

    private static int number(String port) {
        try {
            return Checks.range("SOCKET_PORT", Integer.parseInt(port.strip()), 1, 65_535);
        } catch (NumberFormatException e) {
            throw new InvalidOptionException("SOCKET_PORT", port, "must be a port");
        }
    }
}

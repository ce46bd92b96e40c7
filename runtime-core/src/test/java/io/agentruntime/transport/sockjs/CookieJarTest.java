package io.agentruntime.transport.sockjs;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class CookieJarTest {

    private static final URI HOST = URI.create("https://host.test/echo/1/2/xhr");

    private final CookieJar jar = new CookieJar();

    @Test
    void whatTheServerGaveGoesBackToIt() {
        jar.keep(HOST, List.of("JSESSIONID=abc; path=/", "AWSALB=xyz; Path=/echo; HttpOnly; SameSite=None; Secure"));

        assertThat(jar.header(HOST))
                .hasValueSatisfying(header ->
                        assertThat(header.split("; ")).containsExactlyInAnyOrder("JSESSIONID=abc", "AWSALB=xyz"));
    }

    @Test
    void anotherHostOrPortGetsNothing() {
        jar.keep(HOST, List.of("JSESSIONID=abc; path=/; domain=.test"));

        assertThat(jar.header(URI.create("https://other.test/echo"))).isEmpty();
        assertThat(jar.header(URI.create("https://host.test:8443/echo"))).isEmpty();
    }

    @Test
    void aPathAndTheSecureFlagAreHeeded() {
        jar.keep(HOST, List.of("a=1; Path=/other", "b=2; Path=/ec", "c=3; Secure"));

        assertThat(jar.header(HOST)).contains("c=3");
        assertThat(jar.header(URI.create("http://host.test/echo/info"))).isEmpty();
    }

    @Test
    void aNewValueReplacesTheOldAndMaxAgeZeroTakesItBack() {
        jar.keep(HOST, List.of("JSESSIONID=abc"));
        jar.keep(HOST, List.of("JSESSIONID=def"));
        assertThat(jar.header(HOST)).contains("JSESSIONID=def");

        jar.keep(HOST, List.of("JSESSIONID=; Max-Age=0"));
        assertThat(jar.header(HOST)).isEmpty();
    }

    @Test
    void whatCannotBeReadIsIgnoredAndTheJarIsBounded() {
        jar.keep(HOST, List.of("", "=", "novalue", "big=" + "x".repeat(5000)));
        assertThat(jar.header(HOST)).isEmpty();

        for (int i = 0; i < 200; i++) {
            jar.keep(HOST, List.of("c" + i + "=" + i));
        }
        assertThat(jar.header(HOST))
                .hasValueSatisfying(header -> assertThat(header.split("; ")).hasSize(50));
    }
}

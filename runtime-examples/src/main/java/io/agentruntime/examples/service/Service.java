package io.agentruntime.examples.service;

import io.agentruntime.spring.nookplot.NookplotAutoConfiguration;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.core.env.MapPropertySource;

/** Starts the service, and goes through its tour where that is asked for. */
public final class Service {

    /** The option for the tour. */
    public static final String DEMO = "--demo";

    /** The environment variable with a real gateway's address. */
    public static final String GATEWAY_URL = "NOOKPLOT_GATEWAY_URL";

    /** The environment variable with the key of an agent there. */
    public static final String API_KEY = "NOOKPLOT_API_KEY";

    private Service() {}

    /**
     * Serves until the process is stopped or, with {@value #DEMO}, until its tour is over. Blocks until then, which is fine
     * in a main method and nowhere else.
     *
     * @param options {@value #DEMO}, or properties such as {@code --server.port=9000}
     * @return what was shown
     * @throws Exception when the service cannot start, or something that the tour claims did not happen
     */
    public static String run(List<String> options, Map<String, String> environment, PrintStream out) throws Exception {
        boolean demo = options.contains(DEMO);
        String[] properties =
                options.stream().filter(option -> !option.equals(DEMO)).toArray(String[]::new);
        Map<String, Object> ours = demo ? Map.of("server.port", 0) : gateway(environment);
        CountDownLatch stopped = new CountDownLatch(1);
        ApplicationListener<ContextClosedEvent> stop = event -> stopped.countDown();
        try (ConfigurableApplicationContext application =
                application(ours).listeners(stop).run(properties)) {
            String address = address(application);
            out.println("service: " + address);
            out.flush();
            if (demo) {
                return new Tour(address, out).go();
            }
            stopped.await();
            return "served the fleet at " + address;
        }
    }

    private static Map<String, Object> gateway(Map<String, String> environment) {
        String url = environment.getOrDefault(GATEWAY_URL, "");
        return url.isEmpty()
                ? Map.of()
                : Map.of(
                        ServiceSettings.GATEWAY,
                        "real",
                        "service.gateway-url",
                        url,
                        "service.api-keys.agent",
                        environment.getOrDefault(API_KEY, ""),
                        // Which would make a second runtime from the same variables: the properties nookplot.*.
                        "spring.autoconfigure.exclude",
                        NookplotAutoConfiguration.class.getName());
    }

    /**
     * The application, ready to run.
     *
     * @param ours properties that go before all others
     */
    static SpringApplicationBuilder application(Map<String, Object> ours) {
        return new SpringApplicationBuilder(ServiceApplication.class)
                .web(WebApplicationType.REACTIVE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                // Reads service.properties, so that no other application on this class path is configured by it.
                .properties("spring.config.name=service")
                .initializers(context ->
                        context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("main", ours)));
    }

    static String address(ConfigurableApplicationContext application) {
        return "http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + "/";
    }
}

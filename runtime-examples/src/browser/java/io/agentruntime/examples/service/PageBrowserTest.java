package io.agentruntime.examples.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.springframework.context.ConfigurableApplicationContext;

/** The page in a real browser: what its user sees, presses and hears. */
class PageBrowserTest {

    private static final Path PICTURES = Path.of("target", "browser");
    private static final int AGENTS = 6;
    private static final String ALL_CONNECTED = AGENTS + " of " + AGENTS;

    @TempDir
    static Path profile;

    private static ConfigurableApplicationContext application;
    private static Chromium page;

    @BeforeAll
    static void start() {
        application = Service.application(Map.of("server.port", 0, "service.agents", AGENTS))
                .run();
        page = new Chromium(profile);
        report(page.version() + " looks at " + Service.address(application));
    }

    @AfterAll
    static void stop() {
        page.close();
        application.close();
    }

    @BeforeEach
    void open() {
        page.scheme("light");
        page.open(Service.address(application));
        allConnected();
    }

    @Test
    void restartingTheGatewayIsSeenAsReconnectsGapsAndRefills() {
        List<AgentSnapshot> before = agents();
        long refilled = before.stream().mapToLong(AgentSnapshot::refilled).sum();

        button("Restart").click();
        page.await(
                "the states of agents that reconnect",
                () -> page.texts("#agents .state").contains("reconnecting"));
        report("pressed Restart: "
                + page.texts("#agents .state").stream()
                        .filter("reconnecting"::equals)
                        .count() + " of " + AGENTS + " agents reconnecting");
        page.await(
                "the next attempt in the table",
                () -> page.texts("#agents td:nth-child(4)").stream()
                        .anyMatch(text -> text.matches("\\d+ in [\\d.]+ m?s")));
        allConnected();
        page.await(
                "the refill among the events",
                () -> page.texts("#events td:nth-child(3)").stream()
                        .anyMatch(text -> text.matches("gets \\d+ missed messages from the history")));
        page.await("the refills counted", () -> Long.parseLong(page.text("#tile-refilled")) > refilled);

        assertThat(page.texts("#events td:nth-child(3)"))
                .anyMatch(text -> text.startsWith("reconnecting, attempt 1 in "))
                .anyMatch(text -> text.startsWith("hears of a gap of "))
                .contains("connected");
        assertThat(agents())
                .allSatisfy(agent -> assertThat(agent.sessions())
                        .isGreaterThan(before.stream()
                                .filter(earlier -> earlier.id().equals(agent.id()))
                                .findFirst()
                                .orElseThrow()
                                .sessions()));
        report("all " + AGENTS + " are back, " + (Long.parseLong(page.text("#tile-refilled")) - refilled)
                + " missed messages were refilled so far");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Drop the sockets", "Half-open", "Answer 429"})
    void everyOtherFaultIsSeenToo(String name) {
        page.run("document.querySelector('#events tbody').replaceChildren()");

        button(name).click();
        page.await(
                "reconnects among the events",
                () -> page.texts("#events td:nth-child(3)").stream()
                        .anyMatch(text -> text.startsWith("reconnecting, attempt ")));
        allConnected();

        report("pressed " + name + ": seen, and all are back");
        assertThat(page.text("#error")).isEmpty();
    }

    @Test
    void anAgentIsStartedAndStoppedByItsName() {
        page.element("#start-name").sendKeys("zoe", Keys.ENTER);
        page.await("the agent's row", () -> page.texts("#agents tbody th").contains("zoe"));
        page.await("it connected", () -> page.text("#tile-connected").equals("7 of 7"));

        button("Stop zoe").click();
        page.await("the row gone", () -> !page.texts("#agents tbody th").contains("zoe"));
        assertThat(page.focused().getDomAttribute("id")).isEqualTo("agents-title");

        report("started and stopped an agent");
    }

    @Test
    void whatTheServiceRefusesIsSaid() {
        page.run("document.querySelector('[data-fault=drop]').dataset.fault = 'nonsense'");
        button("Drop the sockets").click();

        page.await("the reason", () -> page.text("#error").contains("There is no fault nonsense"));
    }

    @Test
    void changesAreToldToScreenReaders() {
        assertThat(page.element("#status").getAriaRole()).isEqualTo("status");
        assertThat(page.element("#error").getDomAttribute("role")).isEqualTo("alert");

        button("Restart").click();

        Set<String> heard = new LinkedHashSet<>();
        page.await("what is told of the loss", () -> {
            heard.add(page.text("#status"));
            return heard.stream().anyMatch(text -> text.contains("The gateway is back"))
                    && heard.stream().anyMatch(text -> text.matches(".*\\b[0-5] of 6 agents connected.*"))
                    && page.text("#status").endsWith("6 of 6 agents connected");
        });
        report("screen readers are told: " + heard);
    }

    @Test
    void theChartsAreATableToo() {
        page.element("#values summary").click();
        page.await(
                "rows of values", () -> page.elements("#values-table tbody tr").size() >= 3);

        assertThat(page.texts("#values-table th"))
                .contains("Messages taken a second", "Age when taken, median", "Waiting in buffers");
        assertThat(page.elements(".chart"))
                .hasSize(4)
                .allSatisfy(chart -> assertThat(chart.getAccessibleName()).contains(", now "));
    }

    @Test
    void everythingCanBeReachedAndDoneWithTheKeyboard() {
        page.run("document.activeElement.blur(); window.scrollTo(0, 0)");
        List<String> walked = new ArrayList<>();
        WebElement start = page.element("body");
        do {
            page.press(Keys.TAB);
            WebElement here = page.focused();
            if (here.equals(start)) {
                break;
            }
            assertThat(here.getCssValue("outline-style"))
                    .as("focus shown on " + here.getAccessibleName())
                    .isNotEqualTo("none");
            walked.add(here.getAccessibleName());
        } while (walked.size() < 60);
        report("keyboard walk: " + walked);

        assertThat(walked)
                .startsWith("Skip to the agents", "Drop the sockets", "Half-open", "Answer 429", "Restart")
                .contains("Messages a second", "Work on a message", "The last ten seconds as a table", "Name")
                .contains("Start an agent", "Stop agent-01", "Stop agent-06")
                .doesNotHaveDuplicates();

        long sessions = agents().get(0).sessions();
        page.run("document.querySelector('[data-fault=drop]').focus()");
        page.press(Keys.SPACE);
        page.await("another session", () -> agents().get(0).sessions() > sessions);
        assertThat(page.focused().getAccessibleName()).isEqualTo("Drop the sockets");
    }

    @Test
    void theSkipLinkLeadsToTheAgents() {
        page.run("document.querySelector('.skip').focus()");
        page.press(Keys.ENTER);
        page.await("the focus there", () -> "agents-title".equals(page.focused().getDomAttribute("id")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void axeFindsNothingAndAPictureIsKept(String scheme) {
        page.scheme(scheme);
        button("Restart").click();
        page.await("agents that reconnect", () -> page.texts("#agents .state").contains("reconnecting"));
        page.loadAxe();

        assertThat(axe()).isEmpty();
        allConnected();
        page.await("a refill", () -> page.text("#events").contains("missed messages"));
        assertThat(axe()).isEmpty();

        page.screenshot(PICTURES.resolve(scheme + ".png"));
        report("axe finds nothing in " + scheme + ", picture in " + PICTURES.resolve(scheme + ".png"));
    }

    @Test
    void lightAndDarkFollowTheSystem() {
        String light = page.element("body").getCssValue("background-color");
        page.scheme("dark");
        String dark = page.element("body").getCssValue("background-color");

        assertThat(brightness(light)).isGreaterThan(200);
        assertThat(brightness(dark)).isLessThan(50);
    }

    @Test
    void aNarrowWindowScrollsOnlyInsideItsTables() {
        page.size(500, 900);
        try {
            assertThat(page.run("return document.documentElement.scrollWidth - innerWidth"))
                    .asInstanceOf(InstanceOfAssertFactories.LONG)
                    .isLessThanOrEqualTo(0);
        } finally {
            page.size(1280, 1100);
        }
    }

    @Test
    void nothingComesFromElsewhereAndNothingIsComplainedOf() {
        String origin = String.valueOf(page.run("return location.origin"));

        assertThat((List<?>) page.run("return performance.getEntriesByType('resource').map(r => r.name)"))
                .hasSizeGreaterThan(8)
                .allSatisfy(name -> assertThat(String.valueOf(name)).startsWith(origin + "/"));
        assertThat(page.console())
                .filteredOn(line -> !line.contains("nonsense"))
                .isEmpty();
    }

    private static int brightness(String color) {
        String[] parts = color.replaceAll("[^\\d,.]", "").split(",", -1);
        return Integer.parseInt(parts[0].strip());
    }

    private static List<?> axe() {
        return (List<?>) page.runToTheEnd("const done = arguments[arguments.length - 1];"
                + "axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })"
                + ".then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html).join(' '))))");
    }

    private static void allConnected() {
        page.await("all agents connected", () -> page.text("#tile-connected").equals(ALL_CONNECTED));
    }

    private static WebElement button(String name) {
        return page.elements("button").stream()
                .filter(button -> button.getAccessibleName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static List<AgentSnapshot> agents() {
        return application.getBean(Fleet.class).agents();
    }

    private static void report(String what) {
        System.out.println("browser: " + what);
    }
}

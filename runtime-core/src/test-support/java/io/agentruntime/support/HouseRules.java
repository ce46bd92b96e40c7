package io.agentruntime.support;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessTargetWhere;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.conditions.ArchConditions.never;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/** The rules of the house that bytecode can show. Each module's {@code ArchitectureTest} runs them on its class path. */
public final class HouseRules {

    private static final String ROOT = "io.agentruntime.";

    /** Which package may use which others. A new package begins with a row here. */
    private static final Map<String, Set<String>> LAYERS = new TreeMap<>();

    static {
        Set<String> engine = Set.of(
                "client",
                "connection",
                "error",
                "http",
                "json",
                "net",
                "stream",
                "telemetry",
                "transport",
                "transport.sockjs");
        LAYERS.put("error", Set.of());
        LAYERS.put("stream", Set.of("error"));
        LAYERS.put("json", Set.of("error"));
        LAYERS.put("net", Set.of("error"));
        LAYERS.put("connection", Set.of("error", "stream"));
        LAYERS.put("http", Set.of("error", "json", "net"));
        LAYERS.put("transport", Set.of("connection", "error", "net"));
        LAYERS.put("transport.sockjs", Set.of("connection", "error", "http", "json", "net", "transport"));
        LAYERS.put("telemetry", Set.of("connection", "http", "stream", "transport"));
        LAYERS.put("client", Set.of("connection", "error", "json", "net", "stream", "telemetry", "transport"));
        LAYERS.put("micrometer", Set.of("connection", "error", "stream", "telemetry"));
        LAYERS.put("runner", Set.of("error"));
        LAYERS.put("nookplot..", engine);
        LAYERS.put("codebolt..", engine);
        LAYERS.put("octavus..", engine);
        LAYERS.put("phoenix..", engine);
        LAYERS.put(
                "atomemo..",
                Stream.concat(engine.stream(), Stream.of("phoenix..")).collect(toSet()));
    }

    private static final DescribedPredicate<JavaClass> TESTKIT = in("testkit..", "*.testkit..");
    private static final DescribedPredicate<JavaClass> SPRING = in("spring..", "*.spring..");
    private static final DescribedPredicate<JavaClass> EXAMPLES = in("examples..");

    /** What users' code runs on. The examples are users' code. */
    private static final DescribedPredicate<JavaClass> LIBRARY = in(".").and(not(EXAMPLES));

    /** An application that asks for it gets a JVM shutdown hook: a thread, and one that waits. */
    private static final DescribedPredicate<JavaClass> SHUTDOWN_HOOK = simpleName("ShutdownHook");

    /** Its {@code run()} is for main methods: it waits for the end of the plugin and, when it is told to, ends the process. */
    private static final DescribedPredicate<JavaClass> PLUGIN_RUNNER =
            resideInAPackage(ROOT + "runner").and(simpleName("PluginRunner"));

    @ArchTest
    static final ArchRule packages_use_only_the_layers_below_them = CompositeArchRule.of(
                    LAYERS.keySet().stream().map(HouseRules::usesOnlyItsLayers).toList())
            .as("packages use only the layers that HouseRules.LAYERS has for them");

    @ArchTest
    static final ArchRule every_package_has_its_row = classes()
            .that(LIBRARY)
            .should(be(inAnyOf(LAYERS.keySet()).or(TESTKIT).or(SPRING).as("in a package that has one")))
            .as("every package has its row in HouseRules.LAYERS");

    @ArchTest
    static final ArchRule nothing_uses_a_testkit = noClasses()
            .that(LIBRARY.and(not(TESTKIT)))
            .should()
            .dependOnClassesThat(TESTKIT)
            .as("nothing but testkits, the examples and tests uses a testkit");

    @ArchTest
    static final ArchRule nothing_uses_spring = noClasses()
            .that(LIBRARY.and(not(SPRING)))
            .should()
            .dependOnClassesThat(SPRING.or(resideInAPackage("org.springframework..")))
            .as("nothing but the spring packages uses Spring");

    @ArchTest
    static final ArchRule the_engine_knows_no_wire = noClasses()
            .that(in("connection..", "error..", "stream.."))
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("io.netty..", "reactor.netty..", "tools.jackson..", "com.fasterxml.jackson.."))
            .as("connection, error and stream use neither Netty nor Jackson");

    @ArchTest
    static final ArchRule the_signing_library_has_one_user = noClasses()
            .that(LIBRARY.and(not(simpleName("Web3jSigner"))))
            .should()
            .dependOnClassesThat(resideInAnyPackage("org.web3j..", "org.bouncycastle.."))
            .as("nothing but Web3jSigner uses web3j, which is an optional dependency");

    @ArchTest
    static final ArchRule nothing_else_uses_micrometer = noClasses()
            .that(LIBRARY.and(not(in("micrometer..", "spring..", "*.spring.."))))
            .should()
            .dependOnClassesThat(resideInAPackage("io.micrometer.."))
            .as("nothing but the micrometer and spring packages uses Micrometer, which is an optional dependency");

    @ArchTest
    static final ArchRule no_package_cycles =
            slices().matching(ROOT + "(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule every_package_is_null_marked = classes()
            .should(be(describe(
                    "in a package whose package-info.java says @NullMarked",
                    type -> type.getPackage().isAnnotatedWith(NullMarked.class))))
            .as("every package is @NullMarked");

    @ArchTest
    static final ArchRule nothing_waits = classes()
            .that(LIBRARY.and(not(SHUTDOWN_HOOK)).and(not(PLUGIN_RUNNER)))
            .should(never(accessTargetWhere(ForbiddenCalls.WAITING)))
            .as("library code never waits for another thread");

    @ArchTest
    static final ArchRule nothing_starts_threads = classes()
            .that(LIBRARY.and(not(SHUTDOWN_HOOK)))
            .should(never(accessTargetWhere(ForbiddenCalls.STARTING_THREADS)))
            .as("library code runs on Reactor's schedulers and on event loops, not on threads of its own");

    @ArchTest
    static final ArchRule nothing_ends_the_process = classes()
            .that(LIBRARY.and(not(PLUGIN_RUNNER)))
            .should(never(accessTargetWhere(ForbiddenCalls.ENDING_THE_PROCESS)))
            .as("nothing but the plugin runner ends the process");

    @ArchTest
    static final ArchRule nothing_prints = classes()
            .that(LIBRARY)
            .should(never(accessTargetWhere(ForbiddenCalls.PRINTING)))
            .as("library code logs and never prints");

    @ArchTest
    static final ArchRule no_public_impl =
            noClasses().that().arePublic().should().haveSimpleNameEndingWith("Impl");

    private HouseRules() {}

    private static ArchRule usesOnlyItsLayers(String layer) {
        DescribedPredicate<JavaClass> self = in(layer).and(not(TESTKIT)).and(not(SPRING));
        // Testkits and Spring have rules of their own, with clearer messages.
        DescribedPredicate<JavaClass> allowed =
                inAnyOf(LAYERS.get(layer)).or(in(layer)).or(TESTKIT).or(SPRING);
        return noClasses()
                .that(self)
                .should()
                .dependOnClassesThat(in(".").and(not(allowed)))
                .as(layer + " uses only " + LAYERS.get(layer));
    }

    private static DescribedPredicate<JavaClass> inAnyOf(Collection<String> packages) {
        return in(packages.toArray(String[]::new));
    }

    private static DescribedPredicate<JavaClass> in(String... packages) {
        return resideInAnyPackage(Stream.of(packages).map(ROOT::concat).toArray(String[]::new));
    }
}

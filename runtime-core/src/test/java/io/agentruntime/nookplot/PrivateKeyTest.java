package io.agentruntime.nookplot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentruntime.error.InvalidOptionException;
import io.agentruntime.support.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The option {@code privateKey}: what it takes, and what happens without the library. */
class PrivateKeyTest {

    private static final String ORDER = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";

    private static NookplotRuntimeBuilder builder() {
        return NookplotRuntime.builder().gatewayUrl("https://gateway.example/").apiKey("nk_" + Secrets.MARKER);
    }

    static Stream<String> bad() {
        String digits = "c0ffee".repeat(10) + "beef";
        return Stream.of(
                "",
                "0x",
                digits.substring(1),
                digits + "0",
                "0x" + digits + "00",
                "0x0x" + digits.substring(2),
                digits.replace('b', 'x'),
                " " + digits.substring(1),
                digits.substring(0, 63) + "\n",
                "0".repeat(64),
                ORDER,
                "f".repeat(64));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadKeyIsRefusedByNameAndNotShown(String key) {
        assertThatThrownBy(() -> builder().privateKey(key))
                .isInstanceOfSatisfying(
                        InvalidOptionException.class,
                        e -> assertThat(e.option()).isEqualTo("privateKey"))
                .hasMessageContaining("32 bytes in hex")
                .hasMessageNotContaining("c0ffee")
                .hasMessageNotContaining("ffff")
                .hasMessageNotContaining("0000");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000000000000000000000000000000000000000000000000000000000000001",
                "0x0000000000000000000000000000000000000000000000000000000000000001",
                "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364140"
            })
    void aGoodKeyIsTakenWithOrWithoutItsPrefix(String key) {
        NookplotRuntime runtime = builder().privateKey(key).build();

        assertThat(runtime.transactions().address())
                .hasValueSatisfying(address -> assertThat(address).matches("0x[0-9a-fA-F]{40}"));
        runtime.close().block();
    }

    @Test
    void aRuntimeWithAKeyShowsNothingOfIt() {
        NookplotRuntimeBuilder builder = builder().privateKey(SigningScenario.KEY);
        NookplotSettings settings = builder.settings();
        NookplotRuntime runtime = new NookplotRuntime(settings);

        for (Object shown : List.of(builder, settings, runtime, runtime.transactions())) {
            Secrets.assertNoneIn(shown.toString());
        }
        runtime.close().block();
    }

    // ---- The library is an optional dependency

    @ParameterizedTest
    @ValueSource(strings = {"org.web3j.", "org.web3j.abi.", "org.bouncycastle.", "com.fasterxml.jackson.databind."})
    void withoutTheLibraryOrAPartOfItBuildingFailsClearly(String missing) throws Exception {
        assertThatThrownBy(() -> childOf(missing, true))
                .hasMessageContaining("Option 'privateKey' needs the optional dependency org.web3j:crypto")
                .hasCauseInstanceOf(NoClassDefFoundError.class)
                .satisfies(Secrets::assertNoneIn)
                .satisfies(e -> assertThat(e.getClass().getName()).isEqualTo(InvalidOptionException.class.getName()));
    }

    @Test
    void withoutTheLibraryAndWithoutAKeyTheRuntimeWorks() {
        assertThatCode(() -> childOf("org.web3j.", false)).doesNotThrowAnyException();
    }

    /** What runs in the other class loader. */
    static final class Child implements Runnable {

        private final boolean withKey;

        Child(Boolean withKey) {
            this.withKey = withKey;
        }

        @Override
        public void run() {
            NookplotRuntimeBuilder builder = withKey ? builder().privateKey(SigningScenario.KEY) : builder();
            NookplotRuntime runtime = builder.build();
            assertThatThrownBy(() -> runtime.transactions()
                            .prepareSignRelay("/v1/prepare/post", null)
                            .block())
                    .hasMessageContaining("privateKey");
            assertThatThrownBy(() -> runtime.channels()
                            .send("any", OutgoingMessage.text("x").signed())
                            .block())
                    .hasMessageContaining("privateKey");
            runtime.close().block();
        }
    }

    private static void childOf(String missing, boolean withKey) throws Throwable {
        Class<?> child = new Filter(missing).loadClass(Child.class.getName());
        var constructor = child.getDeclaredConstructor(Boolean.class);
        constructor.setAccessible(true);
        try {
            Runnable.class.getMethod("run").invoke(constructor.newInstance(withKey));
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    /** This class path without some packages: all that could refer to them is loaded anew. */
    private static final class Filter extends ClassLoader {

        private final String missing;

        Filter(String missing) {
            super(PrivateKeyTest.class.getClassLoader());
            this.missing = missing;
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith(missing)) {
                throw new ClassNotFoundException(name);
            }
            boolean anew = Stream.of("io.agentruntime.", "org.web3j.", "org.bouncycastle.")
                            .anyMatch(name::startsWith)
                    && !name.startsWith("io.agentruntime.support.");
            if (!anew) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}

package io.agentruntime.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/** A key with a certificate that it has signed itself, in a store that serves as key store and as trust store. */
public final class TestKeys {

    public static final String PASSWORD = "changeit";

    private final String name;
    private final Path file;

    private TestKeys(String name, Path file) {
        this.name = name;
        this.file = file;
    }

    /**
     * Makes a key.
     *
     * @param name the certificate's common name
     * @param alternative whom it is for, e.g. {@code dns:localhost}
     */
    public static TestKeys make(Path folder, String name, String alternative) throws IOException, InterruptedException {
        Path file = folder.resolve(name + ".p12");
        Path log = folder.resolve("keytool.log");
        int exit = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        name,
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=" + alternative,
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start()
                .waitFor();
        assertThat(exit).as(Files.readString(log)).isZero();
        return new TestKeys(name, file);
    }

    /** The store, in PKCS 12. */
    public Path file() {
        return file;
    }

    /** The certificate, in PEM. */
    public String pem() throws GeneralSecurityException, IOException {
        String certificate = Base64.getMimeEncoder()
                .encodeToString(store().getCertificate(name).getEncoded());
        return "-----BEGIN CERTIFICATE-----\n" + certificate + "\n-----END CERTIFICATE-----\n";
    }

    /** For whoever shows the certificate. */
    public KeyManagerFactory keys() throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store(), PASSWORD.toCharArray());
        return keys;
    }

    /** For whoever trusts the certificate. */
    public TrustManagerFactory trust() throws GeneralSecurityException, IOException {
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store());
        return trust;
    }

    private KeyStore store() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            store.load(in, PASSWORD.toCharArray());
        }
        return store;
    }
}

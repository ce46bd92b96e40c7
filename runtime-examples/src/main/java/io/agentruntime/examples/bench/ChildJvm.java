package io.agentruntime.examples.bench;

import java.io.File;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A fresh JVM with the class path of this one. */
public final class ChildJvm extends ChildProcess {

    private ChildJvm(String name, PrintStream out, List<String> command) {
        super(name, out, null, command);
    }

    /**
     * Starts a JVM.
     *
     * @param name what it is, for messages
     * @param out where goes what it prints besides reports
     * @param options JVM options
     * @param main the class whose {@code main} it runs
     * @param args the arguments of that
     */
    public static ChildJvm start(String name, PrintStream out, List<String> options, Class<?> main, Object... args) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.add("-cp");
        command.add(classPath());
        command.add(main.getName());
        for (Object arg : args) {
            command.add(String.valueOf(arg));
        }
        return new ChildJvm(name, out, command);
    }

    /** Maven's exec:java runs programs in its own JVM, from a class loader that knows the class path. */
    private static String classPath() {
        if (!(ChildJvm.class.getClassLoader() instanceof URLClassLoader loader)) {
            return System.getProperty("java.class.path");
        }
        List<String> entries = new ArrayList<>();
        for (URL url : loader.getURLs()) {
            try {
                URI uri = url.toURI();
                entries.add(Path.of(uri).toString());
            } catch (URISyntaxException e) {
                throw new IllegalStateException("The class path has an entry that is no file: " + url, e);
            }
        }
        return String.join(File.pathSeparator, entries);
    }
}

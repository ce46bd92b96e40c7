package io.agentruntime.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A loopback server that does to each request what a test says, byte by byte; a thread a connection. */
final class RawServer implements AutoCloseable {

    /** What happens to a request. */
    interface Script {
        void onRequest(Peer peer, String request) throws IOException;
    }

    /** One connection. */
    record Peer(Socket socket, int number) {
        void write(String text) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(text.getBytes(ISO_8859_1));
            out.flush();
        }

        void reply(int status, String body, String... headers) throws IOException {
            StringBuilder text =
                    new StringBuilder("HTTP/1.1 " + status + " X\r\nContent-Length: " + body.length() + "\r\n");
            for (String header : headers) {
                text.append(header).append("\r\n");
            }
            write(text + "\r\n" + body);
        }

        void close() throws IOException {
            socket.close();
        }
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

    final List<String> requests = new CopyOnWriteArrayList<>();
    final AtomicInteger open = new AtomicInteger();
    final AtomicInteger mostOpen = new AtomicInteger();
    final AtomicInteger accepted = new AtomicInteger();
    private final ServerSocket server;
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final Script script;

    RawServer(Script script) {
        this.script = script;
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    BaseUrl url() {
        return BaseUrl.of("url", "http://127.0.0.1:" + server.getLocalPort());
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket = server.accept();
            sockets.add(socket);
            int number = accepted.incrementAndGet();
            mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
            start(() -> serve(new Peer(socket, number)));
        }
    }

    private void serve(Peer peer) throws IOException {
        try {
            InputStream in = peer.socket().getInputStream();
            StringBuilder request = new StringBuilder();
            for (int b = in.read(); b >= 0; b = in.read()) {
                request.append((char) b);
                int head = request.indexOf("\r\n\r\n");
                Matcher length = LENGTH.matcher(request);
                if (head >= 0
                        && request.length() == head + 4 + (length.find() ? Integer.parseInt(length.group(1)) : 0)) {
                    requests.add(request.toString());
                    script.onRequest(peer, request.toString());
                    request.setLength(0);
                }
            }
        } finally {
            open.decrementAndGet();
            peer.close();
        }
    }

    private interface Task {
        void run() throws IOException;
    }

    private static void start(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (IOException e) {
                // The test closed the socket, or the client did.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}

import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.Header;
import io.debezium.engine.format.Json;

import java.io.BufferedReader;
import java.io.FileReader;
import java.io.InputStreamReader;
import java.io.ObjectOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs Debezium's embedded engine, once for each line of the standard input: PROPERTIES, OUTPUT, END, SECONDS, AFTER,
 * separated by tabs. Each record becomes one JSON line of OUTPUT: topic, partition, key, value, headers, all as the engine's own JSON
 * converter wrote them. A run ends at the first record whose topic ends with END (which is not written), with the engine,
 * or after so many seconds; without END, two seconds after the last record. The engine may give up at an event and still
 * have delivered what came after it: the run goes on for AFTER seconds beyond its end to see whether it does. It answers with a line: "done COUNT",
 * "failed MESSAGE" (the engine gave up) or "late COUNT".
 *
 * Properties that begin with "truth." are ours: truth.file, truth.pos and truth.gtids are where the engine goes on from.
 */
public final class Recorder {
    private final AtomicBoolean ended = new AtomicBoolean(false);
    private final AtomicLong count = new AtomicLong();
    private final AtomicLong last = new AtomicLong(Long.MAX_VALUE);
    private final AtomicReference<String> failure = new AtomicReference<>();

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] words = line.split("\t", -1);
            answers.println(answer(words));
            answers.flush();
        }
        Runtime.getRuntime().halt(0);
    }

    /** An engine that cannot even be made, or closed, has failed like one that gives up. */
    private static String answer(String[] words) {
        try {
            return new Recorder().run(words[0], words[1], words[2], Integer.parseInt(words[3]), Integer.parseInt(words[4]));
        }
        catch (Exception e) {
            return "failed " + reason("the engine", e);
        }
    }

    private String run(String config, String output, String end, int seconds, int after) throws Exception {
        Properties properties = new Properties();
        try (FileReader reader = new FileReader(config, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        writeOffset(properties);
        try (PrintStream out = new PrintStream(Files.newOutputStream(Path.of(output)), false, StandardCharsets.UTF_8)) {
            DebeziumEngine<ChangeEvent<String, String>> engine = DebeziumEngine
                    .create(Json.class, Json.class, Json.class)
                    .using(properties)
                    .notifying((ChangeEvent<String, String> record) -> take(record, end, out))
                    .using((success, message, error) -> {
                        if (!success) {
                            failure.compareAndSet(null, reason(message, error));
                        }
                    })
                    .build();
            ExecutorService executor = Executors.newSingleThreadExecutor();
            executor.execute(engine);
            boolean late = !await(end, seconds);
            awaitFailure(after);
            if (failure.get() == null) {
                engine.close();
            }
            executor.shutdown();
            executor.awaitTermination(10, TimeUnit.SECONDS);
            if (failure.get() != null && (!ended.get() || after > 0)) {
                return "failed " + failure.get();
            }
            return (late ? "late " : "done ") + count.get();
        }
    }

    private boolean await(String end, int seconds) throws InterruptedException {
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        while (!ended.get() && failure.get() == null) {
            if (end.isEmpty() && System.nanoTime() - last.get() > 2_000_000_000L && last.get() != Long.MAX_VALUE) {
                return true;
            }
            if (System.nanoTime() > until) {
                return false;
            }
            Thread.sleep(20);
        }
        return true;
    }

    private void awaitFailure(int seconds) throws InterruptedException {
        long until = System.nanoTime() + seconds * 1_000_000_000L;
        while (failure.get() == null && System.nanoTime() < until) {
            Thread.sleep(20);
        }
    }

    private void take(ChangeEvent<String, String> record, String end, PrintStream out) {
        if (!end.isEmpty() && record.destination() != null && record.destination().endsWith(end)) {
            ended.set(true);
        }
        if (ended.get()) {
            return;
        }
        StringBuilder headers = new StringBuilder();
        for (Header<?> header : record.headers()) {
            headers.append(headers.length() == 0 ? "" : ",");
            headers.append(string(header.getKey())).append(':').append(raw(header.getValue()));
        }
        out.print("{\"topic\":" + string(record.destination()) + ",\"partition\":" + record.partition()
                + ",\"key\":" + raw(record.key()) + ",\"value\":" + raw(record.value()) + ",\"headers\":{" + headers + "}}\n");
        count.incrementAndGet();
        last.set(System.nanoTime());
    }

    private static String reason(String message, Throwable error) {
        StringBuilder out = new StringBuilder(String.valueOf(message));
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            out.append(" / ").append(cause.getClass().getSimpleName()).append(": ").append(cause.getMessage());
        }
        return out.toString().replace('\n', ' ').replace('\r', ' ').replace('\t', ' ');
    }

    private static String string(String text) {
        if (text == null) {
            return "null";
        }
        StringBuilder out = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }

    private static String raw(Object text) {
        return text == null ? "null" : text.toString();
    }

    /** The file in which Connect keeps offsets: a serialised map of bytes, both sides JSON. */
    private static void writeOffset(Properties properties) throws Exception {
        String file = properties.getProperty("truth.file");
        if (file == null) {
            return;
        }
        String name = properties.getProperty("name");
        String prefix = properties.getProperty("topic.prefix");
        String key = "[\"" + name + "\",{\"server\":\"" + prefix + "\"}]";
        String gtids = properties.getProperty("truth.gtids");
        String value = "{\"ts_sec\":1,\"file\":\"" + file + "\",\"pos\":" + properties.getProperty("truth.pos")
                + (gtids == null || gtids.isEmpty() ? "" : ",\"gtids\":\"" + gtids + "\"") + "}";
        HashMap<byte[], byte[]> map = new HashMap<>();
        map.put(key.getBytes(StandardCharsets.UTF_8), value.getBytes(StandardCharsets.UTF_8));
        Path path = Path.of(properties.getProperty("offset.storage.file.filename"));
        try (ObjectOutputStream out = new ObjectOutputStream(Files.newOutputStream(path))) {
            out.writeObject(map);
        }
    }
}

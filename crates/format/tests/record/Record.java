import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.Header;
import io.debezium.engine.format.Json;

import java.io.FileReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Runs Debezium's embedded engine and writes each record as one JSON line: topic, partition, key, value, headers, all as
 * the engine's own JSON converter wrote them (schemas off). Ends at the record of the table END, or after a time.
 *
 * Usage: Record PROPERTIES OUTPUT SECONDS END (END "" = run all the seconds)
 */
public final class Record {
    private static String string(String text) {
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

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (FileReader reader = new FileReader(args[0], StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        AtomicBoolean done = new AtomicBoolean(false);
        AtomicBoolean failed = new AtomicBoolean(false);
        try (PrintStream out = new PrintStream(Files.newOutputStream(Path.of(args[1])), false, StandardCharsets.UTF_8)) {
            DebeziumEngine<ChangeEvent<String, String>> engine = DebeziumEngine
                    .create(Json.class, Json.class, Json.class)
                    .using(properties)
                    .notifying((ChangeEvent<String, String> record) -> {
                        if (!args[3].isEmpty() && record.destination().endsWith("." + args[3])) {
                            done.set(true);
                            return;
                        }
                        if (done.get()) {
                            return;
                        }
                        StringBuilder headers = new StringBuilder();
                        for (Header<?> header : record.headers()) {
                            headers.append(headers.length() == 0 ? "" : ",");
                            headers.append(string(header.getKey())).append(':').append(raw(header.getValue()));
                        }
                        out.println("{\"topic\":" + string(record.destination()) + ",\"partition\":" + record.partition()
                                + ",\"key\":" + raw(record.key()) + ",\"value\":" + raw(record.value())
                                + ",\"headers\":{" + headers + "}}");
                    })
                    .using((success, message, error) -> {
                        if (!success) {
                            System.err.println("the engine ended: " + message);
                            failed.set(true);
                        }
                    })
                    .build();
            ExecutorService executor = Executors.newSingleThreadExecutor();
            executor.execute(engine);
            for (int tenths = 0; tenths < Integer.parseInt(args[2]) * 10 && !done.get() && !failed.get(); tenths++) {
                Thread.sleep(100);
            }
            if (!failed.get()) {
                engine.close();
            }
            out.flush();
            executor.shutdown();
            executor.awaitTermination(5, TimeUnit.SECONDS);
        }
        Runtime.getRuntime().halt(!failed.get() && (args[3].isEmpty() || done.get()) ? 0 : 1);
    }
}

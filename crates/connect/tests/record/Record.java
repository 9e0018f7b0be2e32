import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.*;
import org.apache.kafka.connect.header.Header;
import org.apache.kafka.connect.json.JsonConverter;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.storage.SimpleHeaderConverter;
import org.apache.kafka.connect.storage.StringConverter;
import org.apache.kafka.connect.transforms.Transformation;
import org.apache.kafka.connect.transforms.predicates.Predicate;

/** Sends the inputs through the real transforms and the real converter, as the cases say. See README.md. */
public final class Record {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonConverter EXACT = converter(true, "BASE64", false);
    private static final JsonConverter SCHEMAS = converter(true, "BASE64", true);
    private static final JsonConverter PLAIN = converter(false, "BASE64", true);
    private static final JsonConverter NUMERIC = converter(false, "NUMERIC", false);

    private static JsonConverter converter(boolean schemas, String decimals, boolean defaults) {
        JsonConverter converter = new JsonConverter();
        converter.configure(Map.of("schemas.enable", schemas, "decimal.format", decimals,
                "replace.null.with.default", defaults), false);
        return converter;
    }

    private record Stage(Transformation<SourceRecord> transform, Predicate<SourceRecord> predicate, boolean negate) {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[0]);
        Map<String, SourceRecord> inputs = Inputs.all();
        try (PrintStream out = new PrintStream(folder.resolve("records.jsonl").toFile(), StandardCharsets.UTF_8)) {
            for (Map.Entry<String, SourceRecord> input : inputs.entrySet()) {
                out.println(JSON.writeValueAsString(described(input.getKey(), input.getValue())));
            }
        }
        try (PrintStream out = new PrintStream(folder.resolve("expected.jsonl").toFile(), StandardCharsets.UTF_8)) {
            for (JsonNode one : JSON.readTree(folder.resolve("cases.json").toFile())) {
                for (JsonNode input : one.get("inputs")) {
                    ObjectNode line = JSON.createObjectNode();
                    line.set("case", one.get("case"));
                    line.set("input", input);
                    // Inputs are made anew: some transforms change them in place.
                    outcome(one.get("config"), Inputs.all().get(input.asText()), line);
                    out.println(JSON.writeValueAsString(line));
                }
            }
        }
    }

    private static void outcome(JsonNode config, SourceRecord record, ObjectNode line) {
        List<Stage> stages;
        try {
            stages = stages(config);
        } catch (Exception refused) {
            line.put("refused", String.valueOf(refused.getMessage()));
            return;
        }
        try {
            for (Stage stage : stages) {
                if (record != null && (stage.predicate == null || stage.negate ^ stage.predicate.test(record))) {
                    record = stage.transform.apply(record);
                }
            }
            if (record == null) {
                line.putNull("out");
                return;
            }
            line.set("out", written(record));
        } catch (Exception failed) {
            line.put("failed", String.valueOf(failed.getMessage()));
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Stage> stages(JsonNode config) throws Exception {
        List<Stage> stages = new ArrayList<>();
        for (String name : config.get("transforms").asText().split(",")) {
            Map<String, String> options = options(config, "transforms." + name + ".");
            Predicate<SourceRecord> predicate = null;
            if (options.containsKey("predicate")) {
                Map<String, String> its = options(config, "predicates." + options.get("predicate") + ".");
                predicate = (Predicate<SourceRecord>) Class.forName(its.get("type")).getConstructor().newInstance();
                predicate.configure(its);
            }
            var transform = (Transformation<SourceRecord>) Class.forName(options.get("type")).getConstructor().newInstance();
            transform.configure(options);
            stages.add(new Stage(transform, predicate, Boolean.parseBoolean(options.get("negate"))));
        }
        return stages;
    }

    private static Map<String, String> options(JsonNode config, String prefix) {
        Map<String, String> options = new HashMap<>();
        config.fields().forEachRemaining(entry -> {
            if (entry.getKey().startsWith(prefix)) {
                options.put(entry.getKey().substring(prefix.length()), entry.getValue().asText());
            }
        });
        return options;
    }

    /** A record with everything that the tests rebuild it from. */
    private static ObjectNode described(String name, SourceRecord record) {
        ObjectNode line = JSON.createObjectNode().put("input", name);
        common(record, line);
        text(line, "key", EXACT.fromConnectData("", record.keySchema(), record.key()));
        text(line, "value", EXACT.fromConnectData("", record.valueSchema(), record.value()));
        ArrayNode headers = line.putArray("headers");
        for (Header header : record.headers()) {
            ObjectNode one = headers.addObject().put("key", header.key());
            text(one, "exact", EXACT.fromConnectHeader("", "", header.schema(), header.value()));
        }
        return line;
    }

    /** What is left of a record, in several configurations of the converter. */
    private static ObjectNode written(SourceRecord record) throws Exception {
        ObjectNode line = JSON.createObjectNode();
        common(record, line);
        text(line, "key", SCHEMAS.fromConnectData("", record.keySchema(), record.key()));
        text(line, "value", SCHEMAS.fromConnectData("", record.valueSchema(), record.value()));
        text(line, "plain", PLAIN.fromConnectData("", record.valueSchema(), record.value()));
        try {
            text(line, "numeric", NUMERIC.fromConnectData("", record.valueSchema(), record.value()));
        } catch (Exception failed) {
            line.put("numeric", "failed");
        }
        StringConverter string = new StringConverter();
        text(line, "keyText", string.fromConnectData("", record.keySchema(), record.key()));
        text(line, "valueText", string.fromConnectData("", record.valueSchema(), record.value()));
        ArrayNode headers = line.putArray("headers");
        try (SimpleHeaderConverter simple = new SimpleHeaderConverter()) {
            for (Header header : record.headers()) {
                ObjectNode one = headers.addObject().put("key", header.key());
                text(one, "json", SCHEMAS.fromConnectHeader("", "", header.schema(), header.value()));
                text(one, "text", string.fromConnectHeader("", "", header.schema(), header.value()));
                text(one, "simple", simple.fromConnectHeader("", "", header.schema(), header.value()));
            }
        }
        return line;
    }

    private static void common(SourceRecord record, ObjectNode line) {
        line.put("topic", record.topic()).put("partition", record.kafkaPartition()).put("timestamp", record.timestamp());
    }

    private static void text(ObjectNode line, String name, byte[] bytes) {
        line.put(name, bytes == null ? null : new String(bytes, StandardCharsets.UTF_8));
    }
}

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.data.*;
import org.apache.kafka.connect.source.SourceRecord;

/** The records that the cases start from: shaped like Debezium's, and one of every type. */
final class Inputs {
    private static final Schema ROW = row(SchemaBuilder.struct().optional().name("srv.shop.orders.Value"));
    private static final Schema KEY =
            SchemaBuilder.struct().name("srv.shop.orders.Key").field("id", Schema.INT32_SCHEMA).build();
    private static final Schema SOURCE = SchemaBuilder.struct().name("io.debezium.connector.mysql.Source").version(1)
            .field("version", Schema.STRING_SCHEMA).field("connector", Schema.STRING_SCHEMA)
            .field("name", Schema.STRING_SCHEMA).field("ts_ms", Schema.INT64_SCHEMA)
            .field("snapshot", SchemaBuilder.string().name("io.debezium.data.Enum").version(1)
                    .parameter("allowed", "true,first,last,false").optional().defaultValue("false").build())
            .field("db", Schema.STRING_SCHEMA).field("sequence", Schema.OPTIONAL_STRING_SCHEMA)
            .field("ts_us", Schema.OPTIONAL_INT64_SCHEMA).field("ts_ns", Schema.OPTIONAL_INT64_SCHEMA)
            .field("table", Schema.OPTIONAL_STRING_SCHEMA).field("server_id", Schema.INT64_SCHEMA)
            .field("gtid", Schema.OPTIONAL_STRING_SCHEMA).build();
    private static final Schema TX = SchemaBuilder.struct().optional().name("event.block").version(1)
            .field("id", Schema.STRING_SCHEMA).field("total_order", Schema.INT64_SCHEMA)
            .field("data_collection_order", Schema.INT64_SCHEMA).build();
    private static final Schema ENVELOPE = SchemaBuilder.struct().name("srv.shop.orders.Envelope").version(2)
            .field("before", ROW).field("after", ROW).field("source", SOURCE).field("transaction", TX)
            .field("op", Schema.STRING_SCHEMA).field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA).build();

    private static Schema row(SchemaBuilder builder) {
        return builder.field("id", Schema.INT32_SCHEMA).field("name", Schema.OPTIONAL_STRING_SCHEMA)
                .field("price", Decimal.builder(2).optional().parameter("connect.decimal.precision", "10").build())
                .field("score", SchemaBuilder.float64().optional().defaultValue(1.5).build())
                .field("qty", SchemaBuilder.int16().defaultValue((short) 7).build())
                .field("made", SchemaBuilder.int64().optional().name("io.debezium.time.MicroTimestamp").version(1).build())
                .field("seen", SchemaBuilder.string().optional().name("io.debezium.time.ZonedTimestamp").version(1).build())
                .field("day", SchemaBuilder.int32().optional().name("io.debezium.time.Date").version(1).build())
                .field("data", Schema.OPTIONAL_BYTES_SCHEMA).field("tenant", Schema.OPTIONAL_STRING_SCHEMA).build();
    }

    private static Struct row(int id, String name, Double score, String tenant) {
        return new Struct(ROW).put("id", id).put("name", name).put("price", new BigDecimal("-12.50"))
                .put("score", score).put("qty", (short) 3).put("made", 1_711_849_530_123_456L)
                .put("seen", "2024-03-31T01:45:30.5Z").put("day", 19_000)
                .put("data", ByteBuffer.wrap(new byte[] {0, 1, -1})).put("tenant", tenant);
    }

    private static Struct envelope(String op, Struct before, Struct after, boolean transaction) {
        Struct source = new Struct(SOURCE).put("version", "3.6.1.Final").put("connector", "mysql").put("name", "srv")
                .put("ts_ms", 1_711_849_530_000L).put("db", "shop").put("ts_us", 1_711_849_530_000_000L)
                .put("ts_ns", 1_711_849_530_000_000_000L).put("table", "orders").put("server_id", 5L)
                .put("gtid", "3e11fa47-71ca-11e1-9e33-c80aa9429562:23");
        Struct block = new Struct(TX).put("id", "file=b,pos=1").put("total_order", 1L).put("data_collection_order", 2L);
        return new Struct(ENVELOPE).put("before", before).put("after", after).put("source", source)
                .put("transaction", transaction ? block : null).put("op", op).put("ts_ms", 1_711_849_530_777L);
    }

    private static SourceRecord record(String topic, Schema keySchema, Object key, Schema schema, Object value) {
        return new SourceRecord(Map.of(), Map.of(), topic, null, keySchema, key, schema, value);
    }

    private static SourceRecord change(Struct envelope) {
        return record("srv.shop.orders", KEY, new Struct(KEY).put("id", 1), ENVELOPE, envelope);
    }

    private static SourceRecord withHeaders(SourceRecord record) {
        Schema names = SchemaBuilder.array(Schema.OPTIONAL_STRING_SCHEMA).optional().name("drop").build();
        record.headers().addString("h1", "a \"b\" \\ c").addInt("h2", -5).add("drop", List.of("name", "id", "data"), names);
        return record;
    }

    private static SourceRecord types() {
        Schema inner = SchemaBuilder.struct().optional().name("inner").doc("inside").field("x", Schema.INT32_SCHEMA)
                .field("y", SchemaBuilder.string().optional().defaultValue("yy").build()).build();
        Schema schema = SchemaBuilder.struct().name("types").version(3).doc("all \"types\"").parameter("p", "1").parameter("a", "é😀")
                .field("i8", Schema.INT8_SCHEMA).field("i16", Schema.INT16_SCHEMA).field("i32", Schema.INT32_SCHEMA)
                .field("i64", Schema.INT64_SCHEMA).field("f32", Schema.FLOAT32_SCHEMA).field("f64", Schema.FLOAT64_SCHEMA)
                .field("nan", Schema.FLOAT64_SCHEMA).field("bool", Schema.BOOLEAN_SCHEMA).field("text", Schema.STRING_SCHEMA)
                .field("bytes", Schema.BYTES_SCHEMA).field("dec", Decimal.builder(3).optional().build())
                .field("dec0", SchemaBuilder.bytes().name(Decimal.LOGICAL_NAME).parameter("scale", "9").version(1).build())
                .field("date", org.apache.kafka.connect.data.Date.builder().optional().build()).field("time", Time.SCHEMA)
                .field("stamp", Timestamp.builder().optional().defaultValue(new Date(0)).build())
                .field("list", SchemaBuilder.array(Schema.OPTIONAL_INT32_SCHEMA).build())
                .field("inner", inner).field("none", inner)
                .field("def", SchemaBuilder.string().optional().defaultValue("dé\n").build())
                .field("num", Schema.OPTIONAL_STRING_SCHEMA).build();
        Struct value = new Struct(schema).put("i8", (byte) -8).put("i16", (short) 300).put("i32", 70_000)
                .put("i64", Long.MIN_VALUE).put("f32", 1.1e-7f).put("f64", 12_345_678.9).put("nan", Double.NaN)
                .put("bool", true).put("text", "tab\t\u0001\"\\/\u007f é 漢 😀").put("bytes", ByteBuffer.wrap("bytes".getBytes()))
                .put("dec", new BigDecimal("123456789012345678901234567890.125")).put("dec0", new BigDecimal("0.000000001"))
                .put("date", new Date(19_000L * 86_400_000)).put("time", new Date(3_723_004)).put("stamp", null)
                .put("list", java.util.Arrays.asList(1, null, 3)).put("inner", new Struct(inner).put("x", 9)).put("none", null)
                .put("def", null).put("num", "42");
        Schema keySchema = SchemaBuilder.struct().optional().field("k", Schema.OPTIONAL_INT64_SCHEMA).build();
        return record("types", keySchema, new Struct(keySchema), schema, value);
    }

    private static SourceRecord maps() {
        Schema numbers = SchemaBuilder.map(Schema.INT32_SCHEMA, Schema.OPTIONAL_STRING_SCHEMA).build();
        Schema schema = SchemaBuilder.struct().name("maps").field("m", numbers)
                .field("s", SchemaBuilder.map(Schema.STRING_SCHEMA, Schema.INT8_SCHEMA).optional().build()).build();
        Struct value = new Struct(schema).put("m", Map.of(1, "one")).put("s", Map.of("k\"", (byte) 1));
        return record("maps", Schema.INT64_SCHEMA, 7L, schema, value);
    }

    private static SourceRecord schemaChange(List<String> types) {
        Schema change = SchemaBuilder.struct().name("io.debezium.connector.schema.Change").version(1)
                .field("type", Schema.STRING_SCHEMA).field("id", Schema.STRING_SCHEMA).build();
        Schema schema = SchemaBuilder.struct().name("io.debezium.connector.mysql.SchemaChangeValue").version(1)
                .field("ddl", Schema.OPTIONAL_STRING_SCHEMA).field("tableChanges", SchemaBuilder.array(change).build()).build();
        List<Struct> changes = new ArrayList<>();
        types.forEach(type -> changes.add(new Struct(change).put("type", type).put("id", "t")));
        Struct value = new Struct(schema).put("ddl", "DDL").put("tableChanges", changes);
        Schema keySchema = SchemaBuilder.struct().name("io.debezium.connector.mysql.SchemaChangeKey").version(1)
                .field("databaseName", Schema.STRING_SCHEMA).build();
        return record("srv", keySchema, new Struct(keySchema).put("databaseName", "shop"), schema, value);
    }

    /** A change of an outbox table. */
    private static SourceRecord event(String op, String payload) {
        Schema row = SchemaBuilder.struct().optional().name("srv.shop.outbox.Value").field("id", Schema.STRING_SCHEMA)
                .field("aggregatetype", Schema.STRING_SCHEMA).field("aggregateid", Schema.OPTIONAL_STRING_SCHEMA)
                .field("payload", Schema.OPTIONAL_STRING_SCHEMA).field("version", Schema.OPTIONAL_INT32_SCHEMA)
                .field("made", SchemaBuilder.int64().optional().name("io.debezium.time.MicroTimestamp").version(1).build())
                .field("kind", SchemaBuilder.string().optional().defaultValue("usual").build()).build();
        Schema schema = SchemaBuilder.struct().name("srv.shop.outbox.Envelope").version(2).field("before", row)
                .field("after", row).field("op", Schema.STRING_SCHEMA).field("ts_ms", Schema.OPTIONAL_INT64_SCHEMA).build();
        Struct after = new Struct(row).put("id", "u-1").put("aggregatetype", "order").put("aggregateid", "7")
                .put("payload", payload).put("version", 3).put("made", 1_711_849_530_123_456L).put("kind", null);
        Struct value = new Struct(schema).put("op", op).put("ts_ms", 1_711_849_530_777L)
                .put(op.equals("d") ? "before" : "after", after);
        return record("srv.shop.outbox", Schema.STRING_SCHEMA, "k", schema, value);
    }

    static Map<String, SourceRecord> all() {
        Map<String, SourceRecord> all = new LinkedHashMap<>();
        Struct old = row(1, "old", 2.0, "t-old");
        Struct now = row(1, null, null, "t new");
        all.put("create", change(envelope("c", null, now, false)));
        all.put("update", withHeaders(change(envelope("u", old, now, true))));
        all.put("delete", withHeaders(change(envelope("d", old, null, false))));
        all.put("tombstone", withHeaders(record("srv.shop.orders", KEY, new Struct(KEY).put("id", 1), null, null)));
        all.put("truncate", change(envelope("t", null, null, false)));
        all.put("read", change(envelope("r", null, row(2, "x", 1e21, null), false)));
        SourceRecord stamped = record("srv.shop.orders_12", null, null, ENVELOPE, envelope("c", null, old, false));
        all.put("keyless", stamped.newRecord("srv.shop.orders_12", 3, null, null, ENVELOPE, stamped.value(), 1_711_849_530_777L));
        all.put("types", types());
        all.put("maps", maps());
        all.put("alter", schemaChange(List.of("ALTER")));
        all.put("database", schemaChange(List.of()));
        all.put("row", record("rows", Schema.INT64_SCHEMA, 7L, ROW, now));
        all.put("event", event("c", "{\"a\": 1}"));
        all.put("event without payload", event("c", " "));
        all.put("event updated", event("u", "x"));
        all.put("event deleted", event("d", "x"));
        return all;
    }
}

//! Connectors' configs.

use becauselog_format::{
    BigintUnsigned, BinaryMode, ColumnRules, DecimalMode, HashAlgorithm, HashOf, Mask, Rendering,
    TimePrecision,
};

use super::*;
use becauselog_binlog::connection::TlsMode;
use becauselog_model::{Flavor, Op};

use crate::plan::FormatPlan;

const LEAST: &str = "connector.class=io.debezium.connector.mysql.MySqlConnector\ndatabase.hostname=db\n\
    database.user=u\ntopic.prefix=shop\nsnapshot.mode=no_data\n";

fn least(more: &str) -> Files {
    file("connector.properties", &format!("{LEAST}{more}"))
}

fn format(plan: &RunPlan) -> &becauselog_format::DebeziumConfig {
    let FormatPlan::Debezium(plan) = &plan.format else { panic!("another format") };
    &plan.config
}

/// Whether schemas are written.
fn schemas(plan: &RunPlan) -> bool {
    let FormatPlan::Debezium(plan) = &plan.format else { panic!("another format") };
    becauselog_format::Connect::from_properties(&plan.connect).unwrap().has_schemas()
}

#[test]
fn json_takes_text_numbers_and_booleans_with_and_without_a_name() {
    let inner =
        "{\"database.hostname\":\"h\",\"database.port\":3307,\"database.user\":\"u\",\"topic.prefix\":\"p\",
        \"tombstones.on.delete\":false,\"decimal.handling.mode\":null}";
    for text in [inner.to_owned(), format!("{{\"name\":\"c\",\"config\":{inner}}}")] {
        let plan = file("c.json", &text).plan();
        assert_eq!((plan.name.as_str(), port(&plan)), ("p", 3307));
        assert!(!format(&plan).tombstones_on_delete);
    }
    let named = file("c", &format!("{{\"name\":\"c\",\"config\":{inner}}}")).plan();
    assert_eq!(format(&named).connector_name, "c");
    assert!(file("c.json", "{\"transforms\":[]}").error().1.contains("`transforms`"));
    let (code, text) = file("c.json", "{\n\"database.password\": \"hunter2\",,}").error();
    assert!(code == "E_CONFIG_SYNTAX" && text.contains("line 2") && !text.contains("hunter2"), "{text}");
}

#[test]
fn old_names_are_taken_and_told() {
    let plan = file(
        "c.properties",
        "database.hostname=h\ndatabase.user=u\ndatabase.server.name=old\ndatabase.whitelist=shop\n\
         table.whitelist=shop.a\ndatabase.history.kafka.topic=t\n",
    )
    .plan();
    assert_eq!(plan.name, "old");
    assert!(plan.tables.wants("shop", "a") && !plan.tables.wants("shop", "b"));
    let text = notes(&plan);
    assert!(text.contains("database.server.name is called topic.prefix"), "{text}");
    assert!(text.contains("no effect here: database.history.kafka.topic"), "{text}");
}

#[test]
fn of_an_old_and_a_new_name_the_new_one_counts() {
    for text in ["database.server.name=old\n", ""] {
        let other = if text.is_empty() { "database.server.name=old\n" } else { "" };
        let plan = file("c.properties", &format!("{text}{LEAST}{other}")).plan();
        assert_eq!(plan.name, "shop");
        assert!(notes(&plan).contains("topic.prefix counts"), "{}", notes(&plan));
    }
}

#[test]
fn values_are_rendered_as_the_peer_does() {
    let plan = least("").plan();
    let config = format(&plan);
    assert_eq!((config.rendering, config.decimal), (Rendering::Peer, DecimalMode::Precise));
    let plan = least(
        "decimal.handling.mode=string\nbigint.unsigned.handling.mode=precise\nbinary.handling.mode=base64-url-safe\n\
         time.precision.mode=connect\ninclude.query=true\nextended.headers.enabled=false\ntopic.delimiter=_\n",
    )
    .plan();
    let config = format(&plan);
    assert_eq!((config.decimal, config.bigint_unsigned), (DecimalMode::String, BigintUnsigned::Precise));
    assert_eq!((config.binary, config.time_precision), (BinaryMode::Base64UrlSafe, TimePrecision::Connect));
    assert!(config.include_query && !config.extended_headers && config.topic_delimiter == "_");
    let (_, text) = least("decimal.handling.mode=strng").error();
    assert!(text.contains("`decimal.handling.mode`") && text.contains("did you mean `string`"), "{text}");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_and_lenient_warns() {
    let base = least("table.inclde.list=shop.a\n");
    let (code, text) = base.error();
    assert_eq!(code, "E_CONFIG_KEY");
    assert!(
        text.contains("`table.inclde.list`") && text.contains("did you mean `table.include.list`"),
        "{text}"
    );
    let plan = base.lenient().plan();
    assert!(plan.notes.iter().any(|note| note.warn && note.text.contains("table.inclde.list")));
}

#[test]
fn what_is_not_supported_yet_is_refused_by_name() {
    let (code, text) = least("post.processors=p\ndatabase.initial.statements=a").error();
    assert_eq!(code, "E_CONFIG_UNSUPPORTED");
    for key in ["`post.processors`", "`database.initial.statements`"] {
        assert!(text.contains(key), "{key} in {text}");
    }
    assert!(
        least("heartbeat.interval.ms=0\nskipped.operations=t\ninclude.schema.changes=FALSE").load().is_ok()
    );
    assert!(least("database.ssl.truststore=/a.jks").error().1.contains("becauselog.source.tls.ca"));
    assert!(least("post.processors=p").lenient().load().is_ok());
}

#[test]
fn keys_and_skipped_changes_are_taken_by_the_peers_keys() {
    let plan = least(
        "message.key.columns=shop.orders:id,no;(.*).t:a\nskipped.operations=d,u\nskip.messages.without.change=true\n\
         enable.time.adjuster=false\ntopic.naming.strategy=io.debezium.schema.DefaultRegexTopicNamingStrategy\n\
         topic.regex=(.*)\\\\.(.*)\ntopic.replacement=$2",
    )
    .plan();
    let config = format(&plan);
    assert_eq!(config.skipped_operations, [Op::Delete, Op::Update]);
    assert!(config.skip_unchanged && !config.time_adjuster && config.topic_regex.is_some());
    assert_ne!(config.key_columns, becauselog_format::KeyColumns::default());
    assert!(!config.skips_truncates && format(&least("skipped.operations=c,t").plan()).skips_truncates);
    let (_, text) = least("message.key.columns=orders\nskipped.operations=x").error();
    assert!(text.contains("`message.key.columns`") && text.contains("TABLE:COLUMN"), "{text}");
    assert!(text.contains("none of c, u, d, t and none"), "{text}");
}

#[test]
fn schema_changes_are_told_unless_they_are_switched_off() {
    let told = format(&least("").plan()).schema_changes.map(|told| told.comments);
    assert_eq!(told, Some(false));
    let told = format(&least("include.schema.comments=true").plan()).schema_changes.map(|told| told.comments);
    assert_eq!(told, Some(true));
    assert_eq!(format(&least("include.schema.changes=false").plan()).schema_changes, None);
    let scope = "schema.history.internal.store.only.captured.tables.ddl=true";
    assert!(format(&least(scope).plan()).schema_scope.captured_tables);
}

#[test]
fn transactions_and_heartbeats_are_taken_by_the_peers_keys() {
    let text = "provide.transaction.metadata=true\ntopic.transaction=tx\nheartbeat.interval.ms=5000\n\
        heartbeat.topics.prefix=beat\nheartbeat.action.query=DO 1\n";
    let plan = least(text).plan();
    let config = format(&plan);
    assert_eq!(config.transactions.as_deref(), Some("tx"));
    let beat = config.heartbeat.as_ref().unwrap();
    assert_eq!((beat.interval.as_millis(), &*beat.topic_prefix), (5000, "beat"));
    assert_eq!(beat.action.as_deref(), Some("DO 1"));
    let off =
        least("provide.transaction.metadata=false\ntopic.transaction=tx\nheartbeat.action.query=DO 1\n")
            .plan();
    assert!(format(&off).transactions.is_none() && format(&off).heartbeat.is_none());
    assert!(
        off.notes.iter().any(|note| note.warn && note.text.contains("heartbeat.action.query is never run"))
    );
    let (_, text) = least("heartbeat.interval.ms=often\nprovide.transaction.metadata=yes").error();
    assert!(
        text.contains("`heartbeat.interval.ms`") && text.contains("`provide.transaction.metadata`"),
        "{text}"
    );
    assert!(least("transaction.metadata.factory=com.example.Mine").error().1.contains("Java code"));
}

#[test]
fn columns_are_filtered_and_masked_by_the_peers_keys() {
    let masks = "column.exclude.list=shop\\\\.a\\\\.secret\ncolumn.mask.with.3.chars=.*\\\\.phone\ncolumn.truncate.to.4.chars=x.y.z\n\
        column.mask.hash.v2.SHA-256.with.salt.CzQMA0cB5K=.*\\\\.email\n";
    let expected = ColumnRules::none().with_exclude(&["shop\\.a\\.secret".to_owned()]).unwrap();
    let expected = expected.with_mask(&["x.y.z".to_owned()], Mask::Cut(4)).unwrap();
    let hash =
        Mask::Hash { algorithm: HashAlgorithm::Sha256, salt: "CzQMA0cB5K".to_owned(), of: HashOf::Utf8 };
    let expected = expected.with_mask(&[".*\\.email".to_owned()], hash).unwrap();
    let expected = expected.with_mask(&[".*\\.phone".to_owned()], Mask::Stars(3)).unwrap();
    assert_eq!(format(&least(masks).plan()).columns, expected);
    assert!(least("column.truncate.to.0.chars=a").error().1.contains("`column.truncate.to.0.chars`"));
    assert!(least("column.mask.hash.SHA3.with.salt.x=a").error().1.contains("SHA-256"));
    assert!(least("column.mask.off=a").error().1.contains("`column.mask.off`"));
    assert!(least("column.include.list=a\ncolumn.exclude.list=b").error().1.contains("column.include.list"));
    assert!(least("column.mask.with.3.chars=(?!a).*").error().1.contains("looks ahead"));
}

#[test]
fn transforms_are_read_and_what_is_wrong_is_told_by_key() {
    let route = "transforms=route\ntransforms.route.type=org.apache.kafka.connect.transforms.RegexRouter\n\
        transforms.route.regex=(.*)\ntransforms.route.replacement=to_$1\n";
    let plan = least(route).plan();
    let FormatPlan::Debezium(format) = &plan.format else { panic!("another format") };
    assert_eq!(format.connect.len(), 4);
    let server = route
        .replace("transforms", "debezium.transforms")
        .replace("debezium.transforms.Reg", "transforms.Reg");
    assert!(least(&server).load().is_ok());
    let (code, text) = least(&route.replace(".regex=", ".regx=")).error();
    assert_eq!(code, "E_CONFIG_VALUE");
    assert!(text.contains("`transforms.route.regx`") && text.contains("regex"), "{text}");
    let (_, text) = least(&route.replace("RegexRouter", "RegexRuter")).error();
    assert!(text.contains("`transforms.route.type`") && text.contains("RegexRouter"), "{text}");
    assert!(least("predicates.p.type=x").error().1.contains("`predicates.p.type`"));
}

#[test]
fn names_are_taken_by_their_own_words() {
    let plan = least(
        "topic.naming.strategy=io.debezium.schema.SchemaTopicNamingStrategy\nschema.name.adjustment.mode=avro\n\
         field.name.adjustment.mode=avro_unicode\n",
    )
    .plan();
    let config = format(&plan);
    assert_eq!(config.topic_naming, becauselog_format::TopicNaming::Schema);
    assert_eq!(config.schema_names, becauselog_format::Adjustment::Avro);
    let (_, text) = least("schema.name.adjustment.mode=avr").error();
    assert!(text.contains("`schema.name.adjustment.mode`") && text.contains("`avro`"), "{text}");
}

#[test]
fn a_json_converter_brings_its_own_default() {
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let read = |text: &str| schemas(&least(text).plan());
    assert!(read(&format!("value.converter={json}\n")));
    assert!(!read(&format!("value.converter={json}\nvalue.converter.schemas.enable=false")));
    assert!(read("value.converter.schemas.enable=true"));
    // The peer's values hang on declarations, whatever is written around them.
    assert!(least("").plan().format.wants_declarations());
    assert!(!read(""));
    assert!(notes(&least("").plan()).contains("no converter is named"));
    let avro = least("value.converter=io.confluent.connect.avro.AvroConverter").error().1;
    assert!(avro.contains("`value.converter`") && avro.contains("known are"), "{avro}");
    assert!(least("value.converter.schemas.enabled=true").error().1.contains("schemas.enable"));
}

#[test]
fn a_worker_is_told_apart_and_its_converters_are_defaults() {
    let json = "org.apache.kafka.connect.json.JsonConverter";
    let worker =
        format!("bootstrap.servers=k:9092\nkey.converter={json}\nvalue.converter={json}\nplugin.path=/x\n");
    assert!(schemas(&least("").and("worker.properties", &worker).plan()));
    let off = format!("{worker}key.converter.schemas.enable=false\nvalue.converter.schemas.enable=false\n");
    assert!(!schemas(&least("").and("worker.properties", &off).plan()));
    // A converter of the connector's own does not take the worker's options.
    let own = least(&format!("value.converter={json}\n")).and("worker.properties", &off);
    assert!(schemas(&own.plan()));
    let alone = file("worker.properties", &worker);
    assert!(alone.error().1.contains("worker's file"));
}

#[test]
fn references_are_resolved() {
    let files = least(
        "database.password=${file:SECRETS:pw}\ndatabase.port=${env:PORT}\ntable.include.list=${TABLES:shop.*}\n",
    );
    let secrets = files.beside("secrets.properties", "x=1\npw = p${w}\n");
    let text =
        std::fs::read_to_string(&files.paths[0]).unwrap().replace("SECRETS", &secrets.display().to_string());
    std::fs::write(&files.paths[0], text).unwrap();
    let plan = files.variable("PORT", "3308").plan();
    // A value is not looked into again.
    assert_eq!(password(&plan), "p${w}");
    assert_eq!(port(&plan), 3308);
    assert!(plan.tables.wants("shop", "x") && !plan.tables.wants("other", "x"));
    assert!(least("database.password=${secrets:a:b}").error().1.contains("provider `secrets`"));
    assert_eq!(least("database.password=${NOT_SET}").error().0, "E_CONFIG_REFERENCE");
}

#[test]
fn a_transforms_own_braces_are_no_reference() {
    let text = "transforms=o\ntransforms.o.type=io.debezium.transforms.outbox.EventRouter\n\
        transforms.o.route.topic.replacement=out.${routedByValue}\n";
    let plan = least(text).plan();
    let FormatPlan::Debezium(debezium) = &plan.format else { panic!("no Debezium") };
    let own = ("transforms.o.route.topic.replacement".to_owned(), "out.${routedByValue}".to_owned());
    assert!(debezium.connect.contains(&own), "{:?}", debezium.connect);
    assert_eq!(least("database.password=${lower}").error().0, "E_CONFIG_REFERENCE");
}

#[test]
fn snapshot_modes_say_what_they_mean_without_snapshots() {
    for mode in ["initial", "when_needed", "always"] {
        let plan = least("").set(&format!("snapshot.mode={mode}")).plan();
        assert!(plan.notes.iter().any(|note| note.warn && note.text.contains("only streams")), "{mode}");
    }
    for mode in ["no_data", "schema_only", "never", "recovery"] {
        assert!(
            !notes(&least("").set(&format!("snapshot.mode={mode}")).plan()).contains("only streams"),
            "{mode}"
        );
    }
    assert!(least("").set("snapshot.mode=initial_only").error().1.contains("no snapshots yet"));
    assert_eq!(least("").set("snapshot.mode=sometimes").error().0, "E_CONFIG_VALUE");
}

#[test]
fn native_keys_go_under_their_own_prefix() {
    let plan =
        least("becauselog.source.tls.ca=/ca.pem\nbecauselog.state.dir=/s\nbecauselog.limits.shutdown_ms=7\n")
            .plan();
    assert_eq!(tls(&plan), TlsMode::VerifyIdentity);
    assert_eq!(plan.state.dir, PathBuf::from("/s"));
    assert_eq!(least("becauselog.source.tls.cca=x").error().0, "E_CONFIG_KEY");
}

#[test]
fn patterns_are_javas() {
    let plan = least("table.include.list=shop\\\\.order_\\\\d+ , \\\\Qshop.a$b\\\\E\n").plan();
    assert!(
        plan.tables.wants("shop", "ORDER_12")
            && plan.tables.wants("shop", "a$b")
            && !plan.tables.wants("shop", "order_x")
    );
    let (code, text) = least("table.include.list=(?!tmp).*\n").error();
    assert!(code == "E_CONFIG_VALUE" && text.contains("looks ahead"), "{text}");
    assert!(least("table.include.list=a\ntable.blacklist=b").error().1.contains("table.include.list"));
}

#[test]
fn debezium_servers_names_are_read() {
    let text = "debezium.source.database.hostname=h\ndebezium.source.database.user=u\ndebezium.source.topic.prefix=p\n\
        debezium.sink.type=redis\ndebezium.format.value=json\ndebezium.format.value.schemas.enable=false\n";
    let files = file("application.properties", text);
    assert!(files.error().1.contains("`debezium.sink.type`"));
    assert_eq!(files.sink("stdout").plan().name, "p");
    let avro = file("a.properties", &text.replace("value=json", "value=avro")).sink("stdout");
    assert!(avro.error().1.contains("known are"));
}

#[test]
fn the_connector_for_mariadb_is_for_mariadb_and_has_its_own_names_of_tls_modes() {
    let maria = |more: &str| {
        let text = "connector.class=io.debezium.connector.mariadb.MariaDbConnector\ndatabase.hostname=h\n\
            database.user=u\ntopic.prefix=p\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\n";
        file("c.properties", &format!("{text}{more}")).sink("stdout")
    };
    let plan = maria("").plan();
    assert_eq!(plan.source.follow.flavor, Some(Flavor::MariaDb));
    assert_eq!(format(&plan).flavor, Some(Flavor::MariaDb));
    let modes = [
        ("disable", TlsMode::Disabled),
        ("trust", TlsMode::Required),
        ("verify-ca", TlsMode::VerifyCa),
        ("verify-full", TlsMode::VerifyIdentity),
    ];
    for (name, mode) in modes {
        assert_eq!(tls(&maria(&format!("database.ssl.mode={name}\n")).plan()), mode, "{name}");
    }
    assert!(maria("database.ssl.mode=preferred\n").error().1.contains("`database.ssl.mode`"));
    assert_eq!(least("").plan().source.follow.flavor, Some(Flavor::MySql));
}

#[test]
fn what_is_missing_is_told_by_the_peers_names() {
    let (_, text) =
        file("c.properties", "connector.class=io.debezium.connector.oracle.OracleConnector\n").error();
    for key in ["`connector.class`", "`database.hostname`", "`database.user`", "`topic.prefix`"] {
        assert!(text.contains(key), "{key} in {text}");
    }
    let (_, text) = least("database.server.id=many\ndatabase.ssl.mode=verify\ninclude.query=maybe").error();
    assert!(text.contains("`database.server.id`") && text.contains("`include.query`"), "{text}");
    let (_, text) = least("database.ssl.mode=verify").error();
    assert!(text.contains("`database.ssl.mode`"), "{text}");
}

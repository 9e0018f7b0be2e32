//! Maxwell's configs.

use becauselog_binlog::{Start, connection::TlsMode};
use becauselog_format::{KeyFormat, MaxwellRendering, Naming};
use becauselog_model::TableName;

use super::*;
use crate::plan::{FormatPlan, MaxwellPlan, SinkPlan};

const LEAST: &str = "user=m\nhost=db\n";

fn least(more: &str) -> Files {
    file("config.properties", &format!("{LEAST}{more}"))
}

fn maxwell(plan: &RunPlan) -> &MaxwellPlan {
    let FormatPlan::Maxwell(maxwell) = &plan.format else { panic!("another format") };
    maxwell
}

#[test]
fn a_config_of_maxwell_is_known_by_its_keys() {
    let plan = least("").plan();
    assert_eq!((plan.name.as_str(), user(&plan), port(&plan)), ("maxwell", "m", 3306));
    assert!(matches!(plan.sinks.as_slice(), [SinkPlan::Stdout { .. }]));
    assert_eq!(maxwell(&plan).config.rendering, MaxwellRendering::Exact);
    let both = file("c.properties", &format!("{LEAST}database.hostname=h\n")).error();
    assert!(both.1.contains("`host`"), "{}", both.1);
}

#[test]
fn the_server_to_replicate_from_goes_before_the_other() {
    let plan = least(
        "password=a\nreplication_host=replica\nreplication_port=3307\nreplication_user=r\nreplication_password=b\n\
         replication_ssl=REQUIRED\nreplica_server_id=77\nclient_id=shop\ninit_position=binlog.000007:1234:5\n",
    )
    .plan();
    assert_eq!((user(&plan), password(&plan), port(&plan)), ("r", "b", 3307));
    assert_eq!((server_id(&plan), plan.name.as_str(), tls(&plan)), (Some(77), "shop", TlsMode::Required));
    assert!(plan.source.start_given && plan.source.follow.start != Start::Latest);
}

#[test]
fn options_of_messages_are_taken() {
    let plan = least(
        "output_nulls=false\noutput_ddl=true\noutput_xoffset\noutput_row_query=TRUE\nrow_query_max_length=20\n\
         output_naming_strategy=underscore_to_camelcase\nexclude_columns=secret, /^_/\nkafka_key_format=array\n\
         kafka_topic=x_%{database}\nddl_kafka_topic=ddl\noutput_gtid_position=true\ngtid_mode=true\n",
    )
    .plan();
    let config = &maxwell(&plan).config;
    assert!(!config.output_nulls && config.output_ddl && config.output_xoffset && config.output_row_query);
    assert!(config.gtid_mode && config.output_gtid_position && config.row_query_max_length == 20);
    assert_eq!(
        (config.output_naming_strategy, config.kafka_key_format),
        (Naming::CamelCase, KeyFormat::Array)
    );
    assert_eq!(
        (config.kafka_topic.as_str(), config.ddl_kafka_topic.as_deref()),
        ("x_%{database}", Some("ddl"))
    );
    assert_eq!(config.exclude_columns.len(), 2);
    let peer = least("becauselog.format.values=maxwell\n").plan();
    assert_eq!(maxwell(&peer).config.rendering, MaxwellRendering::Peer { jvm_offset_s: 0 });
}

#[test]
fn filters_of_both_kinds_are_rules() {
    let passes = |more: &str, table: &str| {
        maxwell(&least(more).plan()).filter.may_pass(&TableName::new("shop", table))
    };
    let rules = "filter=exclude: *.*, include: shop./^ord\\\\w+$/\n";
    assert!(passes(rules, "orders") && !passes(rules, "words"));
    let old = "include_dbs=shop\nexclude_tables=secret\n";
    assert!(passes(old, "orders") && !passes(old, "secret"));
    assert!(!passes("include_dbs=other\n", "orders"));
    let (code, text) = least("filter=exclude: shop\n").error();
    assert!(code == "E_CONFIG_VALUE" && text.contains("`filter`") && text.contains("character"), "{text}");
    let (_, text) = least("filter=exclude: a.b\ninclude_dbs=c\n").error();
    assert!(text.contains("keep one of the two"), "{text}");
    assert!(least("filter=exclude: a./(?<=x)y/\n").error().1.contains("looks"));
}

#[test]
fn a_producer_without_a_sink_is_refused_with_the_next_step() {
    let kafka = "producer=kafka\nkafka.bootstrap.servers=k:9092\nkafka.acks=all\n";
    let (code, text) = least(kafka).error();
    assert!(
        code == "E_CONFIG_UNSUPPORTED" && text.contains("`producer`") && text.contains("--sink"),
        "{text}"
    );
    let plan = least(kafka).sink("stdout").plan();
    let told = notes(&plan);
    assert_eq!(told.matches("no effect here").count(), 1, "{told}");
    assert!(told.contains("kafka.acks") && told.contains("producer"), "{told}");
    let plan = least("producer=file\noutput_file=a.jsonl\n").plan();
    assert!(matches!(plan.sinks.as_slice(), [SinkPlan::File(_)]));
    assert!(least("producer=file\n").error().1.contains("`output_file`"));
}

#[test]
fn what_does_nothing_is_told_and_what_is_unknown_refused_with_the_nearest() {
    let plan =
        least("metrics_type=http\nhttp_port=8080\nbuffer_memory_usage=0.5\nbootstrapper=none\n").plan();
    assert!(notes(&plan).contains("no effect here: buffer_memory_usage, http_port, metrics_type"));
    let (code, text) = least("output_dll=true\n").error();
    assert!(code == "E_CONFIG_KEY" && text.contains("did you mean `output_ddl`"), "{text}");
    for (pair, next) in [
        ("javascript=f.js", "filter"),
        ("encrypt=all", "behind the sink"),
        ("env_config_prefix=MAXWELL_", "${env:NAME}"),
        ("ha=true", "one process"),
    ] {
        let (code, text) = least(&format!("{pair}\n")).error();
        assert!(code == "E_CONFIG_UNSUPPORTED" && text.contains(next), "{pair}: {text}");
        assert!(least(&format!("{pair}\n")).lenient().load().is_ok(), "{pair}");
    }
    let (_, text) = least("output_ddl=yes\nreplica_server_id=x\n").error();
    assert!(text.contains("true or false") && text.contains("expected a number"), "{text}");
}

#[test]
fn bootstraps_are_done_unless_switched_off() {
    let plan = least("").plan();
    assert!(maxwell(&plan).bootstraps && maxwell(&plan).schema_database == "maxwell");
    let plan = least("bootstrapper=sync\nschema_database=mx\nclient_id=shop\n").plan();
    assert!(maxwell(&plan).bootstraps && maxwell(&plan).schema_database == "mx" && plan.name == "shop");
    assert!(!maxwell(&least("bootstrapper=none\n").plan()).bootstraps);
    let (code, text) = least("bootstrapper=later\n").error();
    assert!(code == "E_CONFIG_VALUE" && text.contains("`bootstrapper`") && text.contains("async"), "{text}");
    let native = "name = \"a\"\n[source]\nhosts = [\"h\"]\nuser = \"u\"\n[format]\nkind = \"maxwell\"\n";
    assert!(!maxwell(&file("c.toml", native).plan()).bootstraps);
}

#[test]
fn native_keys_of_maxwell_are_for_its_format_only() {
    let base = "name = \"a\"\n[source]\nhosts = [\"h\"]\nuser = \"u\"\n";
    let error = file("c.toml", &format!("{base}[format.maxwell]\noutput_ddl = true\n")).error().1;
    assert!(error.contains("kind = \"maxwell\" only"), "{error}");
    let plan = file("c.toml", &format!("{base}[format]\nkind = \"maxwell\"\n")).plan();
    assert_eq!(maxwell(&plan).config.kafka_topic, "maxwell");
    let error =
        file("c.toml", &format!("{base}[format]\nkind = \"maxwell\"\ndecimal = \"double\"\n")).error().1;
    assert!(error.contains("format.decimal"), "{error}");
}

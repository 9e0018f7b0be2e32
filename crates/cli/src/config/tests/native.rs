//! Native TOML.

use std::time::Duration;

use becauselog_sink::{Content, Fsync};

use super::*;
use becauselog_binlog::Start;

use becauselog_binlog::connection::{Endpoint, TlsMode};

use crate::plan::SinkPlan;

const LEAST: &str = "name = \"shop\"\n[source]\nhosts = [\"db:3307\", \"db2\"]\nuser = \"u\"\n";

fn least(more: &str) -> Files {
    file("a.toml", &format!("{LEAST}{more}"))
}

#[test]
fn defaults_fill_what_is_not_said() {
    let plan = least("").plan();
    assert_eq!(plan.source.follow.hosts, [Endpoint::tcp("db", 3307), Endpoint::tcp("db2", 3306)]);
    assert_eq!(tls(&plan), TlsMode::Preferred);
    assert_eq!(plan.state.dir, becauselog_pipeline::state::default_state_folder("shop").unwrap());
    assert!(!plan.source.start_given);
    assert_eq!(plan.sinks, [SinkPlan::Stdout { name: "stdout".into(), content: Content::Values }]);
    assert_eq!(plan.limits.memory_bytes, 12 << 20);
}

#[test]
fn an_unknown_key_is_told_with_its_path_and_the_nearest() {
    let (code, text) =
        least("sever_id = 7\n[source.tls]\nmod = \"x\"\n[[sink]]\nkind = \"file\"\nfile = \"a\"").error();
    assert_eq!(code, "E_CONFIG_KEY");
    assert!(text.contains("`source.sever_id`") && text.contains("did you mean `server_id`"), "{text}");
    assert!(text.contains("`source.tls.mod`") && text.contains("`mode`"), "{text}");
    assert!(text.contains("`sink.0.file`"), "{text}");
    // In another section: its path.
    let (_, text) = least("include = [\"a\"]").error();
    assert!(text.contains("did you mean `tables.include`"), "{text}");
}

#[test]
fn a_wrong_kind_is_told_without_the_value() {
    let (code, text) = least("server_id = \"hunter2\"\nsocket = 3\n[state]\ndir = [\"hunter2\"]").error();
    assert_eq!(code, "E_CONFIG_VALUE");
    assert!(text.contains("`source.server_id`: expected number, found text"), "{text}");
    assert!(text.contains("`source.socket`") && text.contains("`state.dir`"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    let (_, text) = least("server_id = 4294967296").error();
    assert!(text.contains("`source.server_id`"), "{text}");
}

#[test]
fn a_syntax_error_tells_line_and_column_and_not_the_line() {
    let (code, text) = least("password = \"hunter2").error();
    assert_eq!(code, "E_CONFIG_SYNTAX");
    assert!(text.contains("a.toml:5:") && !text.contains("hunter2"), "{text}");
}

#[test]
fn all_problems_are_told_at_once() {
    let text = "[source]\ncompression = \"zip\"\n[source.tls]\nmode = \"verify-ca\"\nca = \"/ca\"\n[[sink]]\nkind = \"file\"\n";
    let (code, text) = file("a.toml", text).error();
    assert_eq!(code, "E_CONFIG_VALUE");
    for path in [
        "`name`",
        "`source.hosts`",
        "`source.user`",
        "`source.compression`",
        "`source.tls.mode`",
        "`sink.0.path`",
    ] {
        assert!(text.contains(path), "{path} in {text}");
    }
    assert!(text.contains("did you mean `verify_ca`"), "{text}");
}

#[test]
fn secrets_come_from_outside_and_are_not_printed() {
    let base = least("password = \"${env:P}\"").variable("P", "hunter2");
    let plan = base.plan();
    assert_eq!(password(&plan), "hunter2");
    assert!(!format!("{plan:?}").contains("hunter2"));
    let by_name = least("password_env = \"P\"").variable("P", "x").plan();
    assert_eq!(password(&by_name), "x");
    let from_file = least("");
    let path = from_file.beside("secret", " a b \r\n");
    let from_file = from_file.set(&format!("source.password_file={}", path.display())).plan();
    assert_eq!(password(&from_file), " a b ");
    let (code, text) = least("password = \"${env:NOT_THERE}\"").error();
    assert_eq!(code, "E_CONFIG_REFERENCE");
    assert!(text.contains("source.password") && text.contains("NOT_THERE"), "{text}");
    let (_, text) = least("password = \"a\"\npassword_env = \"P\"").variable("P", "x").error();
    assert!(text.contains("only one of"), "{text}");
}

#[test]
fn a_dollar_is_kept_when_it_is_doubled() {
    let plan = least("password = \"a$${b}$c\"").plan();
    assert_eq!(password(&plan), "a${b}$c");
    assert_eq!(least("password = \"${b}\"").error().0, "E_CONFIG_REFERENCE");
}

#[test]
fn set_reads_values_by_the_keys_kind() {
    let plan = least("")
        .set("source.server_id=7")
        .set("tables.include=shop\\.a, shop\\.b")
        .set("format.tombstones=false")
        .set("source.tls.mode=required")
        .set("sink.0.kind=file")
        .set("sink.0.path=1.jsonl")
        .plan();
    assert_eq!(server_id(&plan), Some(7));
    assert!(plan.tables.wants("shop", "b") && !plan.tables.wants("shop", "c"));
    assert_eq!(tls(&plan), TlsMode::Required);
    let SinkPlan::File(file) = &plan.sinks[0] else { panic!("no file") };
    assert_eq!(file.path, PathBuf::from("1.jsonl"));
    assert_eq!(least("").set("source.server_id=x").error().0, "E_CONFIG_VALUE");
    assert_eq!(least("").set("sorce.user=x").error().0, "E_CONFIG_KEY");
    assert_eq!(least("").set("nothing").error().0, "E_CONFIG_VALUE");
}

#[test]
fn a_later_file_is_laid_over_an_earlier_one() {
    let more = "[source]\nuser = \"other\"\n[limits]\nshutdown_ms = 5\n";
    let plan = least("server_id = 3").and("b.toml", more).plan();
    assert_eq!((user(&plan), server_id(&plan)), ("other", Some(3)));
    assert_eq!(plan.limits.shutdown, Duration::from_millis(5));
}

#[test]
fn flags_name_sinks_points_and_the_state_folder() {
    let mut files =
        least("[[sink]]\nkind = \"stdout\"").sink("file:a.jsonl,content=records,fsync=batch,rotate_bytes=10");
    files.overrides.state = Some("/state".into());
    files.overrides.from = Some("earliest".into());
    let plan = files.plan();
    let SinkPlan::File(file) = &plan.sinks[0] else { panic!("no file") };
    assert_eq!(
        (file.content, file.fsync, file.rotation.bytes_max),
        (Content::Records, Fsync::Batch, Some(10))
    );
    assert_eq!(
        (plan.sinks.len(), plan.state.dir, plan.source.follow.start),
        (1, "/state".into(), Start::Earliest)
    );
    assert!(least("").sink("kafka:x").error().1.contains("there are stdout"));
    assert!(least("").sink("stdout").sink("stdout:readable").error().1.contains("only one sink"));
    assert!(least("").sink("file:a").sink("file:a").error().1.contains("another sink's file"));
}

#[test]
fn a_ca_means_that_the_name_is_verified() {
    assert_eq!(
        least("[source.tls]\nca = \"/ca.pem\"").plan().source.follow.connect.tls.effective_mode(),
        TlsMode::VerifyIdentity
    );
    let (_, text) = least("[source.tls]\nca = \"/ca.pem\"\nmode = \"preferred\"").error();
    assert!(text.contains("does not look at it"), "{text}");
    assert!(least("[source.tls]\ncert = \"/c.pem\"").error().1.contains("needs its key"));
}

#[test]
fn a_url_stands_for_host_user_and_password() {
    let plan = file("a.toml", "name = \"n\"\n[source]\nurl = \"mysql://u:p@h:1\"").plan();
    assert_eq!((port(&plan), user(&plan), password(&plan)), (1, "u", "p"));
    let (_, text) = least("url = \"mysql://u:hunter2@h\"").error();
    assert!(text.contains("source.url") && !text.contains("hunter2"), "{text}");
}

#[test]
fn kinds_of_formats_and_sinks_take_only_their_keys() {
    let (_, text) = least("[format]\nkind = \"plain\"\ndecimal = \"double\"").error();
    assert!(text.contains("`format.decimal`"), "{text}");
    let (_, text) = least("[[sink]]\nkind = \"stdout\"\npath = \"a\"").error();
    assert!(text.contains("`sink.0.path`"), "{text}");
}

#[test]
fn a_missing_file_and_yaml_that_is_no_connector_are_told() {
    let mut files = least("");
    files.paths.push("/nowhere/b.toml".into());
    assert_eq!(files.error().0, "E_CONFIG_READ");
    assert!(file("a.yaml", "x: y").error().1.contains("KafkaConnector"));
    let both = least("").and("b.properties", "database.hostname=h");
    assert!(both.error().1.contains("cannot be mixed"));
}

/// The default that the reference tells for a key is the one that counts: saying it changes nothing.
#[test]
fn documented_defaults_are_the_real_ones() {
    let mut tried = 0;
    for section in crate::config::native::Config::SECTIONS {
        for key in section.keys.iter().filter(|key| !key.default.is_empty()) {
            let (base, path) = match section.path {
                "sink" => ("[[sink]]\nkind = \"file\"\npath = \"a\"", format!("sink.0.{}", key.name)),
                "format.maxwell" => ("[format]\nkind = \"maxwell\"", format!("format.maxwell.{}", key.name)),
                path => ("", format!("{path}.{}", key.name)),
            };
            let default = key.default.trim_matches('"');
            let said = least(base).set(&format!("{path}={default}")).plan();
            assert_eq!(format!("{said:?}"), format!("{:?}", least(base).plan()), "{path}");
            tried += 1;
        }
    }
    assert!(tried > 25, "{tried}");
}

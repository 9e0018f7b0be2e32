//! Every file in `config/` is loaded.

use super::*;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config")
}

fn example(names: &[&str], sinks: &[&str]) -> RunPlan {
    let mut files = file("unused.toml", "");
    files.paths = names.iter().map(|name| folder().join(name)).collect();
    files.overrides.sinks = sinks.iter().map(|text| (*text).to_owned()).collect();
    let files =
        files.variable("SHOP_PASSWORD", "s").variable("ORDERS_PASSWORD", "o").variable("MYSQL_PASSWORD", "m");
    files.plan()
}

#[test]
fn every_example_loads() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let plan = match name.as_str() {
            "connect-worker.properties" => example(&["debezium-sample.properties", &name], &[]),
            "debezium-server.properties" => example(&[&name], &["stdout"]),
            name => example(&[name], &[]),
        };
        assert!(!plan.name.is_empty() && !plan.sinks.is_empty(), "{name}");
        seen += 1;
    }
    assert!(seen >= 7, "{seen} examples");
}

#[test]
fn the_sample_of_every_introduction_runs_unchanged() {
    let plan = example(&["debezium-sample.properties"], &[]);
    assert_eq!(plan.name, "dbserver1");
    assert_eq!(plan.source.follow.hosts, [becauselog_binlog::connection::Endpoint::tcp("127.0.0.1", 3306)]);
    assert_eq!((user(&plan), password(&plan)), ("debezium", "dbz"));
    assert_eq!(server_id(&plan), Some(184_054));
    assert!(plan.tables.wants("inventory", "customers") && plan.tables.wants("Inventory", "ORDERS"));
    assert!(!plan.tables.wants("inventory", "addresses") && !plan.tables.wants("other", "customers"));
    let crate::plan::FormatPlan::Debezium(format) = &plan.format else { panic!("another format") };
    let format = &format.config;
    let peer = becauselog_format::DebeziumConfig::peer("dbserver1");
    let schema_changes = Some(becauselog_format::SchemaChangeConfig::default());
    let flavor = Some(becauselog_model::Flavor::MySql);
    assert_eq!(*format, becauselog_format::DebeziumConfig { schema_changes, flavor, ..peer });
    let notes = notes(&plan);
    assert!(notes.contains("only streams the log"), "{notes}");
    assert!(notes.contains("JSON without schemas"), "{notes}");
    assert!(notes.contains("standard output"), "{notes}");
}

#[test]
fn the_worker_brings_its_converters() {
    let plan = example(&["debezium-sample.properties", "connect-worker.properties"], &[]);
    assert!(!notes(&plan).contains("no converter is named"));
}

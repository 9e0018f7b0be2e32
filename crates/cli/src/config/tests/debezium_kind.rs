//! Connectors' converters, GTID filters, and keys that are taken with a warning.

use super::*;
use crate::plan::FormatPlan;

fn least(more: &str) -> Files {
    let least = "connector.class=io.debezium.connector.mysql.MySqlConnector\ndatabase.hostname=db\ndatabase.user=u\n\
        topic.prefix=shop\nsnapshot.mode=no_data\n";
    file("connector.properties", &format!("{least}{more}"))
}

fn format(plan: &RunPlan) -> &becauselog_format::DebeziumConfig {
    let FormatPlan::Debezium(plan) = &plan.format else { panic!("another format") };
    &plan.config
}

fn warned(plan: &RunPlan, text: &str) -> bool {
    plan.notes.iter().any(|note| note.warn && note.text.contains(text))
}

const TINY: &str = "b.type=io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter\n";
const ZERO: &str = "z.type=io.debezium.connector.binlog.converters.ZeroDateFallbackConverter\n";

#[test]
fn converters_are_taken_with_their_own_options() {
    let plan = least(&format!(
        "converters=b, z\n{TINY}b.selector=shop\\\\.t\\\\.(a|b)\n{ZERO}z.fallback.date=1900-01-01\n\
         z.column.shop.t.d.fallback=NULL\n"
    ))
    .plan();
    assert!(!format(&plan).converters.is_empty());
    let plan = least(&format!("converters=b\n{TINY}b.length.checker=false\n")).plan();
    assert!(!format(&plan).converters.is_empty());
    let former = TINY.replace("binlog", "mysql");
    assert_eq!(
        format(&least(&format!("converters=b\n{former}b.length.checker=false\n")).plan()).converters,
        format(&plan).converters
    );
}

#[test]
fn what_is_wrong_with_converters_is_told_by_key() {
    for (text, key, what) in [
        ("converters=a\na.type=com.example.Mine\n", "`a.type`", "com.example.Mine is Java code"),
        ("converters=a\n", "`converters`", "a.type is missing"),
        (&*format!("converters=b\n{TINY}b.lenght.checker=false\n"), "`b.lenght.checker`", "b.length.checker"),
        (&*format!("converters=b\n{TINY}b.selector=(?!a)\n"), "`b.selector`", "looks ahead"),
        (&*format!("converters=b\n{TINY}b.length.checker=1\n"), "`b.length.checker`", "true or false"),
        (&*format!("converters=z\n{ZERO}z.fallback.date=1900-02-30\n"), "`z.fallback.date`", "1970-01-01"),
        (
            &*format!("converters=z\n{ZERO}z.fallback.datetime=1900-02-03\n"),
            "`z.fallback.datetime`",
            "00:00:00",
        ),
        (&*format!("converters=z\n{ZERO}z.fallback.timestamp=now\n"), "`z.fallback.timestamp`", "T00:00:00Z"),
        (&*format!("converters=z\n{ZERO}z.target.types=DATE,TIME\n"), "`z.target.types`", "TIME is none of"),
        (
            &*format!("converters=z\n{ZERO}z.column.shop.t.d.fallback=x\n"),
            "`z.column.shop.t.d.fallback`",
            "a day, a time or an instant",
        ),
        (TINY, "`b.type`", "there is no such key"),
    ] {
        let (_, told) = least(text).error();
        assert!(told.contains(key) && told.contains(what), "{text}: {told}");
    }
    let exact = format!("converters=b\n{TINY}becauselog.format.values=exact\n");
    assert!(least(&exact).error().1.contains("`converters`"));
}

#[test]
fn servers_are_filtered_by_their_uuids() {
    let (one, other) = (
        "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa".parse().unwrap(),
        "bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb".parse().unwrap(),
    );
    let plan = least("gtid.source.includes=AAAAAAAA-aaaa-aaaa-aaaa-aaaaaaaaaaaa,c.*\n").plan();
    assert!(plan.source.gtids.take(one) && !plan.source.gtids.take(other));
    let plan = least("gtid.source.excludes=b.*\ngtid.source.filter.dml.events=true\n").plan();
    assert!(plan.source.gtids.take(one) && !plan.source.gtids.take(other));
    let plan = least("gtid.source.excludes=b.*\ngtid.source.filter.dml.events=false\n").plan();
    assert!(plan.source.gtids.take(other) && warned(&plan, "gtid.source.filter.dml.events=false"));
    let (_, both) = least("gtid.source.includes=a\ngtid.source.excludes=b\n").error();
    assert!(both.contains("`gtid.source.excludes`"), "{both}");
    assert!(least("gtid.source.includes=(?!a)\n").error().1.contains("`gtid.source.includes`"));
}

#[test]
fn what_the_peer_would_lose_stops_the_run_and_that_is_told() {
    for text in [
        "errors.tolerance=all",
        "event.processing.failure.handling.mode=warn",
        "event.deserialization.failure.handling.mode=skip",
        "event.converting.failure.handling.mode=warn",
        "inconsistent.schema.handling.mode=skip",
    ] {
        assert!(warned(&least(text).plan(), text), "{text}");
        assert!(
            least(text).plan().notes.iter().any(|note| note.text.contains("nothing is skipped")),
            "{text}"
        );
    }
    let fail = "errors.tolerance=none\nevent.processing.failure.handling.mode=FAIL\n";
    assert!(!notes(&least(fail).plan()).contains("nothing is skipped"));
    assert!(least("errors.tolerance=some").error().1.contains("expected `none` or `all`"));
}

#[test]
fn keys_of_other_databases_and_channels_that_are_not_there_are_told() {
    for (text, what) in [
        ("database.names=shop", "use database.include.list"),
        ("database.dbname=shop", "use database.include.list"),
        ("signal.data.collection=shop.signals", "signals are not answered yet"),
        ("signal.enabled.channels=source,kafka", "signals are not answered yet"),
        ("signal.kafka.topic=signals", "signals are not answered yet"),
        ("signal.file=/tmp/signals", "signals are not answered yet"),
        ("notification.enabled.channels=sink,log", "notifications are not sent yet"),
    ] {
        assert!(warned(&least(text).plan(), &format!("{text}: ")), "{text}");
        assert!(warned(&least(text).plan(), what), "{text}");
    }
    assert!(!notes(&least("signal.enabled.channels=source").plan()).contains("signals are not answered"));
}

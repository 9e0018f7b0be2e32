#![allow(clippy::unwrap_used)]

use becauselog_model::{ColumnKind as Kind, MappedColumn, type_code as code};

use super::*;
use crate::check::tests::{column, map, named};

const DATABASE: &str = "shop";

fn described(columns: &[(&str, Kind)], key: Option<&[&str]>) -> Description {
    Description::Read(Described::of(columns, key))
}

fn describe(tracker: &mut Tracker, description: Description) {
    tracker.tables.entry(name()).or_default().describe(description);
}

fn name() -> TableName {
    TableName::new(DATABASE, "orders")
}

fn int() -> Kind {
    Kind::Int { unsigned: false }
}

fn minimal() -> TableMap {
    map(vec![column(code::LONG, 0)])
}

fn full() -> TableMap {
    let named = named("id", column(code::LONG, 0));
    map(vec![MappedColumn { unsigned: Some(false), nullable: false, ..named }])
}

#[test]
fn the_same_map_gets_the_same_arc() {
    let mut tracker = Tracker::online();
    describe(&mut tracker, described(&[("id", int())], None));
    let first = tracker.shape_for(&minimal()).unwrap();
    let again = tracker.shape_for(&TableMap { table_id: 77, ..minimal() }).unwrap();
    assert!(Arc::ptr_eq(&first, &again));
}

#[test]
fn a_statement_on_the_table_makes_it_be_read_again() {
    let mut tracker = Tracker::online();
    describe(&mut tracker, described(&[("id", int())], None));
    let before = tracker.shape_for(&minimal()).unwrap();
    tracker.note_statement(DATABASE, b"ALTER TABLE other ADD x INT");
    assert!(tracker.shape_for(&minimal()).is_ok());
    tracker.note_statement(DATABASE, b"ALTER TABLE orders RENAME COLUMN id TO no");
    assert_eq!(tracker.shape_for(&minimal()), Err(ShapeError::NeedsReload(name())));
    describe(&mut tracker, described(&[("no", int())], None));
    let after = tracker.shape_for(&minimal()).unwrap();
    assert_eq!((&*before.columns[0].name, &*after.columns[0].name), ("id", "no"));
}

#[test]
fn a_table_that_reads_the_same_again_keeps_its_arc() {
    let mut tracker = Tracker::online();
    describe(&mut tracker, described(&[("id", int())], None));
    let before = tracker.shape_for(&minimal()).unwrap();
    tracker.note_statement(DATABASE, b"ALTER TABLE orders ENGINE=InnoDB");
    describe(&mut tracker, described(&[("id", int())], None));
    assert!(Arc::ptr_eq(&before, &tracker.shape_for(&minimal()).unwrap()));
}

#[test]
fn a_difference_is_believed_after_one_more_read() {
    let mut tracker = Tracker::online();
    let other = || described(&[("id", Kind::BigInt { unsigned: false })], None);
    describe(&mut tracker, other());
    assert_eq!(tracker.shape_for(&minimal()), Err(ShapeError::NeedsReload(name())));
    describe(&mut tracker, other());
    for _ in 0..2 {
        let error = tracker.shape_for(&minimal()).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains("shop.orders: column id is logged as INT, on the server it is BIGINT"),
            "{text}"
        );
        assert!(text.contains("binlog_row_metadata=FULL"), "{text}");
    }
}

#[test]
fn a_full_map_with_a_primary_key_needs_no_server() {
    let with_key = TableMap { primary_key: Some(vec![0]), ..full() };
    for mut tracker in [Tracker::online(), Tracker::offline()] {
        let shape = tracker.shape_for(&with_key).unwrap();
        tracker.note_statement(DATABASE, b"ALTER TABLE orders ADD x INT");
        assert!(Arc::ptr_eq(&shape, &tracker.shape_for(&with_key).unwrap()));
    }
}

#[test]
fn a_unique_index_stands_in_for_a_primary_key() {
    let mut tracker = Tracker::online();
    assert_eq!(tracker.shape_for(&full()), Err(ShapeError::NeedsReload(name())));
    describe(&mut tracker, described(&[("id", int())], Some(&["id"])));
    assert_eq!(tracker.shape_for(&full()).unwrap().key, Some(vec![0]));
    // Off the log's columns, or one that can be NULL in the log: no key, and no guess.
    tracker.note_statement(DATABASE, b"ALTER TABLE orders ADD x INT");
    describe(&mut tracker, described(&[("x", int())], Some(&["x"])));
    assert_eq!(tracker.shape_for(&full()).unwrap().key, None);
    assert_eq!(Tracker::offline().shape_for(&full()).unwrap().key, None);
}

#[test]
fn what_nobody_can_name_is_an_error_with_a_next_step() {
    let mut tracker = Tracker::online();
    describe(&mut tracker, Description::Missing);
    assert_eq!(tracker.shape_for(&minimal()), Err(ShapeError::Missing { table: name() }));
    assert_eq!(Tracker::offline().shape_for(&minimal()), Err(ShapeError::Offline { table: name() }));
}

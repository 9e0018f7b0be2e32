//! What an update left as it was is rendered once; what is written is what would be, were each image rendered on its own.

use std::sync::Arc;

use becauselog_decode::{Image, Rows, RowsKind, TablePlan, index_rows};
use becauselog_format::{Debezium, DebeziumConfig, Plain, PlainConfig};
use becauselog_model::{EncodedBatch, Op, Place, Record, RowChange, TableShape};
use proptest::{prelude::*, sample::Index};
use serde_json::Value;

use crate::{
    any_tables::{Table, any_table, row_of},
    replay::batch,
    rows::{event, transaction},
};

/// One encoder of any kind.
type Encode<'e> = &'e mut dyn FnMut(&RowChange<'_, Image<'_>>, &mut EncodedBatch) -> bool;

/// A change's images, before and after, and its records' keys; nothing when it cannot be written.
fn images(encode: Encode<'_>, change: &RowChange<'_, Image<'_>>) -> Option<([Value; 2], Vec<Vec<u8>>)> {
    let mut out = batch();
    encode(change, &mut out).then_some(())?;
    let records: Vec<&Record> = out.records.iter().filter(|record| record.value.is_some()).collect();
    let of = |record: &Record, image: &str| {
        let mut whole: Value = serde_json::from_slice(out.value(record).unwrap()).unwrap();
        whole[image].take()
    };
    let keys = records.iter().map(|record| out.key(record).unwrap().to_vec()).collect();
    Some(([of(records.first()?, "before"), of(records.last()?, "after")], keys))
}

/// The table's shape with names that differ, the first column its key.
fn shape(table: &Table) -> Arc<TableShape> {
    let mut shape = TableShape::clone(&table.shape());
    for (index, column) in shape.columns.iter_mut().enumerate() {
        column.name = format!("c{index}").into();
    }
    shape.key = Some(vec![0]);
    Arc::new(shape)
}

/// An update, its delete and its insert: the same images.
fn compare(table: &Table, plan: &TablePlan, bytes: &[u8], encode: Encode<'_>, losses: &dyn Fn() -> u64) {
    let all = vec![0xff; table.columns.len().div_ceil(8)];
    let rows =
        Rows { kind: RowsKind::Update, columns: table.columns.len(), before: &all, after: &all, bytes };
    let mut found = Vec::new();
    if index_rows(plan, &rows, &mut found).is_err() {
        return;
    }
    let (transaction, event) = (transaction(), event());
    for (before, after) in found.iter().map(|row| rows.images(plan, *row)) {
        let change = |op, before, after| RowChange {
            transaction: &transaction,
            event: &event,
            shape: plan.shape(),
            op,
            row: 0,
            index: 0,
            place: Place::default(),
            before,
            after,
        };
        let at = losses();
        let updated = images(encode, &change(Op::Update, before, after));
        let (in_update, at) = (losses() - at, losses());
        let deleted = images(encode, &change(Op::Delete, before, None));
        let inserted = images(encode, &change(Op::Insert, None, after));
        let Some((in_update_images, keys)) = updated else {
            assert!(
                deleted.is_none() || inserted.is_none(),
                "what cannot be written cannot be written alone"
            );
            continue;
        };
        let ([before, _], old) = deleted.unwrap();
        let ([_, after], new) = inserted.unwrap();
        assert_eq!(in_update_images, [before, after]);
        assert_eq!(keys.last(), new.last());
        assert!(keys.len() == 1 || keys.first() == old.first(), "a change of the key is two records");
        assert_eq!(in_update, losses() - at, "each loss is counted, also where it is the same");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn an_update_has_the_images_of_a_delete_and_an_insert(
        table in any_table(),
        seed in any::<u64>(),
        other in prop::option::of(any::<u64>()),
        damage in prop::collection::vec((any::<Index>(), any::<u8>()), 0..4),
    ) {
        let plan = TablePlan::compile(&table.map(), shape(&table)).unwrap();
        let (before, mut after) = (row_of(&table, seed), row_of(&table, other.unwrap_or(seed)));
        for (at, byte) in &damage {
            let at = at.index(after.len());
            after[at] ^= byte;
        }
        let bytes = [before, after].concat();
        for config in [DebeziumConfig::exact("n"), DebeziumConfig::peer("n")] {
            let encoder = std::cell::RefCell::new(Debezium::new(config));
            let mut encode = |change: &RowChange<'_, Image<'_>>, out: &mut EncodedBatch| {
                encoder.borrow_mut().encode(change, 1, out).is_ok()
            };
            compare(&table, &plan, &bytes, &mut encode, &|| encoder.borrow().losses().total());
        }
        let encoder = std::cell::RefCell::new(Plain::new(PlainConfig::new("n")));
        let mut encode = |change: &RowChange<'_, Image<'_>>, out: &mut EncodedBatch| {
            encoder.borrow_mut().encode(change, 1, out).is_ok()
        };
        compare(&table, &plan, &bytes, &mut encode, &|| encoder.borrow().losses().total());
    }
}

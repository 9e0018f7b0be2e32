//! Whatever the cells hold, what is written is JSON, or the change is an error and the batch as it was.

use becauselog_format::{Maxwell, MaxwellConfig, MaxwellRendering};
use becauselog_model::{Cell, Charset, ColumnKind, Date, Datetime, Decimal, Time, Timestamp};
use proptest::prelude::*;
use serde_json::Value;

use crate::{
    log::batch,
    rows::{Row, change, event, table, transaction},
};

/// Cells that bytes alone can make invalid.
fn may_be_refused(cell: &Cell<'_>) -> bool {
    matches!(cell, Cell::Json(_) | Cell::Geometry(_) | Cell::Enum(_))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn any_cells_become_json(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        document in (0u8..16, prop::collection::vec(any::<u8>(), 0..60)),
        wkb in (0u8..2, 0u32..9, 0u32..4, prop::collection::vec(any::<f64>(), 0..12)),
        number in any::<u64>(),
        double in any::<f64>(),
        date in (0u16..10_000, 0u8..16, 0u8..32),
        clock in (0u8..32, 0u8..64, 0u8..64, 0u32..1_000_000),
        fsp in 0u8..=6,
        peer in any::<bool>(),
        deleted in any::<bool>(),
    ) {
        let date = Date { year: date.0, month: date.1, day: date.2 };
        let (hour, minute, second, micros) = clock;
        let datetime = Datetime { date, hour, minute, second, micros };
        let hours = u16::try_from(number % 839).unwrap();
        let time = Time { negative: number % 2 == 0, hours, minutes: minute, seconds: second, micros };
        let document: Vec<u8> = std::iter::once(document.0).chain(document.1).collect();
        let padded: Vec<u8> = bytes.iter().copied().chain(std::iter::repeat(0)).take(30).collect();
        let mut geometry = vec![0, 0, 0, 0, 1];
        geometry.extend(wkb.1.to_le_bytes());
        if wkb.0 == 0 {
            geometry.extend(wkb.2.to_le_bytes());
        }
        geometry.extend(wkb.3.iter().flat_map(|coordinate| coordinate.to_le_bytes()));
        let texts: std::sync::Arc<[std::sync::Arc<str>]> = ["a,b".into(), "\"\u{1}".into()].into();
        let seconds = u32::try_from(number & 0xffff_ffff).unwrap();
        let all = [
            (ColumnKind::BigInt { unsigned: true }, Cell::UInt(number)),
            (ColumnKind::Double, Cell::Double(if double.is_finite() { double } else { 0.1 })),
            (ColumnKind::Decimal { precision: 65, scale: 30 }, Cell::Decimal(Decimal::new(&padded, 65, 30).unwrap())),
            (ColumnKind::Bit { width: 64 }, Cell::Bit(number)),
            (ColumnKind::Year, Cell::Year(date.year)),
            (ColumnKind::Date, Cell::Date(date)),
            (ColumnKind::Time { fsp }, Cell::Time(time)),
            (ColumnKind::Datetime { fsp }, Cell::Datetime(datetime)),
            (ColumnKind::Timestamp { fsp }, Cell::Timestamp(Timestamp { seconds, micros })),
            (ColumnKind::Text { length_bytes: 2, charset: Charset::Sjis }, Cell::Text(&bytes, Charset::Sjis)),
            (ColumnKind::Binary { length: 40 }, Cell::Binary(&bytes)),
            (ColumnKind::Enum { values: texts.clone() }, Cell::Enum(u16::try_from(number % 5).unwrap())),
            (ColumnKind::Set { values: texts }, Cell::Set(number)),
            (ColumnKind::Json, Cell::Json(&document)),
            (ColumnKind::Geometry { subtype: 0 }, Cell::Geometry(&bytes)),
            (ColumnKind::Geometry { subtype: 0 }, Cell::Geometry(&geometry)),
            (ColumnKind::Vector { dimension: 20 }, Cell::Vector(&bytes)),
        ];
        let mut config = MaxwellConfig::new("n");
        config.output_primary_keys = true;
        config.rendering =
            if peer { MaxwellRendering::Peer { jvm_offset_s: -18_000 } } else { MaxwellRendering::Exact };
        let mut maxwell = Maxwell::new(config);
        let (transaction, event) = (transaction(), event());
        for (kind, cell) in all {
            let shape = table(&[("c\"", kind)], Some(vec![0]));
            let (cells, nulls) = ([Ok(cell)], [Ok(Cell::Null)]);
            let after = (!deleted).then_some(Row(&nulls));
            let change = change(&transaction, &event, &shape, Some(Row(&cells)), after);
            let mut out = batch();
            let done = maxwell.encode(&change, 1, &mut out);
            if done.is_err() {
                prop_assert!(may_be_refused(&cell), "{:?} of {:?}", done, cell);
                prop_assert!(out.values.is_empty() && out.head.is_empty() && out.records.is_empty());
                continue;
            }
            let value: Value = serde_json::from_slice(out.value(&out.records[0]).unwrap()).unwrap();
            let key: Value = serde_json::from_slice(out.key(&out.records[0]).unwrap()).unwrap();
            prop_assert_eq!(&value["primary_key"][0], &key["pk.c\""]);
            let then = if deleted { "data" } else { "old" };
            prop_assert!(value[then].get("c\"").is_some() || value["old"].is_null(), "{}", value);
        }
    }
}

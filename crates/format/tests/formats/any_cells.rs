//! Whatever the cells hold, what is written is JSON, or the change is an error and the batch as it was.

use crate::rows::{Row, change, event, table, transaction};
use becauselog_format::{Debezium, DebeziumConfig, Plain, PlainConfig, TimePrecision};
use becauselog_model::{Cell, Charset, ColumnKind, Date, Datetime, Decimal, Time, Timestamp};
use proptest::prelude::*;

const TIMES: [TimePrecision; 6] = [
    TimePrecision::AdaptiveTimeMicroseconds,
    TimePrecision::Adaptive,
    TimePrecision::Connect,
    TimePrecision::IsoString,
    TimePrecision::Microseconds,
    TimePrecision::Nanoseconds,
];

fn charset() -> impl Strategy<Value = Charset> {
    prop::sample::select(vec![Charset::Utf8, Charset::Latin1, Charset::Sjis, Charset::Utf16, Charset::Swe7])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_cells_become_json(
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        document in (0u8..16, prop::collection::vec(any::<u8>(), 0..60)),
        charset in charset(),
        number in any::<u64>(),
        double in any::<f64>(),
        date in (0u16..10_000, 0u8..16, 0u8..32),
        clock in (0u8..32, 0u8..64, 0u8..64, 0u32..1_000_000),
        fsp in 0u8..=6,
        time_precision in prop::sample::select(&TIMES[..]),
        peer in any::<bool>(),
    ) {
        let date = Date { year: date.0, month: date.1, day: date.2 };
        let (hour, minute, second, micros) = clock;
        let datetime = Datetime { date, hour, minute, second, micros };
        let time = Time { negative: number % 2 == 0, hours: (number % 839) as u16, minutes: minute, seconds: second, micros };
        let document: Vec<u8> = std::iter::once(document.0).chain(document.1).collect();
        let padded: Vec<u8> = bytes.iter().copied().chain(std::iter::repeat(0)).take(30).collect();
        let texts: std::sync::Arc<[std::sync::Arc<str>]> = ["a,b".into(), "\"\u{1}".into()].into();
        let all = [
            (ColumnKind::BigInt { unsigned: true }, Cell::UInt(number)),
            (ColumnKind::Double, Cell::Double(double)),
            (ColumnKind::Float, Cell::Float(f32::from_bits(number as u32))),
            (ColumnKind::Decimal { precision: 65, scale: 30 }, Cell::Decimal(Decimal::new(&padded, 65, 30).unwrap())),
            (ColumnKind::Bit { width: 17 }, Cell::Bit(number)),
            (ColumnKind::Date, Cell::Date(date)),
            (ColumnKind::Time { fsp }, Cell::Time(time)),
            (ColumnKind::Datetime { fsp }, Cell::Datetime(datetime)),
            (ColumnKind::Timestamp { fsp }, Cell::Timestamp(Timestamp { seconds: number as u32, micros })),
            (ColumnKind::Text { length_bytes: 2, charset }, Cell::Text(&bytes, charset)),
            (ColumnKind::Binary { length: 40 }, Cell::Binary(&bytes)),
            (ColumnKind::Enum { values: texts.clone() }, Cell::Enum(number as u16)),
            (ColumnKind::Set { values: texts }, Cell::Set(number)),
            (ColumnKind::Json, Cell::Json(&document)),
            (ColumnKind::Geometry { subtype: 1 }, Cell::Geometry(&bytes)),
            (ColumnKind::Vector { dimension: 20 }, Cell::Vector(&bytes)),
        ];
        let base = if peer { DebeziumConfig::peer("n") } else { DebeziumConfig::exact("n") };
        let mut debezium = Debezium::new(DebeziumConfig { time_precision, ..base });
        let mut plain = Plain::new(PlainConfig::new("n"));
        let (transaction, event) = (transaction(), event());
        for (kind, cell) in all {
            let shape = table(&[("c\"", kind)], Some(vec![0]));
            let cells = [Ok(cell)];
            let change = change(&transaction, &event, &shape, None, Some(Row(&cells)));
            for debezium_writes in [true, false] {
                let mut out = crate::replay::batch();
                let done = if debezium_writes {
                    debezium.encode(&change, 1, &mut out)
                } else {
                    plain.encode(&change, 1, &mut out)
                };
                if done.is_err() {
                    prop_assert!(matches!(cell, Cell::Json(_)), "{:?}", done);
                    prop_assert!(out.values.is_empty() && out.head.is_empty() && out.records.is_empty());
                    continue;
                }
                let value: serde_json::Value = serde_json::from_slice(out.value(&out.records[0]).unwrap()).unwrap();
                let key: serde_json::Value = serde_json::from_slice(out.key(&out.records[0]).unwrap()).unwrap();
                prop_assert_eq!(&value["after"], &key);
            }
        }
    }
}

//! Dates and times.

use super::{Column, Form, Maker, Table, column};
use crate::seeded::Seeded;

pub fn times() -> Table {
    let mut columns: Vec<Column> = vec![
        column("d", "DATE", Form::Plain, Box::new(|s| format!("'{}'", date(s)))),
        column("y", "YEAR", Form::Plain, Box::new(year)),
    ];
    for fsp in 0..=6_usize {
        let of = |name: &str| (format!("{name}{fsp}"), format!("{name}({fsp}) NULL DEFAULT NULL"));
        let (name, sql) = of("TIME");
        columns.push(column(name, sql, Form::Plain, Box::new(move |s| time(s, fsp))));
        let (name, sql) = of("DATETIME");
        columns.push(column(name, sql, Form::Plain, Box::new(move |s| datetime(s, fsp))));
        let (name, sql) = of("TIMESTAMP");
        let make: Maker = Box::new(move |s| timestamp(s, fsp));
        columns.push(column(name, sql, Form::Plain, make));
    }
    Table::new("times", 500, columns)
}

fn date(seeded: &mut Seeded) -> String {
    let odd =
        ["0000-00-00", "2024-00-10", "2024-02-00", "0000-01-01", "2024-02-31", "1000-01-01", "9999-12-31"];
    match seeded.below(4) {
        0 => (*seeded.pick(&odd)).to_owned(),
        _ => format!("{:04}-{:02}-{:02}", seeded.below(10_000), seeded.below(13), seeded.below(32)),
    }
}

fn year(seeded: &mut Seeded) -> String {
    match seeded.below(4) {
        0 => "'0000'".to_owned(),
        1 => (*seeded.pick(&["1901", "2155"])).to_owned(),
        _ => (1901 + seeded.below(255)).to_string(),
    }
}

fn fraction(seeded: &mut Seeded, fsp: usize) -> String {
    let digits = match seeded.below(4) {
        0 => 0,
        1 => 999_999,
        2 => 1,
        _ => seeded.below(1_000_000),
    };
    let digits = format!("{digits:06}");
    // More digits than the column has would be rounded, over the limits too.
    if fsp == 0 { String::new() } else { format!(".{}", &digits[..fsp]) }
}

fn time(seeded: &mut Seeded, fsp: usize) -> String {
    let sign = if seeded.one_in(2) { "-" } else { "" };
    let whole = match seeded.below(6) {
        0 => return format!("'{sign}838:59:59'"),
        1 => "00:00:00".to_owned(),
        2 => format!("00:00:{:02}", seeded.below(60)),
        3 => format!("838:{:02}:{:02}", seeded.below(59), seeded.below(60)),
        _ => format!("{:02}:{:02}:{:02}", seeded.below(839), seeded.below(60), seeded.below(59)),
    };
    format!("'{sign}{whole}{}'", fraction(seeded, fsp))
}

fn datetime(seeded: &mut Seeded, fsp: usize) -> String {
    let date = date(seeded);
    if seeded.one_in(5) {
        return format!("'{date}'");
    }
    let fraction = fraction(seeded, fsp);
    format!("'{date} {:02}:{:02}:{:02}{fraction}'", seeded.below(24), seeded.below(60), seeded.below(60))
}

fn timestamp(seeded: &mut Seeded, fsp: usize) -> String {
    match seeded.below(6) {
        0 => "'0000-00-00 00:00:00'".to_owned(),
        1 => format!("'1970-01-01 00:00:01{}'", fraction(seeded, fsp)),
        2 => format!("'2038-01-19 03:14:07{}'", if fsp == 0 { "" } else { ".0" }),
        _ => {
            let fraction = fraction(seeded, fsp);
            format!("FROM_UNIXTIME({}{fraction})", 1 + seeded.below(0x7fff_fffe))
        }
    }
}

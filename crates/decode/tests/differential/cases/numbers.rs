//! Numbers.

use super::{Column, Form, Maker, Table, column};
use crate::seeded::Seeded;

pub fn integers() -> Table {
    let types = [("TINYINT", 8), ("SMALLINT", 16), ("MEDIUMINT", 24), ("INT", 32), ("BIGINT", 64)];
    let mut columns = vec![];
    for (sql, bits) in types {
        let signed = move |seeded: &mut Seeded| integer(seeded, bits, true);
        columns.push(column(format!("{sql}_s"), sql, Form::Plain, Box::new(signed)));
        let unsigned = move |seeded: &mut Seeded| integer(seeded, bits, false);
        columns.push(column(format!("{sql}_u"), format!("{sql} UNSIGNED"), Form::Plain, Box::new(unsigned)));
    }
    columns.push(column("b", "BOOL", Form::Plain, Box::new(|s| s.below(2).to_string())));
    Table::new("integers", 400, columns)
}

/// A limit, something beside a limit, or anything.
fn integer(seeded: &mut Seeded, bits: u32, signed: bool) -> String {
    let (low, high) = if signed {
        (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1)
    } else {
        (0, (1_i128 << bits) - 1)
    };
    let value = match seeded.below(8) {
        0 => low,
        1 => high,
        2 => low + i128::from(seeded.below(3)),
        3 => high - i128::from(seeded.below(3)),
        4 => i128::from(seeded.below(3)) - i128::from(signed),
        5 => 1 << seeded.below(u64::from(bits - 1)),
        _ => low + i128::from(seeded.next()) % (high - low + 1),
    };
    value.to_string()
}

pub fn decimals() -> Table {
    let mut sizes = vec![(1, 0), (1, 1), (2, 1), (4, 2), (5, 0), (9, 0), (9, 9), (10, 0), (10, 2), (10, 10)];
    sizes.extend([(18, 0), (18, 9), (19, 10), (20, 6), (27, 9), (28, 10), (30, 30), (31, 1), (38, 18)]);
    sizes.extend([(40, 20), (50, 17), (64, 30), (65, 0), (65, 1), (65, 13), (65, 29), (65, 30)]);
    let columns = sizes.into_iter().map(|(precision, scale)| {
        let make: Maker = Box::new(move |seeded| decimal(seeded, precision, scale));
        column(format!("d_{precision}_{scale}"), format!("DECIMAL({precision},{scale})"), Form::Plain, make)
    });
    Table::new("decimals", 300, columns.collect())
}

fn decimal(seeded: &mut Seeded, precision: usize, scale: usize) -> String {
    let digit = |seeded: &mut Seeded, kind: u64| match kind {
        0 => '9',
        1 => '0',
        2 if !seeded.one_in(5) => '0',
        _ => char::from_digit(seeded.below(10) as u32, 10).unwrap(),
    };
    let kind = seeded.below(6);
    // Often fewer digits than there is room for.
    let used = if seeded.one_in(2) {
        precision - scale
    } else {
        seeded.below((precision - scale + 1) as u64) as usize
    };
    let sign = if seeded.one_in(2) { "-" } else { "" };
    let whole: String = (0..used).map(|_| digit(seeded, kind)).collect();
    let fraction: String = (0..scale).map(|_| digit(seeded, kind)).collect();
    format!("{sign}0{whole}.{fraction}0")
}

pub fn reals() -> Table {
    let float = |seeded: &mut Seeded| loop {
        let value = f32::from_bits(seeded.next() as u32);
        if value.is_finite() {
            return format!("{value:e}");
        }
    };
    let double = |seeded: &mut Seeded| loop {
        let value = f64::from_bits(seeded.next());
        if value.is_finite() {
            return format!("{value:e}");
        }
    };
    let common = |seeded: &mut Seeded| {
        let known =
            ["0", "-0e0", "1e-45", "3.4028234e38", "-3.4028234e38", "0.1", "1.1754944e-38", "16777217"];
        (*seeded.pick(&known)).to_owned()
    };
    let extreme = |seeded: &mut Seeded| {
        let known =
            ["1.7976931348623157e308", "-1.7976931348623157e308", "2.2250738585072014e-308", "0.1", "1e23"];
        (*seeded.pick(&known)).to_owned()
    };
    let columns = vec![
        column("f", "FLOAT", Form::Real, Box::new(float)),
        column("f_known", "FLOAT", Form::Real, Box::new(common)),
        column("f_unsigned", "FLOAT UNSIGNED", Form::Real, Box::new(|s| s.below(1 << 40).to_string())),
        column(
            "f_digits",
            "FLOAT(10,3)",
            Form::Real,
            Box::new(|s| format!("{}.{}", s.below(9999), s.below(999))),
        ),
        column("d", "DOUBLE", Form::Real, Box::new(double)),
        column("d_known", "DOUBLE", Form::Real, Box::new(extreme)),
        column(
            "d_digits",
            "DOUBLE(20,5)",
            Form::Real,
            Box::new(|s| format!("-{}.{}", s.below(99_999), s.below(999))),
        ),
    ];
    Table::new("reals", 300, columns)
}

pub fn bits() -> Table {
    let columns = (1..=64_u32).map(|width| -> Column {
        let mask = u64::MAX >> (64 - width);
        let make: Maker = Box::new(move |seeded| match seeded.below(4) {
            0 => mask.to_string(),
            1 => (1_u64 << (width - 1)).to_string(),
            _ => (seeded.next() & mask).to_string(),
        });
        column(format!("b{width}"), format!("BIT({width})"), Form::Bits, make)
    });
    Table::new("bits", 150, columns.collect())
}

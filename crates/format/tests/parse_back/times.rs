//! Dates and times back from what is written.

use becauselog_format::TimePrecision;

use crate::{
    judge::{Verdict, equal, unquoted},
    ways::Meaning,
};

pub fn is_temporal(sql: &str) -> bool {
    ["DATE", "TIME", "YEAR"].iter().any(|name| sql.starts_with(name))
}

pub fn same(meaning: &Meaning, sql: &str, written: &str, told: &str) -> Verdict {
    match meaning {
        Meaning::Debezium(_) if sql == "YEAR" && meaning.is_peer() && told == "0000" => {
            equal(written, "1900")
        }
        _ if sql == "YEAR" => equal(&format!("{written:0>4}"), told),
        Meaning::Plain if sql.starts_with("TIMESTAMP") && !told.starts_with("0000") => {
            equal(&unquoted(written)?, &format!("{told}Z"))
        }
        Meaning::Plain | Meaning::Maxwell => equal(&unquoted(written)?, told),
        Meaning::Debezium(config) => {
            let mode = config.time_precision;
            let fsp = sql.split(['(', ')']).nth(1).map_or(0, |fsp| fsp.parse().unwrap());
            if sql.starts_with("TIMESTAMP") {
                timestamp(meaning.is_peer(), written, told)
            } else if sql.starts_with("TIME") {
                time(mode, fsp, meaning.is_peer(), written, told)
            } else {
                let day = Day::of(told, meaning.is_peer(), config.time_adjuster);
                day_and_time(mode, fsp, day, meaning.is_peer(), written, told)
            }
        }
    }
}

fn timestamp(peer: bool, written: &str, told: &str) -> Verdict {
    match (told.starts_with("0000"), peer) {
        (true, true) => equal(written, "null"),
        (true, false) => equal(&unquoted(written)?, told),
        (false, _) => equal(&unquoted(written)?, &format!("{}Z", told.replace(' ', "T"))),
    }
}

fn number(written: &str) -> Result<i128, String> {
    written.parse().map_err(|error| format!("{error}"))
}

/// So many microseconds in one unit of a mode, by a column's digits.
fn unit_ns(mode: TimePrecision, fsp: u8, is_time: bool) -> i128 {
    match mode {
        TimePrecision::Connect => 1_000_000,
        TimePrecision::Nanoseconds => 1,
        TimePrecision::Microseconds | TimePrecision::IsoString => 1_000,
        TimePrecision::AdaptiveTimeMicroseconds if is_time => 1_000,
        TimePrecision::AdaptiveTimeMicroseconds | TimePrecision::Adaptive if fsp <= 3 => 1_000_000,
        TimePrecision::AdaptiveTimeMicroseconds | TimePrecision::Adaptive => 1_000,
    }
}

/// A number of units is the instant, cut to whole ones; a peer has null beyond 64 bits.
fn in_units(unit: i128, ns: i128, peer: bool, written: &str) -> Verdict {
    let expected = ns.div_euclid(unit);
    if peer && i64::try_from(expected).is_err() {
        return equal(written, "null");
    }
    equal(&number(written)?.to_string(), &expected.to_string())
}

fn time(mode: TimePrecision, fsp: u8, peer: bool, written: &str, told: &str) -> Verdict {
    let ns = clock_ns(told.trim_start_matches('-'));
    let negative = told.starts_with('-') && ns != 0;
    if mode == TimePrecision::IsoString {
        let text = unquoted(written)?;
        if negative || ns >= 86_400_000_000_000 {
            return equal(&text, told);
        }
        let back = text.strip_suffix('Z').ok_or("no Z")?;
        return equal(&clock_ns(back).to_string(), &ns.to_string());
    }
    in_units(unit_ns(mode, fsp, true), if negative { -ns } else { ns }, peer, written)
}

/// Nanoseconds of `838:59:59.000001`.
fn clock_ns(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<i128> = whole.split(':').map(|part| part.parse().unwrap()).collect();
    let fraction: i128 = format!("{fraction:0<9}").parse().unwrap();
    (parts[0] * 3_600 + parts[1] * 60 + parts[2]) * 1_000_000_000 + fraction
}

/// What a mode makes of a day.
#[derive(Clone, Copy)]
enum Day {
    /// No day of the calendar.
    None,
    /// Days since 1970, and its text.
    Some { year: i128, month: i128, day: i128 },
}

impl Day {
    fn of(told: &str, peer: bool, adjusts: bool) -> Self {
        let parts: Vec<i128> = told[..10].split('-').map(|part| part.parse().unwrap()).collect();
        let (mut year, month, day) = (parts[0], parts[1], parts[2]);
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = match month {
            4 | 6 | 9 | 11 => 30,
            2 => 28 + i128::from(leap),
            1..=12 => 31,
            _ => 0,
        };
        if day == 0 || day > last || (peer && year == 0) {
            return Self::None;
        }
        if peer && adjusts {
            year += match year {
                0..70 => 2000,
                70..100 => 1900,
                _ => 0,
            };
        }
        Self::Some { year, month, day }
    }

    /// Days since 1970: years begin in March here, so that leap days are at their end.
    fn number(year: i128, month: i128, day: i128) -> i128 {
        let year = if month <= 2 { year - 1 } else { year };
        let in_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + in_year - 719_468
    }
}

fn day_and_time(mode: TimePrecision, fsp: u8, day: Day, peer: bool, written: &str, told: &str) -> Verdict {
    let Day::Some { year, month, day } = day else {
        return if peer { equal(written, "null") } else { equal(&unquoted(written)?, told) };
    };
    let date = format!("{year:04}-{month:02}-{day:02}");
    let days = Day::number(year, month, day);
    match (told.get(11..), mode == TimePrecision::IsoString) {
        (None, true) => equal(&unquoted(written)?, &format!("{date}Z")),
        (None, false) => equal(&number(written)?.to_string(), &days.to_string()),
        (Some(clock), true) => {
            let text = unquoted(written)?;
            let (back_date, back_clock) = text.split_once('T').ok_or("no T")?;
            equal(back_date, &date)?;
            let back_clock = back_clock.strip_suffix('Z').ok_or("no Z")?;
            equal(&clock_ns(back_clock).to_string(), &clock_ns(clock).to_string())
        }
        (Some(clock), false) => {
            let ns = days * 86_400_000_000_000 + clock_ns(clock);
            in_units(unit_ns(mode, fsp, false), ns, peer, written)
        }
    }
}

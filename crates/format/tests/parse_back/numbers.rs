//! Numbers back from their texts.

use crate::{bytes_back::from_base64, judge::Verdict};

/// A FLOAT or DOUBLE: the text reads back as the very number.
pub fn real(sql: &str, written: &str, told: f64) -> Verdict {
    let wrong = |error: std::num::ParseFloatError| format!("{error}");
    let back = if sql.starts_with("FLOAT") {
        f64::from(written.parse::<f32>().map_err(wrong)?)
    } else {
        written.parse::<f64>().map_err(wrong)?
    };
    if back == told { Ok(0) } else { Err(format!("it means {back:e}")) }
}

/// The decimal of a scale that base64 of its unscaled value's bytes, highest first, means.
pub fn unscaled(written: &str, scale: usize) -> Result<String, String> {
    let mut bytes = from_base64(written, '+', '/')?;
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    if negative {
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
        for byte in bytes.iter_mut().rev() {
            let (more, carried) = byte.overflowing_add(1);
            *byte = more;
            if !carried {
                break;
            }
        }
    }
    let mut digits = digits(bytes);
    while digits.len() <= scale {
        digits.insert(0, '0');
    }
    Ok(pointed(negative, &digits, scale))
}

fn pointed(negative: bool, digits: &str, scale: usize) -> String {
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if negative { "-" } else { "" };
    if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// The decimal digits of a number of these bytes, by dividing it by ten again and again.
fn digits(mut bytes: Vec<u8>) -> String {
    let mut digits = vec![];
    while bytes.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut bytes {
            let part = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(part / 10).unwrap();
            rest = part % 10;
        }
        digits.push(char::from_digit(rest, 10).unwrap());
    }
    if digits.is_empty() { "0".to_owned() } else { digits.iter().rev().collect() }
}

/// A JSON number as a decimal of a scale: Java writes small ones with an exponent.
pub fn without_exponent(written: &str, scale: usize) -> Result<String, String> {
    let Some((number, exponent)) = written.split_once('E') else { return Ok(written.to_owned()) };
    let exponent: i64 = exponent.parse().map_err(|error| format!("{error}"))?;
    let negative = number.starts_with('-');
    let number = number.trim_start_matches('-');
    let fraction = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
    if i64::try_from(fraction).unwrap() - exponent != i64::try_from(scale).unwrap() {
        return Err(format!("{written} has not a scale of {scale}"));
    }
    let digits = format!("{:0>width$}", number.replace('.', ""), width = scale + 1);
    Ok(pointed(negative, &digits, scale))
}

//! Opaque values as the peers' log reader writes them, without its slips.

use becauselog_model::jsonb::{JsonbError, Opaque};

use crate::text::{
    binary,
    time::{self, Fraction::Trimmed},
};

/// Appends an opaque value: decimals as numbers, times in quotes, others as base64 in quotes.
pub(super) fn opaque(out: &mut Vec<u8>, field_type: u8, bytes: &[u8]) -> Result<(), JsonbError> {
    let value = Opaque::read(field_type, bytes)?;
    if let Opaque::Decimal(value) = value {
        value.push_text(out);
        return Ok(());
    }
    out.push(b'"');
    match value {
        Opaque::Date(value) => time::date(out, value),
        Opaque::Time(value) => time::time(out, value, Trimmed),
        Opaque::Datetime(value) => time::datetime(out, value, b' ', Trimmed),
        Opaque::Bytes { bytes, .. } => binary::base64(out, bytes),
        Opaque::Decimal(_) => {}
    }
    out.push(b'"');
    Ok(())
}

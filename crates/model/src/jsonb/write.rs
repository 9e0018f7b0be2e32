//! Binary JSON written anew, where diffs changed it: containers that were opened in the large form, which holds any; all
//! else as it was.

use super::{
    Container, DOUBLE, INT64, JsonbError, LARGE_ARRAY, LARGE_OBJECT, LITERAL, OPAQUE, SMALL_ARRAY,
    SMALL_OBJECT, STRING, UINT64, Value, apply::Node,
};

/// Count and size.
const HEAD: usize = 8;
/// Where a key is, and its length.
const KEY_ENTRY: usize = 6;
/// A value's type, and where it is.
const VALUE_ENTRY: usize = 5;

/// The whole document.
pub(super) fn document(root: &Node<'_>) -> Result<Vec<u8>, JsonbError> {
    let mut out = vec![0];
    let kind = node(&mut out, root)?;
    if let Some(first) = out.first_mut() {
        *first = kind;
    }
    Ok(out)
}

/// Appends a value, and says its type.
fn node(out: &mut Vec<u8>, node: &Node<'_>) -> Result<u8, JsonbError> {
    match node {
        Node::Kept(value) => kept(out, *value),
        Node::Object(members) => {
            let keys = members.iter().map(|(key, _)| &**key);
            container(out, keys, members.iter().map(|(_, value)| value))?;
            Ok(LARGE_OBJECT)
        }
        Node::Array(cells) => {
            container(out, std::iter::empty(), cells.iter())?;
            Ok(LARGE_ARRAY)
        }
    }
}

fn kept(out: &mut Vec<u8>, value: Value<'_>) -> Result<u8, JsonbError> {
    match value {
        Value::Int(value) => out.extend_from_slice(&value.to_le_bytes()),
        Value::UInt(value) => out.extend_from_slice(&value.to_le_bytes()),
        Value::Double(value) => out.extend_from_slice(&value.to_le_bytes()),
        Value::Str(bytes) => sized(out, bytes)?,
        Value::Opaque { field_type, bytes } => {
            out.push(field_type);
            sized(out, bytes)?;
        }
        Value::Object(Container { data, .. }) | Value::Array(Container { data, .. }) => {
            out.extend_from_slice(data);
        }
        Value::Null | Value::Bool(_) => out.push(literal(value)),
    }
    Ok(kind(value))
}

const fn kind(value: Value<'_>) -> u8 {
    match value {
        Value::Null | Value::Bool(_) => LITERAL,
        Value::Int(_) => INT64,
        Value::UInt(_) => UINT64,
        Value::Double(_) => DOUBLE,
        Value::Str(_) => STRING,
        Value::Opaque { .. } => OPAQUE,
        Value::Object(Container { large: true, .. }) => LARGE_OBJECT,
        Value::Object(_) => SMALL_OBJECT,
        Value::Array(Container { large: true, .. }) => LARGE_ARRAY,
        Value::Array(_) => SMALL_ARRAY,
    }
}

const fn literal(value: Value<'_>) -> u8 {
    match value {
        Value::Bool(true) => 1,
        Value::Bool(false) => 2,
        _ => 0,
    }
}

/// Appends bytes behind their length, seven bits a byte, lowest first.
fn sized(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), JsonbError> {
    let mut len = number(bytes.len())?;
    loop {
        let low = u8::try_from(len & 0x7f).unwrap_or(0);
        len >>= 7;
        if len == 0 {
            out.push(low);
            break;
        }
        out.push(low | 0x80);
    }
    out.extend_from_slice(bytes);
    Ok(())
}

/// Appends an object, or an array, which has no keys.
fn container<'n, 'a: 'n>(
    out: &mut Vec<u8>,
    keys: impl Iterator<Item = &'n [u8]> + Clone,
    values: impl Iterator<Item = &'n Node<'a>> + Clone,
) -> Result<(), JsonbError> {
    let start = out.len();
    let (count, keyed) = (values.clone().count(), keys.clone().count());
    let entries = keyed.saturating_mul(KEY_ENTRY).saturating_add(count.saturating_mul(VALUE_ENTRY));
    let mut key_at = HEAD.saturating_add(entries);
    out.extend_from_slice(&number(count)?.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    for key in keys.clone() {
        out.extend_from_slice(&number(key_at)?.to_le_bytes());
        out.extend_from_slice(&u16::try_from(key.len()).map_err(|_| JsonbError::DoesNotFit)?.to_le_bytes());
        key_at = key_at.saturating_add(key.len());
    }
    let mut entry_at = out.len();
    out.resize(entry_at.saturating_add(count.saturating_mul(VALUE_ENTRY)), 0);
    keys.for_each(|key| out.extend_from_slice(key));
    for value in values {
        let (kind, place) = match value {
            // Literals stand in their entries.
            Node::Kept(value @ (Value::Null | Value::Bool(_))) => (LITERAL, u32::from(literal(*value))),
            value => {
                let place = number(out.len().saturating_sub(start))?;
                (node(out, value)?, place)
            }
        };
        let mut entry = [kind; VALUE_ENTRY];
        if let Some(field) = entry.last_chunk_mut() {
            *field = place.to_le_bytes();
        }
        put(out, entry_at, &entry);
        entry_at = entry_at.saturating_add(VALUE_ENTRY);
    }
    let size = number(out.len().saturating_sub(start))?;
    put(out, start.saturating_add(4), &size.to_le_bytes());
    Ok(())
}

fn put(out: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(field) = out.get_mut(at..at.saturating_add(bytes.len())) {
        field.copy_from_slice(bytes);
    }
}

/// A count, size or offset.
fn number(number: usize) -> Result<u32, JsonbError> {
    u32::try_from(number).map_err(|_| JsonbError::DoesNotFit)
}

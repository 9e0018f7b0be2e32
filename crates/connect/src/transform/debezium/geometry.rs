//! `SwapGeometryCoordinates` and `GeometryFormatTransformer`: the bytes of geometries, wherever they stand in a value.

use std::sync::Arc;

use crate::options::Options;
use crate::transform::{Boxed, Transform};
use crate::{DataError, Record, Struct, Value};

/// Only this one: points and others of a name of their own are passed on as they are.
const GEOMETRY: &str = "io.debezium.data.geometry.Geometry";
const HAS_SRID: u32 = 0x2000_0000;
const HAS_Z: u32 = 0x8000_0000;
const HAS_M: u32 = 0x4000_0000;
/// How deep collections may stand in each other.
const DEPTH_MAX: usize = 64;

/// Swaps the coordinates of geometries of some SRIDs.
pub(crate) struct SwapGeometryCoordinates {
    srids: Vec<i32>,
}

impl SwapGeometryCoordinates {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        const SRIDS: &str = "srids";
        let mut srids = vec![4326, 3857, 4269];
        let named = options.list(SRIDS);
        if options.has(SRIDS) {
            srids.clear();
        }
        for text in named {
            match text.trim().parse() {
                Ok(srid) => srids.push(srid),
                Err(_no_number) => options.fail(SRIDS, format!("{text:?} is no number")),
            }
        }
        Box::new(Self { srids })
    }
}

impl Transform for SwapGeometryCoordinates {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        let srids = &self.srids;
        each(&mut record.value, &mut |wkb, srid| {
            if srid.is_some_and(|srid| srids.contains(&srid)) {
                Walk { bytes: wkb, at: 0 }
                    .swap(0)
                    .ok_or_else(|| DataError::new("a geometry that cannot be read"))?;
            }
            Ok(())
        })?;
        Ok(Some(record))
    }
}

/// Writes geometries with their SRID in them (EWKB), or without (WKB).
pub(crate) struct GeometryFormatTransformer {
    /// `format` names what the geometries are: `wkb` is made into EWKB, `ewkb` into WKB.
    from_wkb: bool,
}

impl GeometryFormatTransformer {
    pub(crate) fn build(options: &mut Options) -> Boxed {
        Box::new(Self { from_wkb: options.choice("format", &["wkb", "ewkb"], "wkb") == "wkb" })
    }
}

impl Transform for GeometryFormatTransformer {
    fn apply(&mut self, mut record: Record) -> Result<Option<Record>, DataError> {
        // Bytes of a server never have an SRID in them: there is nothing to take out.
        if self.from_wkb {
            each(&mut record.value, &mut |wkb, srid| {
                let srid =
                    srid.ok_or_else(|| DataError::new("a geometry without SRID cannot be made into EWKB"))?;
                extend(wkb, srid).ok_or_else(|| DataError::new("a geometry that cannot be read"))
            })?;
        }
        Ok(Some(record))
    }
}

type Change<'c> = &'c mut dyn FnMut(&mut Vec<u8>, Option<i32>) -> Result<(), DataError>;

/// Changes each geometry in a value.
fn each(value: &mut Value, change: Change<'_>) -> Result<(), DataError> {
    match value {
        Value::Struct(inner) if inner.schema().is_named(GEOMETRY) => geometry(inner, change),
        Value::Struct(inner) => {
            let schema = Arc::clone(inner.schema());
            for field in schema.fields() {
                if let Some(value) = inner.get_mut(&field.name) {
                    each(value, change)?;
                }
            }
            Ok(())
        }
        Value::Array(items) => items.iter_mut().try_for_each(|item| each(item, change)),
        _ => Ok(()),
    }
}

fn geometry(inner: &mut Struct, change: Change<'_>) -> Result<(), DataError> {
    let srid = match inner.get("srid") {
        Some(Value::Int32(srid)) => Some(*srid),
        _ => None,
    };
    let Some(Value::Bytes(wkb)) = inner.get_mut("wkb") else { return Ok(()) };
    let mut bytes = wkb.to_vec();
    change(&mut bytes, srid)?;
    *wkb = bytes.into();
    Ok(())
}

/// Puts the SRID behind the type, in the geometry's own order of bytes.
fn extend(wkb: &mut Vec<u8>, srid: i32) -> Option<()> {
    let little = *wkb.first()? == 1;
    let kind: &mut [u8; 4] = wkb.get_mut(1..5)?.try_into().ok()?;
    let (marked, srid) = if little {
        ((u32::from_le_bytes(*kind) | HAS_SRID).to_le_bytes(), srid.to_le_bytes())
    } else {
        ((u32::from_be_bytes(*kind) | HAS_SRID).to_be_bytes(), srid.to_be_bytes())
    };
    *kind = marked;
    wkb.splice(5..5, srid);
    Some(())
}

/// A way through a geometry's bytes.
struct Walk<'w> {
    bytes: &'w mut [u8],
    at: usize,
}

impl Walk<'_> {
    fn take(&mut self, len: usize) -> Option<&mut [u8]> {
        let end = self.at.checked_add(len)?;
        let taken = self.bytes.get_mut(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn number(&mut self, little: bool) -> Option<u32> {
        let bytes: [u8; 4] = (&*self.take(4)?).try_into().ok()?;
        Some(if little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    /// Swaps the coordinates of one geometry and those in it; nothing if it ends early or is of no known kind.
    fn swap(&mut self, depth: usize) -> Option<()> {
        let little = *self.take(1)?.first()? == 1;
        let kind = self.number(little)?;
        if kind & HAS_SRID != 0 {
            self.take(4)?;
        }
        let more =
            usize::from(kind & HAS_Z != 0).saturating_add(usize::from(kind & HAS_M != 0)).saturating_mul(8);
        match kind & 0xff {
            1 => self.point(more),
            2 => self.line(little, more),
            3 => {
                let rings = self.number(little)?;
                (0..rings).try_for_each(|_| self.line(little, more))
            }
            4..=7 if depth < DEPTH_MAX => {
                let parts = self.number(little)?;
                (0..parts).try_for_each(|_| self.swap(depth.saturating_add(1)))
            }
            _ => None,
        }
    }

    fn line(&mut self, little: bool, more: usize) -> Option<()> {
        let points = self.number(little)?;
        (0..points).try_for_each(|_| self.point(more))
    }

    fn point(&mut self, more: usize) -> Option<()> {
        self.take(16)?.rotate_left(8);
        self.take(more).map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A collection, highest byte first, of a line of two points and a point, lowest first.
    fn collection(coordinates: [f64; 6]) -> Vec<u8> {
        let [a, b, c, d, e, f] = coordinates;
        let mut bytes = vec![0, 0, 0, 0, 7, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 2];
        bytes.extend([a, b, c, d].map(f64::to_be_bytes).concat());
        bytes.extend([1, 1, 0, 0, 0]);
        bytes.extend([e, f].map(f64::to_le_bytes).concat());
        bytes
    }

    #[test]
    fn coordinates_in_collections_are_swapped() {
        let mut bytes = collection([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
        assert!(Walk { bytes: &mut bytes, at: 0 }.swap(0).is_some());
        assert_eq!(bytes, collection([2.0, 1.0, 4.0, 3.0, 6.0, 5.0]));
    }

    #[test]
    fn what_ends_early_is_no_geometry() {
        let whole = collection([1.0; 6]);
        for len in 0..whole.len() {
            let mut bytes = whole.get(..len).unwrap().to_vec();
            assert_eq!(Walk { bytes: &mut bytes, at: 0 }.swap(0), None, "{len}");
        }
    }
}

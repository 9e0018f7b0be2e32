//! Well-known binary, as far as points need it.

/// The subtype of a POINT column, and the type of a point's WKB.
pub(crate) const POINT: u8 = 1;

/// The coordinates of a point.
pub(crate) fn point(wkb: &[u8]) -> Option<(f64, f64)> {
    let (order, rest) = wkb.split_first()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (x, rest) = rest.split_first_chunk::<8>()?;
    let (y, _) = rest.split_first_chunk::<8>()?;
    let (kind, x, y) = if *order == 0 {
        (u32::from_be_bytes(*kind), f64::from_be_bytes(*x), f64::from_be_bytes(*y))
    } else {
        (u32::from_le_bytes(*kind), f64::from_le_bytes(*x), f64::from_le_bytes(*y))
    };
    (kind == u32::from(POINT)).then_some((x, y))
}

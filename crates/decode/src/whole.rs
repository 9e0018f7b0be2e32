//! The walk over an image of a partial update beside the image that it was changed from: JSON diffs become documents where the
//! document before is there.

use becauselog_model::{Cell, CellError, CellVisitor, RowImage as _, jsonb, visit_cell};

use crate::image::Image;

/// Shows a visitor all cells of `after`.
pub fn visit<V: CellVisitor>(after: &Image<'_>, before: &Image<'_>, visitor: &mut V) -> Result<(), V::Error> {
    let mut then = before.cells();
    for (column, cell) in after.cells().enumerate() {
        let document;
        let cell = match (cell?, then.next().transpose()?) {
            (Cell::JsonDiff(diffs), Some(Cell::Json(was))) => {
                document = jsonb::apply(was, diffs).map_err(|_| unfit(column))?;
                Cell::Json(&document)
            }
            (cell, _) => cell,
        };
        visit_cell(cell, visitor)?;
    }
    Ok(())
}

const fn unfit(column: usize) -> CellError {
    CellError::Invalid { column, what: "its JSON diffs do not fit the document before" }
}

//! `table.fields.additional.placement`: columns that go along with the payload.

use std::sync::Arc;

use crate::options::Options;

/// Where a column goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placement {
    Header,
    Envelope,
    Partition,
}

/// A column that goes along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extra {
    pub(super) placement: Placement,
    pub(super) field: String,
    pub(super) alias: Arc<str>,
}

impl Extra {
    /// Reads `column:placement` or `column:placement:alias`, with commas between.
    pub(super) fn read(options: &mut Options) -> Vec<Self> {
        const OPTION: &str = "table.fields.additional.placement";
        let mut extras = Vec::new();
        for item in options.list(OPTION) {
            match Self::parse(&item) {
                Some(extra) => extras.push(extra),
                None => {
                    let placements = "header, envelope or partition";
                    options.fail(
                        OPTION,
                        format!("{item:?} is not of the form column:placement:alias with {placements}"),
                    );
                }
            }
        }
        extras
    }

    fn parse(item: &str) -> Option<Self> {
        let parts: Vec<&str> = item.split(':').map(str::trim).collect();
        let (field, placement, alias) = match parts.as_slice() {
            [field, placement] => (*field, *placement, *field),
            [field, placement, alias] => (*field, *placement, *alias),
            _ => return None,
        };
        let placement = match placement.to_ascii_lowercase().as_str() {
            "header" => Placement::Header,
            "envelope" => Placement::Envelope,
            "partition" => Placement::Partition,
            _ => return None,
        };
        let whole = !field.is_empty() && !alias.is_empty();
        whole.then(|| Self { placement, field: field.to_owned(), alias: alias.into() })
    }
}

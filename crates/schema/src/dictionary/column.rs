//! A column by its definition in a statement.

use becauselog_ddl::{self as ddl, Attribute};

use super::{
    data_type::{Context, DataType},
    definition::{ColumnDefinition, Generated},
    outcome::Doubt,
};

/// A column, and what its definition says of keys.
#[derive(Debug)]
pub struct Defined {
    pub column: ColumnDefinition,
    /// `PRIMARY KEY`
    pub primary: bool,
    /// `UNIQUE`
    pub unique: bool,
    /// `WITH SYSTEM VERSIONING`
    pub is_versioned: bool,
    /// `AS ROW START`, `AS ROW END`
    pub is_row_time: bool,
}

/// Reads a definition.
pub fn defined(definition: &ddl::ColumnDefinition<'_>, context: Context<'_>) -> Result<Defined, Doubt> {
    let attributes = &definition.attributes;
    let has = |wanted: Attribute<'_>| attributes.contains(&wanted);
    let collate = attributes.iter().rev().find_map(|attribute| match attribute {
        Attribute::Collate(collation) => Some(*collation),
        _ => None,
    });
    let data_type = DataType::of(&definition.data_type, collate, context)
        .ok_or_else(|| Doubt::new("a column's type is not known"))?;
    let serial = definition.data_type.is("SERIAL") || has(Attribute::SerialDefault);
    let is_row_time = has(Attribute::RowTime);
    let primary = has(Attribute::PrimaryKey);
    let generated = attributes.iter().find_map(|attribute| match attribute {
        Attribute::Generated { stored: true } | Attribute::RowTime => Some(Generated::Stored),
        Attribute::Generated { stored: false } => Some(Generated::Virtual),
        _ => None,
    });
    let generated = generated.unwrap_or_default();
    let never_null = primary || serial || is_row_time || has(Attribute::AutoIncrement);
    let by_type = !is_implicit_timestamp(&data_type, generated != Generated::No, context);
    let column = ColumnDefinition {
        name: definition.name.trim_end_matches(' ').into(),
        data_type,
        nullable: !never_null && definition.nullable().unwrap_or(by_type),
        visible: !has(Attribute::Invisible),
        generated,
    };
    let versioning = |attribute: &Attribute<'_>| matches!(attribute, Attribute::Other(text) if text.eq_ignore_ascii_case("VERSIONING"));
    let without = |attribute: &Attribute<'_>| matches!(attribute, Attribute::Other(text) if text.eq_ignore_ascii_case("WITHOUT"));
    let is_versioned = attributes.iter().any(versioning) && !attributes.iter().any(without);
    Ok(Defined { column, primary, unique: serial || has(Attribute::Unique), is_versioned, is_row_time })
}

/// A `TIMESTAMP` that says nothing of NULL is NOT NULL where `explicit_defaults_for_timestamp` is off.
fn is_implicit_timestamp(data_type: &DataType, generated: bool, context: Context<'_>) -> bool {
    let explicit = context.server.has_explicit_timestamps(context.session);
    matches!(data_type, DataType::Timestamp(_)) && !explicit && !generated
}

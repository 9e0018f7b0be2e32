//! DDL statements of MySQL and MariaDB as syntax trees.
//!
//! [`parse`] reads one statement as the server logged it. What is known of a statement is told with the text it was written as
//! ([`ColumnDefinition`], [`DataType`], [`enum@Default`]), so that whoever follows shapes and whoever tells what was declared both find
//! what they need. What is not known is stepped over to the next comma and told as [`AlterSpec::Other`], [`Attribute::Other`] and
//! so on: an unknown clause never loses the rest of its statement.
//!
//! What this crate deliberately does not know: tables as they are (it has no state), charsets, positions, formats, I/O.
//!
//! Invariants: no panic and no recursion on any text; what cannot be read is [`Statement::Unknown`], never half a statement.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss
    )
)]

mod column;
mod cursor;
mod literal;
mod parse;
mod statement;
mod token;

use std::borrow::Cow;

pub use self::{
    column::{Attribute, ColumnDefinition, DataType, Default, LiteralKind, Place},
    literal::meaning,
    statement::{
        AlterSpec, AlterTable, CreateTable, DefaultChange, Index, IndexKind, Item, KeyPart, Rename,
        Statement, TableBody, TableOption, TableRef,
    },
};

/// How a text is to be read: what of a session's `sql_mode` matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, std::default::Default)]
pub struct Mode {
    /// `ANSI_QUOTES`: a text in double quotes is a name.
    pub ansi_quotes: bool,
    /// `NO_BACKSLASH_ESCAPES`: a backslash in a text is itself.
    pub no_backslash_escapes: bool,
    /// Whose text it is: what stands in `/*!50100 … */` counts from a version on.
    pub server: Server,
}

/// Whose text it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, std::default::Default)]
pub enum Server {
    /// Any server's: all that stands in `/*! … */` and `/*M! … */` counts.
    #[default]
    Any,
    /// MySQL's, of this version: `80012` for 8.0.12.
    MySql(u32),
    /// MariaDB's, of this version: `101119` for 10.11.19.
    MariaDb(u32),
}

impl Server {
    /// Whether this server looks into a comment that begins so, with this version behind it.
    pub(crate) const fn looks_into(self, of_mariadb: bool, version: Option<u32>) -> bool {
        match (self, of_mariadb, version) {
            (Self::Any, ..) | (Self::MySql(_), false, None) | (Self::MariaDb(_), _, None) => true,
            (Self::MySql(_), true, _) => false,
            (Self::MySql(own), false, Some(from)) => from <= own,
            // MySQL's own versions from 5.7 on are none of MariaDB's.
            (Self::MariaDb(_), false, Some(50_700..=99_999)) => false,
            (Self::MariaDb(own), _, Some(from)) => from <= own,
        }
    }
}

impl Mode {
    /// By the bits of a session's `sql_mode`, as the log has them.
    #[must_use]
    pub const fn of_sql_mode(bits: u64) -> Self {
        const ANSI_QUOTES: u64 = 1 << 2;
        const NO_BACKSLASH_ESCAPES: u64 = 1 << 20;
        Self {
            ansi_quotes: bits & ANSI_QUOTES != 0,
            no_backslash_escapes: bits & NO_BACKSLASH_ESCAPES != 0,
            server: Server::Any,
        }
    }
}

/// Reads one statement. What follows a semicolon outside of quotes and brackets is not looked at.
#[must_use]
pub fn parse(text: &str, mode: Mode) -> Statement<'_> {
    parse::statement(text, mode)
}

/// The statements of a text, each without the semicolon that ends it.
pub fn statements(text: &str, mode: Mode) -> impl Iterator<Item = &str> {
    token::statements(text, mode)
}

/// The table that a statement begins with, as far as that can be read in a statement that else cannot.
#[must_use]
pub fn first_table(text: &str, mode: Mode) -> Option<TableRef> {
    parse::first_table(text, mode)
}

/// A statement's text with its texts in double quotes in single ones.
#[must_use]
pub fn single_quoted(text: &str, mode: Mode) -> Cow<'_, str> {
    literal::single_quoted(text, mode)
}

/// The same, and the text up to the semicolon that ends it, without blanks and comments around it.
#[must_use]
pub fn parse_with_text(text: &str, mode: Mode) -> (Statement<'_>, &str) {
    parse::statement_with_text(text, mode)
}

//! Groups: which events belong together and how a group ends. Pure: a [`Grouper`] sees one event after the other.

mod error;
mod grouper;
mod mark;
mod savepoints;
mod statement;
mod xid_text;

pub use error::{GroupError, GroupFault};
pub use grouper::{Group, Grouper, Surveyed};
pub use mark::{Mark, StatementKind};
pub use statement::{Statement, classify};

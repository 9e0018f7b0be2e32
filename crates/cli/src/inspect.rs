//! What is in binlog files: read once, counted, told as text or JSON.

mod listing;
mod reader;
mod survey;
mod tables;
mod text;

pub use listing::list;
pub use reader::Reader;
pub use text::render;

#[cfg(test)]
mod tests;

//! Writing values as text into byte buffers: numbers, times, JSON strings, binary data.

pub(crate) mod binary;
pub(crate) mod decimal;
pub(crate) mod float;
pub(crate) mod string;
pub(crate) mod time;

pub(crate) use becauselog_model::digits::{push_int as int, push_uint as uint};

//! Rows of which the log has parts: `binlog_row_image` MINIMAL and NOBLOB, and `binlog_row_value_options=PARTIAL_JSON`. What is
//! there is delivered, in every format, and what is not there is said.

mod images;
mod json_diffs;
mod play;

//! The reference pages, made from the code and compared with what is in `docs/`.

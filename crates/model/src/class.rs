//! What is to be done about a failure.

/// The class of an error: it alone decides about retry, and every error of every crate has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// May pass by itself: retried with backoff and a budget.
    Transient,
    /// A human has to change something; the error says what. The process stops with a clear exit code.
    Operator,
    /// The data of one table cannot be handled: the table's policy decides.
    Data,
    /// A fault of ours: the process stops at once, nothing after it is delivered.
    Bug,
}

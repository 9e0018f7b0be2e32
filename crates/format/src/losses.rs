//! Counts of values that a rendering could not hold exactly.

/// How often a value lost something on its way into the format, by cause. Counted since the encoder was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses {
    /// `BIGINT UNSIGNED` above 2^63 - 1 written as a negative number (`bigint_unsigned = long`).
    pub bigint_wrapped: u64,
    /// Zero or invalid dates written as null or as 1970-01-01.
    pub dates_replaced: u64,
    /// Fractions of a second cut by a coarser precision (`time_precision = connect`).
    pub fractions_cut: u64,
    /// Times beyond what the precision can hold (`nanoseconds` outside 1677 to 2262), written as null.
    pub times_out_of_range: u64,
    /// Decimals written as doubles that are not equal to them (`decimal = double`).
    pub decimals_rounded: u64,
    /// Texts with bytes that are no character of their charset, written as U+FFFD.
    pub texts_replaced: u64,
}

impl Losses {
    /// All of them together.
    #[must_use]
    pub const fn total(&self) -> u64 {
        self.bigint_wrapped
            .saturating_add(self.dates_replaced)
            .saturating_add(self.fractions_cut)
            .saturating_add(self.times_out_of_range)
            .saturating_add(self.decimals_rounded)
            .saturating_add(self.texts_replaced)
    }
}

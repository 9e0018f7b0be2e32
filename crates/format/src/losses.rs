//! Counts of values that a rendering could not hold exactly.

/// How often a value lost something on its way into the format, by cause. Counted since the encoder was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses {
    /// `BIGINT UNSIGNED` above 2^63 - 1 written as a negative number.
    pub bigint_wrapped: u64,
    /// Zero and invalid dates written as null or as 1970-01-01; year 0000 written as 1900; what
    /// `ZeroDateFallbackConverter` replaces, NULL too.
    pub dates_replaced: u64,
    /// Years 1 to 99 moved to 1970 to 2069 (`enable.time.adjuster`).
    pub years_adjusted: u64,
    /// Fractions of a second cut by a coarser precision (`time_precision = connect`).
    pub fractions_cut: u64,
    /// Times beyond what the precision can hold (`nanoseconds` outside 1677 to 2262), written as null.
    pub times_out_of_range: u64,
    /// Decimals written as doubles that have other digits (`decimal = double`).
    pub decimals_rounded: u64,
    /// Texts with bytes that are no character of their charset, written as U+FFFD.
    pub texts_replaced: u64,
    /// Times inside JSON documents garbled as the peer garbles them.
    pub json_garbled: u64,
    /// BIT values of more than 31 bits garbled as the peer garbles them.
    pub bits_garbled: u64,
    /// `TINYINT` other than 0 and 1 written as a boolean (`TinyIntOneToBooleanConverter`).
    pub booleans_reduced: u64,
}

impl Losses {
    /// All of them together.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.by_cause().iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// Every cause by the name of its field, with its count.
    #[must_use]
    pub const fn by_cause(&self) -> [(&'static str, u64); 10] {
        [
            ("bigint_wrapped", self.bigint_wrapped),
            ("dates_replaced", self.dates_replaced),
            ("years_adjusted", self.years_adjusted),
            ("fractions_cut", self.fractions_cut),
            ("times_out_of_range", self.times_out_of_range),
            ("decimals_rounded", self.decimals_rounded),
            ("texts_replaced", self.texts_replaced),
            ("json_garbled", self.json_garbled),
            ("bits_garbled", self.bits_garbled),
            ("booleans_reduced", self.booleans_reduced),
        ]
    }
}

/// Counts one.
pub(crate) fn count(counter: &mut u64) {
    *counter = counter.saturating_add(1);
}

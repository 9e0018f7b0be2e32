//! What a lane's encoder is to the pipeline: any of `format`'s, or one that the binary brings.

use becauselog_decode::Image;
use becauselog_format::{DdlChange, Debezium, FormatError, Maxwell, Plain};
use becauselog_model::{EncodedBatch, RowChange};

/// Turns changes into records of a batch. On an error the batch is as it was.
pub trait Encode: Send {
    /// Appends what one row change becomes. `now_ns`: the processing time, nanoseconds since 1970 UTC.
    ///
    /// # Errors
    /// When the row cannot be read or rendered.
    fn change<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError>;

    /// Appends what a DDL statement becomes: for many formats nothing.
    ///
    /// # Errors
    /// When it cannot be rendered.
    fn ddl(&mut self, ddl: &DdlChange<'_>, out: &mut EncodedBatch) -> Result<(), FormatError>;

    /// How many values were rendered with a loss so far.
    fn losses(&self) -> u64 {
        0
    }
}

impl Encode for Debezium {
    fn change<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.encode(change, now_ns, out)
    }

    fn losses(&self) -> u64 {
        Self::losses(self).total()
    }

    /// Debezium tells schema changes on a topic of their own, which comes with its own work.
    fn ddl(&mut self, _ddl: &DdlChange<'_>, _out: &mut EncodedBatch) -> Result<(), FormatError> {
        Ok(())
    }
}

impl Encode for Maxwell {
    fn change<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.encode(change, now_ns, out)
    }

    fn losses(&self) -> u64 {
        Self::losses(self).total()
    }

    fn ddl(&mut self, ddl: &DdlChange<'_>, out: &mut EncodedBatch) -> Result<(), FormatError> {
        self.encode_ddl(ddl, out)
    }
}

impl Encode for Plain {
    fn change<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.encode(change, now_ns, out)
    }

    fn losses(&self) -> u64 {
        Self::losses(self).total()
    }

    fn ddl(&mut self, ddl: &DdlChange<'_>, out: &mut EncodedBatch) -> Result<(), FormatError> {
        self.encode_ddl(ddl, out)
    }
}

//! What a lane's encoder is to the pipeline: any of `format`'s, or one that the binary brings.

use std::time::Duration;

use becauselog_decode::Image;
use becauselog_format::{
    Bootstrap, BootstrapStep, DdlChange, Debezium, FormatError, Maxwell, Plain, TransactionEdge,
};
use becauselog_model::{EncodedBatch, RowChange};
use becauselog_snapshot::SelectedImage;

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

    /// Appends what a DDL statement becomes: for many formats nothing. `now_ns`: as above.
    ///
    /// # Errors
    /// When it cannot be rendered.
    fn ddl(&mut self, ddl: &DdlChange<'_>, now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError>;

    /// How many values were rendered with a loss so far.
    fn losses(&self) -> u64 {
        0
    }

    /// How often it is to be asked for a heartbeat; nothing where it has none.
    fn heartbeat_interval(&self) -> Option<Duration> {
        None
    }

    /// Appends a heartbeat. `now_ns`: the time, nanoseconds since 1970 UTC.
    ///
    /// # Errors
    /// When it cannot be rendered.
    fn heartbeat(&mut self, _now_ns: u64, _out: &mut EncodedBatch) -> Result<(), FormatError> {
        Ok(())
    }

    /// Whether it is to be told where transactions begin and end, and of changes that its target has already when others
    /// of their transaction are not there. Such an encoder is the only one of its lane.
    fn tells_transactions(&self) -> bool {
        false
    }

    /// A transaction begins. `tell`: what that becomes is appended, as the target does not have it.
    ///
    /// # Errors
    /// When it cannot be rendered.
    fn begin(
        &mut self,
        _edge: &TransactionEdge<'_>,
        _tell: bool,
        _out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        Ok(())
    }

    /// It ends: appends what that becomes.
    ///
    /// # Errors
    /// When it cannot be rendered.
    fn end(&mut self, _edge: &TransactionEdge<'_>, _out: &mut EncodedBatch) -> Result<(), FormatError> {
        Ok(())
    }

    /// Appends what a step of a bootstrap becomes: nothing in formats that have none. `now_ns`: the time, nanoseconds since
    /// 1970 UTC.
    ///
    /// # Errors
    /// When a row cannot be read or rendered.
    fn bootstrap<'a>(
        &mut self,
        _bootstrap: &Bootstrap<'_>,
        _step: BootstrapStep<SelectedImage<'a>>,
        _now_ns: u64,
        _out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        Ok(())
    }

    /// Takes notice of a change that the target has already; appends nothing.
    ///
    /// # Errors
    /// When the row cannot be read.
    fn pass_over<'a>(
        &mut self,
        _change: &RowChange<'a, Image<'a>>,
        _now_ns: u64,
        _out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        Ok(())
    }
}

impl Encode for Debezium {
    fn heartbeat_interval(&self) -> Option<Duration> {
        self.config().heartbeat.as_ref().map(|heartbeat| heartbeat.interval)
    }

    fn heartbeat(&mut self, now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        Self::heartbeat(self, now_ns, out)
    }

    fn tells_transactions(&self) -> bool {
        Self::tells_transactions(self)
    }

    fn begin(
        &mut self,
        edge: &TransactionEdge<'_>,
        tell: bool,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.begin_transaction(edge, tell, out)
    }

    fn end(&mut self, edge: &TransactionEdge<'_>, out: &mut EncodedBatch) -> Result<(), FormatError> {
        self.end_transaction(edge, out)
    }

    fn pass_over<'a>(
        &mut self,
        change: &RowChange<'a, Image<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        Self::pass_over(self, change, now_ns, out)
    }

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

    fn ddl(&mut self, ddl: &DdlChange<'_>, now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        self.encode_ddl(ddl, now_ns, out)
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

    fn bootstrap<'a>(
        &mut self,
        bootstrap: &Bootstrap<'_>,
        step: BootstrapStep<SelectedImage<'a>>,
        now_ns: u64,
        out: &mut EncodedBatch,
    ) -> Result<(), FormatError> {
        self.encode_bootstrap(bootstrap, step, now_ns, out)
    }

    fn losses(&self) -> u64 {
        Self::losses(self).total()
    }

    fn ddl(&mut self, ddl: &DdlChange<'_>, _now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        if ddl.is_ddl { self.encode_ddl(ddl, out) } else { Ok(()) }
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

    fn ddl(&mut self, ddl: &DdlChange<'_>, _now_ns: u64, out: &mut EncodedBatch) -> Result<(), FormatError> {
        if ddl.is_ddl { self.encode_ddl(ddl, out) } else { Ok(()) }
    }
}

//! The checks, one fact each.

use std::{future::Future, pin::pin, sync::Arc, task::Poll, time::Duration};

use becauselog_model::EncodedBatch;

use super::{Log, Reader, Subject, Violation};
use crate::{
    contract::{Outcome, Sink},
    error::SinkError,
};

const LOG: Log = Log { padding: 20, whole: true };

/// How long a sink that was dropped is watched.
const AFTERMATH: Duration = Duration::from_millis(300);

/// Checks a sink. `subject` makes a fresh target for each check.
///
/// # Errors
/// The first breach of the contract.
pub async fn run<S: Subject>(subject: impl Fn() -> S) -> Result<(), Violation> {
    everything_arrives_in_order(&subject()).await?;
    what_is_durable_survives_the_end_of_the_process(&subject()).await?;
    a_batch_handed_over_again_comes_once(&subject()).await?;
    a_write_that_was_dropped_can_be_made_again(&subject()).await?;
    nothing_comes_after_the_end(&subject()).await?;
    if subject().promises().keeps_position {
        the_position_fits_what_is_there(&subject()).await?;
        a_beginning_is_kept_before_anything_is_written(&subject()).await?;
        a_beginning_beats_what_was_kept(&subject()).await?;
        batches_without_records_move_the_position(&subject()).await?;
        runs_cut_short_add_up_to_the_log(&subject()).await?;
    }
    Ok(())
}

/// One check under way.
struct Check<'a, S: Subject> {
    name: &'static str,
    subject: &'a S,
}

impl<'a, S: Subject> Check<'a, S> {
    const fn new(name: &'static str, subject: &'a S) -> Self {
        Self { name, subject }
    }

    fn require(&self, holds: bool, what: impl FnOnce() -> String) -> Result<(), Violation> {
        if holds { Ok(()) } else { Err(Violation { check: self.name, what: what() }) }
    }

    fn fine<T>(&self, result: Result<T, SinkError>) -> Result<T, Violation> {
        result.map_err(|error| Violation { check: self.name, what: format!("failed: {error}") })
    }

    fn open(&self) -> Result<S::Sink, Violation> {
        self.fine(self.subject.open())
    }

    /// A sink on an empty target, told to begin at the log's beginning.
    async fn begin(&self) -> Result<(S::Sink, Reader), Violation> {
        let mut sink = self.open()?;
        let stored = self.fine(sink.stored().await)?;
        self.require(stored.is_none(), || format!("an empty target has a position: {stored:?}"))?;
        self.fine(sink.begin(&LOG.start()).await)?;
        Ok((sink, LOG.read_from(&LOG.start())))
    }

    /// Writes, and checks what is said to be durable; says up to which `seq` it is.
    async fn write(&self, sink: &mut S::Sink, batch: &Arc<EncodedBatch>) -> Result<u64, Violation> {
        let outcome = self.fine(sink.write(batch).await)?;
        let seq = batch.range.seq;
        match outcome {
            Outcome::Accepted => Ok(0),
            Outcome::Durable(durable) => {
                self.require(durable <= seq, || {
                    format!("{durable} is durable, {seq} is the last one written")
                })?;
                Ok(durable)
            }
        }
    }

    async fn flush(&self, sink: &mut S::Sink, last: u64) -> Result<(), Violation> {
        let durable = self.fine(sink.flush().await)?;
        self.require(durable == last, || format!("a flush after batch {last} made {durable} durable"))
    }

    fn require_delivered(&self, expected: &[Vec<u8>]) -> Result<(), Violation> {
        let delivered = self.subject.delivered();
        self.require(delivered == expected, || differs(&delivered, expected))
    }
}

/// Where two lists differ, without their content at length.
fn differs(delivered: &[Vec<u8>], expected: &[Vec<u8>]) -> String {
    let same = delivered.iter().zip(expected).take_while(|(one, other)| one == other).count();
    let show = |list: &[Vec<u8>]| {
        list.get(same)
            .map_or_else(|| "nothing".to_owned(), |value| String::from_utf8_lossy(value).into_owned())
    };
    let (is, should) = (delivered.len(), expected.len());
    format!(
        "record {same} is {}, not {} ({is} delivered, {should} expected)",
        show(delivered),
        show(expected)
    )
}

async fn everything_arrives_in_order<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("everything_arrives_in_order", subject);
    let (mut sink, mut reader) = check.begin().await?;
    let mut durable = 0;
    for seq in 1..=40 {
        let now = check.write(&mut sink, &reader.next_batch(1 + seq % 6)).await?;
        check.require(now >= durable || now == 0, || format!("durable went back from {durable} to {now}"))?;
        durable = durable.max(now);
    }
    check.flush(&mut sink, 40).await?;
    check.require_delivered(&reader.values_before())
}

async fn what_is_durable_survives_the_end_of_the_process<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("what_is_durable_survives_the_end_of_the_process", subject);
    let (mut sink, mut reader) = check.begin().await?;
    let mut said = Vec::new();
    let mut covered = Vec::new();
    for seq in 1..=10_u64 {
        let durable = check.write(&mut sink, &reader.next_batch(4)).await?;
        covered.push(reader.values_before());
        said = durable.checked_sub(1).and_then(|i| covered.get(i as usize)).cloned().unwrap_or(said);
        if seq == 5 {
            check.flush(&mut sink, seq).await?;
            said = reader.values_before();
        }
    }
    drop(sink);
    let delivered = subject.delivered();
    let there = delivered.get(..said.len()).is_some_and(|head| head == said);
    check.require(there, || differs(&delivered, &said))
}

async fn a_batch_handed_over_again_comes_once<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("a_batch_handed_over_again_comes_once", subject);
    let (mut sink, mut reader) = check.begin().await?;
    for _ in 1..=6 {
        let batch = reader.next_batch(3);
        check.write(&mut sink, &batch).await?;
        check.write(&mut sink, &batch).await?;
    }
    check.flush(&mut sink, 6).await?;
    check.require_delivered(&reader.values_before())
}

async fn a_write_that_was_dropped_can_be_made_again<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("a_write_that_was_dropped_can_be_made_again", subject);
    let (mut sink, mut reader) = check.begin().await?;
    for polls in 1..=6 {
        let batch = reader.next_batch(3);
        poll_and_drop(sink.write(&batch), polls).await;
        check.write(&mut sink, &batch).await?;
    }
    check.flush(&mut sink, 6).await?;
    check.require_delivered(&reader.values_before())
}

/// Polls a future so often, then drops it.
async fn poll_and_drop<F: Future>(future: F, polls: usize) {
    let mut future = pin!(future);
    for _ in 0..polls {
        let ready =
            std::future::poll_fn(|context| Poll::Ready(future.as_mut().poll(context).is_ready())).await;
        if ready {
            return;
        }
        tokio::task::yield_now().await;
    }
}

async fn nothing_comes_after_the_end<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("nothing_comes_after_the_end", subject);
    let (mut sink, mut reader) = check.begin().await?;
    for _ in 1..=5 {
        check.write(&mut sink, &reader.next_batch(3)).await?;
    }
    check.flush(&mut sink, 5).await?;
    drop(sink);
    let then = subject.delivered();
    tokio::time::sleep(AFTERMATH).await;
    check.require_delivered(&then)
}

/// Opens the target again and checks that its position covers exactly what is there.
async fn reopen<S: Subject>(check: &Check<'_, S>) -> Result<(S::Sink, Reader), Violation> {
    let mut sink = check.open()?;
    let stored = check.fine(sink.stored().await)?;
    let Some(stored) = stored else {
        return Err(Violation { check: check.name, what: "the position is forgotten".to_owned() });
    };
    let Some((transaction, index)) = LOG.place(&stored) else {
        return Err(Violation { check: check.name, what: format!("no position of this log: {stored:?}") });
    };
    check.require_delivered(&LOG.values_before(transaction, index))?;
    Ok((sink, LOG.read_from(&stored)))
}

async fn the_position_fits_what_is_there<S: Subject>(subject: &S) -> Result<(), Violation> {
    for batches in 1..=12 {
        let check = Check::new("the_position_fits_what_is_there", subject);
        let (mut sink, mut reader) = if batches == 1 { check.begin().await? } else { reopen(&check).await? };
        for _ in 0..batches {
            check.write(&mut sink, &reader.next_batch(2)).await?;
        }
        let flushed = batches % 2 == 0;
        if flushed {
            check.flush(&mut sink, batches).await?;
        }
        drop(sink);
        let (_, reopened) = reopen(&check).await?;
        let kept = !flushed || reopened.stored() == reader.stored();
        check.require(kept, || format!("flushed at {:?}, kept {:?}", reader.stored(), reopened.stored()))?;
    }
    Ok(())
}

async fn a_beginning_is_kept_before_anything_is_written<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("a_beginning_is_kept_before_anything_is_written", subject);
    let (sink, _) = check.begin().await?;
    drop(sink);
    let (_, reader) = reopen(&check).await?;
    check.require(reader.stored() == LOG.start(), || format!("kept {:?}", reader.stored()))
}

async fn a_beginning_beats_what_was_kept<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("a_beginning_beats_what_was_kept", subject);
    let (mut sink, mut reader) = check.begin().await?;
    let earlier = LOG.start();
    for _ in 1..=5 {
        check.write(&mut sink, &reader.next_batch(3)).await?;
    }
    check.flush(&mut sink, 5).await?;
    drop(sink);
    let mut sink = check.open()?;
    check.fine(sink.begin(&earlier).await)?;
    drop(sink);
    let mut sink = check.open()?;
    let stored = check.fine(sink.stored().await)?;
    check.require(stored.as_ref() == Some(&earlier), || format!("told {earlier:?}, kept {stored:?}"))
}

async fn batches_without_records_move_the_position<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("batches_without_records_move_the_position", subject);
    let (mut sink, mut reader) = check.begin().await?;
    let mut seq = 0;
    loop {
        let batch = reader.next_batch(1);
        seq += 1;
        check.write(&mut sink, &batch).await?;
        if batch.records.is_empty() {
            break;
        }
    }
    check.flush(&mut sink, seq).await?;
    drop(sink);
    let (_, reopened) = reopen(&check).await?;
    let (is, should) = (reopened.stored(), reader.stored());
    check.require(is == should, || format!("kept {is:?}, not {should:?}"))
}

async fn runs_cut_short_add_up_to_the_log<S: Subject>(subject: &S) -> Result<(), Violation> {
    let check = Check::new("runs_cut_short_add_up_to_the_log", subject);
    drop(check.begin().await?);
    for run in 0..10 {
        let (mut sink, mut reader) = reopen(&check).await?;
        for _ in 0..run % 4 {
            check.write(&mut sink, &reader.next_batch(1 + run % 5)).await?;
        }
        poll_and_drop(sink.write(&reader.next_batch(5)), 1).await;
        drop(sink);
    }
    let (mut sink, mut reader) = reopen(&check).await?;
    check.write(&mut sink, &reader.next_batch(7)).await?;
    check.flush(&mut sink, 1).await?;
    check.require_delivered(&reader.values_before())
}

//! Progress of long steps: a bar on a terminal, plain lines elsewhere; both say what the step costs.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Writes one line to stderr, past the test harness's capture: whoever waits should see why.
pub fn line(text: &str) {
    // A closed stderr is no reason to fail a test.
    drop(writeln!(std::io::stderr(), "becauselog: {text}"));
}

/// One step that takes time.
#[derive(Debug)]
pub struct Step {
    what: String,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Step {
    /// Starts a step of `total` bytes; without a total it shows a spinner.
    #[must_use]
    pub fn start(what: &str, total: Option<u64>) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| bar(what, total));
        if bar.is_none() {
            let cost = total.map(|bytes| format!(" ({})", megabytes(bytes)));
            line(&format!("{what}{}", cost.unwrap_or_default()));
        }
        Self { what: what.to_owned(), started: Instant::now(), bar }
    }

    /// Says how many bytes are done.
    pub fn at(&self, bytes: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        }
    }

    /// Ends the step: one line with the time it took.
    pub fn done(self, result: &str) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        let seconds = self.started.elapsed().as_secs_f64();
        line(&format!("{}: {result} in {seconds:.1} s", self.what));
    }
}

fn bar(what: &str, total: Option<u64>) -> ProgressBar {
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), "{msg} {bar:30} {bytes}/{total_bytes} {bytes_per_sec}"),
        None => (ProgressBar::new_spinner(), "{spinner} {msg} {elapsed}"),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

/// `33.5 MB`.
#[must_use]
pub fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000)
}

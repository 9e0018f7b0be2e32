//! What a process costs: time, CPU and memory, read from `/proc` (Linux).

use std::fs;
use std::process::{Child, Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// What a process has used. CPU times come in hundredths of a second, the kernel's own grain.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// User and system CPU time, all threads.
    pub cpu: Duration,
    /// The highest resident memory in bytes, as last seen.
    pub peak_rss_bytes: u64,
}

/// A finished run.
#[derive(Clone, Copy, Debug)]
pub struct Measured {
    /// How it ended.
    pub status: ExitStatus,
    /// From start to end.
    pub wall: Duration,
    /// What it used. The peak is read every few milliseconds: the last moments may be missing.
    pub usage: Usage,
}

/// Runs a command to its end and measures it.
///
/// # Errors
/// It cannot be started, or `/proc` cannot be read.
pub fn run(command: &mut Command) -> Result<Measured> {
    let name = command.get_program().display().to_string();
    let started = Instant::now();
    let child = command.spawn().with_context(|| format!("cannot run {name}"))?;
    follow(child, started).with_context(|| format!("cannot measure {name}"))
}

fn follow(mut child: Child, started: Instant) -> Result<Measured> {
    let mut last = Usage::default();
    loop {
        // Until it is waited for, an ended process keeps its CPU times; its memory is gone.
        let stat = Stat::read(child.id())?;
        last.cpu = stat.cpu;
        if stat.ended {
            let wall = started.elapsed();
            return Ok(Measured { status: child.wait()?, wall, usage: last });
        }
        last.peak_rss_bytes = last.peak_rss_bytes.max(peak_rss_bytes(child.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a running process has used so far.
///
/// # Errors
/// There is no such process.
pub fn usage(pid: u32) -> Result<Usage> {
    let stat = Stat::read(pid)?;
    Ok(Usage { cpu: stat.cpu, peak_rss_bytes: peak_rss_bytes(pid).context("it has ended")? })
}

struct Stat {
    ended: bool,
    cpu: Duration,
}

impl Stat {
    fn read(pid: u32) -> Result<Self> {
        let text = fs::read_to_string(format!("/proc/{pid}/stat"))?;
        parse_stat(&text).with_context(|| format!("/proc/{pid}/stat is not understood"))
    }
}

/// The fields after the program's name: state is the 1st, user and system ticks are the 12th and 13th.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |index: usize| fields.get(index)?.parse::<u64>().ok();
    // A tick is a hundredth of a second for user space on every Linux.
    let cpu = Duration::from_millis((ticks(11)? + ticks(12)?) * 10);
    Some(Stat { ended: matches!(*fields.first()?, "Z" | "X"), cpu })
}

fn peak_rss_bytes(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let text = "42 (a ) b) S 1 42 42 0 -1 4194304 100 0 0 0 150 50 0 0 20 0 1 0 100 0 0";
        let stat = parse_stat(text).unwrap();
        assert!(!stat.ended);
        assert_eq!(stat.cpu, Duration::from_secs(2));
    }

    #[test]
    fn cpu_and_memory_of_a_real_process_are_seen() {
        let script = "i=0; while [ $i -lt 400000 ]; do i=$((i+1)); done";
        let measured = run(Command::new("sh").args(["-c", script])).unwrap();
        assert!(measured.status.success());
        assert!(measured.usage.cpu >= Duration::from_millis(20), "{measured:?}");
        assert!(measured.usage.cpu <= measured.wall + Duration::from_millis(50), "{measured:?}");
        assert!(measured.usage.peak_rss_bytes > 100_000, "{measured:?}");
    }
}

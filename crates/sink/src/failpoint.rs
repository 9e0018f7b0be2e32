//! Places where a test can kill the process.
//!
//! Always compiled in, so that what is tested is what runs; a place costs one relaxed load where the variable is not
//! set. It needs the environment of the process, so it gives nobody a power that he has not.

use std::{
    env,
    io::Write as _,
    sync::{
        OnceLock,
        atomic::{AtomicU8, AtomicU64, Ordering},
    },
};

/// The environment variable that names a place, `name` or `name:nth` (the nth time it is passed, from 1).
pub const FAILPOINT_VARIABLE: &str = "BECAUSELOG_FAILPOINT";

const UNREAD: u8 = 0;
const OFF: u8 = 1;
const ON: u8 = 2;

static MODE: AtomicU8 = AtomicU8::new(UNREAD);
static PASSED: AtomicU64 = AtomicU64::new(0);
static PLAN: OnceLock<Option<Plan>> = OnceLock::new();

#[derive(Debug, PartialEq, Eq)]
struct Plan {
    name: String,
    nth: u64,
}

impl Plan {
    fn parse(text: &str) -> Option<Self> {
        let (name, nth) = match text.rsplit_once(':') {
            Some((name, nth)) => (name, nth.parse().ok()?),
            None => (text, 1),
        };
        (!name.is_empty() && nth > 0).then(|| Self { name: name.to_owned(), nth })
    }
}

/// Kills the process (SIGKILL, as `kill -9` does) if this is the place that [`FAILPOINT_VARIABLE`] names, after one
/// line to stderr.
#[inline]
pub fn failpoint(name: &str) {
    if MODE.load(Ordering::Relaxed) != OFF {
        hit(name);
    }
}

/// As [`failpoint`], for the place `prefix.place` of something that several use.
#[inline]
pub fn failpoint_in(prefix: &str, place: &str) {
    if MODE.load(Ordering::Relaxed) != OFF {
        let named = plan().and_then(|plan| plan.name.strip_prefix(prefix)?.strip_prefix('.'));
        if named == Some(place) {
            hit(&format!("{prefix}.{place}"));
        }
    }
}

/// Whether a place is named at all: lets a caller split an action only when a test wants to hit the middle of it.
#[inline]
pub(crate) fn armed(name: &str) -> bool {
    MODE.load(Ordering::Relaxed) != OFF && plan().is_some_and(|plan| plan.name == name)
}

fn plan() -> Option<&'static Plan> {
    let plan =
        PLAN.get_or_init(|| env::var(FAILPOINT_VARIABLE).ok().and_then(|text| Plan::parse(&text))).as_ref();
    MODE.store(if plan.is_some() { ON } else { OFF }, Ordering::Relaxed);
    plan
}

#[cold]
fn hit(name: &str) {
    let Some(plan) = plan().filter(|plan| plan.name == name) else {
        return;
    };
    if PASSED.fetch_add(1, Ordering::Relaxed).saturating_add(1) != plan.nth {
        return;
    }
    // If stderr is gone there is nobody to tell.
    let _told = writeln!(std::io::stderr(), "failpoint {name} hit (pass {}): killing this process", plan.nth);
    if rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL).is_err() {
        std::process::abort();
    }
    // The signal is on its way; nothing after this place may run.
    loop {
        std::thread::park();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_a_name_and_a_count() {
        let plan = |name: &str, nth| Some(Plan { name: name.to_owned(), nth });
        assert_eq!(Plan::parse("sink.file.after_write"), plan("sink.file.after_write", 1));
        assert_eq!(Plan::parse("sink.file.after_write:7"), plan("sink.file.after_write", 7));
        assert_eq!(Plan::parse("x:0"), None);
        assert_eq!(Plan::parse("x:y"), None);
        assert_eq!(Plan::parse(""), None);
    }
}

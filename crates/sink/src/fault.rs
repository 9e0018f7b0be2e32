//! Which failures of the system mean "no room".

use std::io;

use rustix::io::Errno;

/// Whether a write failed for want of room: the disk, the user's quota, or the largest file allowed (`ulimit -f`).
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOSPC | Errno::DQUOT | Errno::FBIG))
}

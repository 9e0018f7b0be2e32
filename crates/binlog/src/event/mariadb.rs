//! MariaDB's own events. Layouts follow its `sql/log_event.h` and `sql/log_event_server.cc`.

mod compressed;
mod gtid;
mod gtid_list;

pub(crate) use compressed::uncompressed;
pub use gtid::{AlterPart, MariaDbGtidEvent};
pub use gtid_list::GtidList;

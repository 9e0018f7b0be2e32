//! What the server means when it ends a dump: error 1236 is many things, told apart by its words only.

use becauselog_model::GtidSet;

use super::error::FollowError;
use crate::connection::{BINLOG_FATAL, ConnectionError, SLAVE_SAME_ID, ServerReply};

/// The kinds of refusal, by the words of MySQL 5.7 to 9.x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Purged,
    Clash,
    Damaged,
    Moved,
    Anonymous,
    GtidMode,
    Other,
}

const WORDS: &[(&str, Refusal)] = &[
    ("same server_uuid/server_id", Refusal::Clash),
    ("purged required binary logs", Refusal::Purged),
    ("purged binary logs containing gtids", Refusal::Purged),
    ("could not find first log file name", Refusal::Purged),
    ("could not find gtid state", Refusal::Purged),
    ("could not find next log", Refusal::Moved),
    ("anonymous transaction", Refusal::Anonymous),
    ("gtid_mode", Refusal::GtidMode),
    ("crc check failed", Refusal::Damaged),
    ("did not pass crc", Refusal::Damaged),
    ("checksum", Refusal::Damaged),
    ("bogus data", Refusal::Damaged),
    ("truncated in the middle", Refusal::Damaged),
    ("exceeded max_allowed_packet", Refusal::Damaged),
    ("corruption", Refusal::Damaged),
    ("i/o error reading", Refusal::Damaged),
    ("error reading log event", Refusal::Damaged),
    ("unknown error reading", Refusal::Damaged),
];

fn meaning(reply: &ServerReply) -> Refusal {
    let message = reply.message.to_ascii_lowercase();
    let found = WORDS.iter().find(|(words, _)| message.contains(words));
    found.map_or(Refusal::Other, |(_, refusal)| *refusal)
}

/// Turns an error of a running dump into what it means.
pub(crate) fn explain(error: ConnectionError, server: &str, server_id: u32) -> FollowError {
    let server = server.to_owned();
    let reply = match &error {
        ConnectionError::Refused { reply, .. } if reply.number == BINLOG_FATAL => reply.clone(),
        ConnectionError::Refused { reply, .. } if reply.number == SLAVE_SAME_ID => {
            let by = reply.message.clone();
            return FollowError::ServerIdClash { server, server_id, by };
        }
        _ => return FollowError::Connection { server, source: error },
    };
    match meaning(&reply) {
        Refusal::Clash => FollowError::ServerIdClash { server, server_id, by: reply.message },
        // Which ones is in the server's words only; the checks before the dump tell it in ours.
        Refusal::Purged => FollowError::Purged { server, missing: missing_of(&reply) },
        Refusal::Damaged => FollowError::LogDamaged { server, reply },
        Refusal::Moved => FollowError::LogMoved { server, reply },
        Refusal::Anonymous => FollowError::Anonymous { server, reply },
        Refusal::GtidMode => FollowError::GtidModeOff { server, mode: "changed".to_owned() },
        Refusal::Other => FollowError::DumpRefused { server, reply },
    }
}

/// The set that the server says is missing (8.0 and later).
fn missing_of(reply: &ServerReply) -> GtidSet {
    let after = reply.message.split("missing transactions are '").nth(1).unwrap_or_default();
    after.split('\'').next().unwrap_or_default().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(message: &str) -> FollowError {
        let reply = ServerReply { number: 1236, state: "HY000".to_owned(), message: message.to_owned() };
        explain(ConnectionError::Refused { doing: "testing", reply }, "db:3306", 7)
    }

    #[test]
    fn tells_apart_what_1236_means() {
        let clash =
            "A slave with the same server_uuid/server_id as this slave has connected to the master; …";
        assert_eq!(explained(clash).code(), "E_SERVER_ID");
        let purged = "Cannot replicate because the source purged required binary logs. … and the missing \
                      transactions are '3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5'.";
        assert!(explained(purged).to_string().contains("c80aa9429562:1-5"));
        assert_eq!(
            explained("Could not find first log file name in binary log index file").code(),
            "E_PURGED"
        );
        assert_eq!(explained("binlog truncated in the middle of event; …").code(), "E_LOG_DAMAGED");
        assert_eq!(explained("something new").code(), "E_DUMP_REFUSED");
    }

    #[test]
    fn another_error_stays_what_it_is() {
        let error = explain(ConnectionError::Closed { doing: "testing" }, "db:3306", 7);
        assert_eq!(error.code(), "E_CONNECTION_LOST");
        assert!(error.to_string().starts_with("db:3306"));
    }
}

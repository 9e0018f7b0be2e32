//! The binlog dump: session variables, registration, the command, and its packets.

use std::time::Duration;

use becauselog_model::{BinlogPosition, Flavor, GtidSet, Tag};
use bytes::Bytes;
use mysql_common::{packets::ComRegisterSlave, proto::MySerialize};

use super::{
    Connection,
    error::ConnectionError,
    packet::Wire,
    query::quoted,
    reply::{self, ERR, OK, ServerReply, is_eof},
};

const COM_BINLOG_DUMP: u8 = 0x12;
const COM_BINLOG_DUMP_GTID: u8 = 0x1e;
/// The server ends the stream at the end of the log in place of waiting.
const NON_BLOCK: u16 = 0x01;
/// MariaDB: the texts of statements are wanted (ANNOTATE_ROWS events).
const SEND_ANNOTATE_ROWS: u16 = 0x02;
/// The command carries a GTID set.
const THROUGH_GTID: u16 = 0x04;
/// What the set's encoding begins with when it has tags (MySQL 8.3).
const TAGGED: u64 = 1;

/// Who we say we are.
#[derive(Debug, Clone)]
pub(crate) struct Registration {
    /// Our server id; not 0.
    pub(crate) server_id: u32,
    /// Our uuid, as text. A newer connection with the same one ends the older.
    pub(crate) uuid: String,
    /// What `SHOW REPLICAS` shows as our host, at most 60 bytes.
    pub(crate) host: String,
    /// What it shows as our port.
    pub(crate) port: u16,
    /// How often the server is to speak when it has nothing to say.
    pub(crate) heartbeat: Duration,
    /// How long the server waits for us to read before it hangs up.
    pub(crate) write_timeout: Duration,
}

/// Where a dump begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DumpFrom {
    /// With the first transaction that is not in the set.
    Gtids(GtidSet),
    /// At a place in a file.
    Position(BinlogPosition),
}

/// One packet of a dump.
#[derive(Debug)]
pub(crate) enum DumpPacket {
    /// An event, from its header to its checksum.
    Event(Bytes),
    /// The end of the log, where it was asked for.
    End,
}

/// A dump that runs.
pub(crate) struct Dump {
    wire: Wire,
}

const DOING: &str = "reading the binlog";

impl Connection {
    /// Prepares the session for a dump.
    pub(crate) async fn prepare(&mut self, as_whom: &Registration) -> Result<(), ConnectionError> {
        let heartbeat_ns = as_whom.heartbeat.as_nanos();
        let uuid = quoted(&as_whom.uuid);
        let mut sets = vec![
            format!("@master_heartbeat_period={heartbeat_ns}"),
            format!("@source_heartbeat_period={heartbeat_ns}"),
            "@master_binlog_checksum=@@global.binlog_checksum".to_owned(),
            "@source_binlog_checksum=@@global.binlog_checksum".to_owned(),
            format!("@slave_uuid={uuid}"),
            format!("@replica_uuid={uuid}"),
            format!("SESSION net_write_timeout={}", as_whom.write_timeout.as_secs().max(1)),
        ];
        if self.flavor() == Flavor::MariaDb {
            // We know MariaDB's GTIDs; with less they come as plain BEGINs.
            sets.push("@mariadb_slave_capability=4".to_owned());
        }
        self.query(&format!("SET {}", sets.join(", ")), "preparing the dump's session").await?;
        Ok(())
    }

    /// Registers, so that `SHOW REPLICAS` shows us.
    pub(crate) async fn register(&mut self, as_whom: &Registration) -> Result<(), ConnectionError> {
        let mut command = Vec::new();
        ComRegisterSlave::new(as_whom.server_id)
            .with_hostname(as_whom.host.as_bytes())
            .with_port(as_whom.port)
            .serialize(&mut command);
        const REGISTER: &str = "registering as a replica";
        self.wire.begin_command();
        self.wire.send(&command, REGISTER).await?;
        let limit = self.query_timeout;
        let answer = tokio::time::timeout(limit, self.wire.receive(REGISTER)).await;
        let answer =
            answer.map_err(|_| ConnectionError::TimedOut { doing: REGISTER, seconds: limit.as_secs() })??;
        reply::expect_ok(&answer, REGISTER)
    }

    /// Starts the dump. After this the connection can do nothing else.
    pub(crate) async fn dump(
        mut self,
        server_id: u32,
        from: &DumpFrom,
        blocking: bool,
    ) -> Result<Dump, ConnectionError> {
        let command = match from {
            DumpFrom::Gtids(set) if self.flavor() == Flavor::MariaDb => {
                self.prepare_positions(set).await?;
                // The position says nothing then.
                let nowhere = BinlogPosition { file: "".into(), pos: 4 };
                dump_by_position(server_id, &nowhere, self.dump_flags(blocking))?
            }
            DumpFrom::Gtids(set) => dump_by_gtids(server_id, set, blocking),
            DumpFrom::Position(position) => dump_by_position(server_id, position, self.dump_flags(blocking))?,
        };
        self.wire.begin_command();
        self.wire.send(&command, "asking for the binlog").await?;
        Ok(Dump { wire: self.wire })
    }

    /// Tells MariaDB the last GTID of each domain. The server's own strictness is asked for: with it a GTID that its log
    /// does not have is refused even where later ones are there.
    async fn prepare_positions(&mut self, set: &GtidSet) -> Result<(), ConnectionError> {
        let positions: Vec<String> = set.positions().map(|gtid| gtid.to_string()).collect();
        let sql = format!(
            "SET @slave_connect_state={}, @slave_gtid_strict_mode=@@GLOBAL.gtid_strict_mode, \
             @slave_gtid_ignore_duplicates=0",
            quoted(&positions.join(","))
        );
        self.query(&sql, "preparing the dump's session").await?;
        Ok(())
    }

    fn dump_flags(&self, blocking: bool) -> u16 {
        let annotate = if self.flavor() == Flavor::MariaDb { SEND_ANNOTATE_ROWS } else { 0 };
        annotate | if blocking { 0 } else { NON_BLOCK }
    }
}

impl Dump {
    /// The next packet if it is here.
    pub(crate) fn take(&mut self) -> Result<Option<DumpPacket>, ConnectionError> {
        let Some(packet) = self.wire.take_packet()? else { return Ok(None) };
        match packet.first() {
            Some(&OK) => Ok(Some(DumpPacket::Event(packet.slice(1..)))),
            Some(&ERR) => Err(ConnectionError::Refused { doing: DOING, reply: ServerReply::read(&packet)? }),
            _ if is_eof(&packet) => Ok(Some(DumpPacket::End)),
            _ => Err(ConnectionError::Protocol { what: "an unknown packet in the binlog's stream" }),
        }
    }

    /// Waits for bytes. Cancel-safe.
    pub(crate) async fn wait(&mut self) -> Result<(), ConnectionError> {
        self.wire.fill(DOING).await
    }

    /// Takes the bytes that are here already; whether there were any.
    pub(crate) async fn more(&mut self) -> Result<bool, ConnectionError> {
        self.wire.fill_now(DOING).await
    }

    /// How long we have waited for the next byte; see [`Wire::quiet`].
    pub(crate) const fn quiet(&self) -> Duration {
        self.wire.quiet()
    }

    /// All bytes that came, as the socket counts them.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.wire.bytes_read()
    }
}

fn dump_by_position(
    server_id: u32,
    position: &BinlogPosition,
    flags: u16,
) -> Result<Vec<u8>, ConnectionError> {
    let pos = u32::try_from(position.pos).map_err(|_| ConnectionError::Protocol {
        what: "a position beyond 4 GiB, where only a GTID set can start a dump",
    })?;
    let mut out = vec![COM_BINLOG_DUMP];
    out.extend_from_slice(&pos.to_le_bytes());
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&server_id.to_le_bytes());
    out.extend_from_slice(position.file.as_bytes());
    Ok(out)
}

fn dump_by_gtids(server_id: u32, set: &GtidSet, blocking: bool) -> Vec<u8> {
    let encoded = encode_gtid_set(set);
    let flags = THROUGH_GTID | if blocking { 0 } else { NON_BLOCK };
    let mut out = vec![COM_BINLOG_DUMP_GTID];
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&server_id.to_le_bytes());
    out.extend_from_slice(&0u32.to_le_bytes());
    out.extend_from_slice(&4u64.to_le_bytes());
    out.extend_from_slice(&u32::try_from(encoded.len()).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&encoded);
    out
}

/// A GTID set as the dump command and PREVIOUS_GTIDS carry it: the number of groups; of each the uuid, with tags
/// anywhere in the set its tag, the number of intervals, and these with their end excluded. Source: MySQL's
/// `Gtid_set::encode`.
fn encode_gtid_set(set: &GtidSet) -> Vec<u8> {
    let tagged = set.groups().any(|(_, tag, _)| !tag.is_none());
    let count = set.groups().count() as u64;
    let head = if tagged { TAGGED.wrapping_shl(56) | count.wrapping_shl(8) | TAGGED } else { count };
    let mut out = head.to_le_bytes().to_vec();
    for (source, tag, intervals) in set.groups() {
        out.extend_from_slice(&source.0);
        if tagged {
            put_tag(&mut out, tag);
        }
        out.extend_from_slice(&(intervals.len() as u64).to_le_bytes());
        for interval in intervals {
            out.extend_from_slice(&interval.first.to_le_bytes());
            out.extend_from_slice(&interval.last.saturating_add(1).to_le_bytes());
        }
    }
    out
}

/// A tag: its length (at most 32, so one byte of the variable-length form: twice the number), its text.
fn put_tag(out: &mut Vec<u8>, tag: &Tag) {
    let text = tag.as_str().as_bytes();
    out.push(u8::try_from(text.len().saturating_mul(2)).unwrap_or(0));
    out.extend_from_slice(text);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    const A: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    #[test]
    fn a_set_without_tags_is_in_the_old_form() {
        let out = encode_gtid_set(&format!("{A}:1-5:8").parse().unwrap());
        assert_eq!(out[..8], 1u64.to_le_bytes());
        assert_eq!(out[24..32], 2u64.to_le_bytes());
        assert_eq!(out[32..40], 1u64.to_le_bytes());
        assert_eq!(out[40..48], 6u64.to_le_bytes());
        assert_eq!(out[48..64], [8u64.to_le_bytes(), 9u64.to_le_bytes()].concat()[..]);
        assert_eq!(out.len(), 64);
        assert_eq!(encode_gtid_set(&GtidSet::new()), 0u64.to_le_bytes());
    }

    #[test]
    fn a_set_with_tags_is_in_the_new_form() {
        let out = encode_gtid_set(&format!("{A}:1:tag:3").parse().unwrap());
        assert_eq!(out[..8], [1, 2, 0, 0, 0, 0, 0, 1]);
        assert_eq!(out[24], 0);
        let second = &out[8 + 16 + 1 + 8 + 16..];
        assert_eq!(second[16], 6);
        assert_eq!(&second[17..20], b"tag");
    }

    #[test]
    fn a_position_beyond_4_gib_is_told() {
        let position = BinlogPosition { file: "bin.000001".into(), pos: 1 << 32 };
        assert!(dump_by_position(1, &position, 0).unwrap_err().to_string().contains("4 GiB"));
    }
}

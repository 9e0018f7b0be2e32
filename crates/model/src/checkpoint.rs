//! How far a consumer has come, in a form that can be kept.

use serde::{Deserialize, Serialize};

use crate::{flavor::Flavor, gtid::ServerUuid, gtid_set::GtidSet, position::BinlogPosition};

/// The version of the checkpoint's layout; a newer one than this is refused.
pub const CHECKPOINT_VERSION: u32 = 1;

/// The end of the last transaction that is durable everywhere. Kept as human-readable JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// [`CHECKPOINT_VERSION`] when written.
    pub version: u32,
    /// The server family whose positions these are.
    pub flavor: Flavor,
    /// The server that `position` counts on: file and pos are used on the same server only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_uuid: Option<ServerUuid>,
    /// Everything seen: the start joined with all transactions since, filtered and empty ones too.
    pub gtids: GtidSet,
    /// The end of that transaction in the server's files.
    pub position: BinlogPosition,
}

/// A transaction of which some changes are already at a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartialTransaction {
    /// [`crate::Transaction::identity`] as text.
    pub transaction: String,
    /// The index of the first change that is not there yet.
    pub next_index: u64,
}

/// The position that a target keeps with its data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredPosition {
    /// The last whole transaction that is there.
    pub checkpoint: Checkpoint,
    /// What is there of the next one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<PartialTransaction>,
}

impl Serialize for Flavor {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(match self {
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        })
    }
}

impl<'de> Deserialize<'de> for Flavor {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match <std::borrow::Cow<'de, str>>::deserialize(deserializer)?.as_ref() {
            "mysql" => Ok(Self::MySql),
            "mariadb" => Ok(Self::MariaDb),
            other => Err(serde::de::Error::unknown_variant(other, &["mysql", "mariadb"])),
        }
    }
}

impl Serialize for ServerUuid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ServerUuid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

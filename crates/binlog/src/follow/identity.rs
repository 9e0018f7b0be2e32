//! Who we say we are to the server: a server id and a uuid.

use becauselog_model::ServerUuid;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// Where our server id comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplicaId {
    /// Given by the user; it must be no other server's.
    Given(u32),
    /// Derived from the source's name: the same after each start. Between 2^30 and 2^31, where hardly anybody chooses.
    FromName,
    /// Another one each time: for a look that must never get in the way of a process that stays.
    Random,
}

/// The server id and uuid that we register with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) server_id: u32,
    /// A server ends the older of two dumps with the same uuid: so a restart of ours frees its place at once.
    pub(crate) uuid: ServerUuid,
}

const BASE: u32 = 1 << 30;

impl ReplicaId {
    /// The identity for a source's name.
    pub(crate) fn identity(self, name: &str) -> Identity {
        match self {
            Self::Given(server_id) => Identity { server_id, uuid: derived_uuid(name, server_id) },
            Self::FromName => {
                let server_id = derived_id(name);
                Identity { server_id, uuid: derived_uuid(name, server_id) }
            }
            Self::Random => Identity::random(),
        }
    }
}

impl Identity {
    pub(crate) fn random() -> Self {
        let mut rng = rand::rng();
        let mut uuid = [0u8; 16];
        rng.fill_bytes(&mut uuid);
        Self { server_id: BASE | (rng.next_u32() >> 2), uuid: as_uuid(uuid) }
    }
}

fn derived_id(name: &str) -> u32 {
    let hash = Sha256::digest(format!("becauselog server id/{name}"));
    let first = hash.first_chunk::<4>().copied().unwrap_or_default();
    BASE | (u32::from_be_bytes(first) >> 2)
}

fn derived_uuid(name: &str, server_id: u32) -> ServerUuid {
    let hash = Sha256::digest(format!("becauselog replica uuid/{server_id}/{name}"));
    as_uuid(hash.first_chunk::<16>().copied().unwrap_or_default())
}

/// Marks 16 bytes as a uuid of version 8 (custom), so that it is nobody else's.
fn as_uuid(mut bytes: [u8; 16]) -> ServerUuid {
    let [_, _, _, _, _, _, version, _, variant, ..] = &mut bytes;
    *version = 0x80 | (*version & 0x0f);
    *variant = 0x80 | (*variant & 0x3f);
    ServerUuid(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_gives_the_same_identity_each_time_and_another_name_another() {
        let shop = ReplicaId::FromName.identity("shop");
        assert_eq!(shop, ReplicaId::FromName.identity("shop"));
        assert_ne!(shop, ReplicaId::FromName.identity("shop2"));
        assert!((1 << 30..1 << 31).contains(&shop.server_id));
        assert_ne!(ReplicaId::Given(7).identity("shop").uuid, shop.uuid);
    }

    #[test]
    fn random_ones_differ() {
        let (a, b) = (Identity::random(), Identity::random());
        assert_ne!(a.uuid, b.uuid);
        assert!(a.server_id >> 31 == 0 && a.server_id != 0);
    }
}

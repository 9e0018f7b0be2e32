//! The server's greeting and our answer to it.

use mysql_common::constants::CapabilityFlags;

use super::{
    error::ConnectionError,
    field::{Fields, put_length, put_text},
    options::{Compression, ConnectOptions},
    packet::PACKET_MAX,
    reply::{ERR, ServerReply},
};

/// What the server says first.
#[derive(Debug, Clone)]
pub(crate) struct Greeting {
    pub(crate) version: String,
    pub(crate) connection_id: u32,
    pub(crate) capabilities: CapabilityFlags,
    /// 20 random bytes.
    pub(crate) nonce: Vec<u8>,
    /// The login method the server would like.
    pub(crate) plugin: String,
}

const NONCE_LEN: usize = 20;
/// utf8mb4_general_ci: every server since 5.5 knows it.
const COLLATION: u8 = 45;

impl Greeting {
    /// Reads the greeting (protocol version 10), or the error that comes in its place.
    pub(crate) fn read(packet: &[u8]) -> Result<Self, ConnectionError> {
        if packet.first() == Some(&ERR) {
            let reply = ServerReply::read(packet)?;
            return Err(ConnectionError::Refused { doing: "connecting", reply });
        }
        let mut fields = Fields::new(packet, "a greeting that ends early");
        if fields.u8()? != 10 {
            return Err(ConnectionError::Protocol { what: "a greeting of another protocol version than 10" });
        }
        let version = String::from_utf8_lossy(fields.until_nul()).into_owned();
        let connection_id = fields.u32()?;
        let mut nonce = fields.bytes(8)?.to_vec();
        fields.u8()?;
        let low = fields.u16()?;
        let (_collation, _status, high) = (fields.u8()?, fields.u16()?, fields.u16()?);
        let capabilities =
            CapabilityFlags::from_bits_truncate(u32::from(high).wrapping_shl(16) | u32::from(low));
        let needed = CapabilityFlags::CLIENT_PROTOCOL_41
            | CapabilityFlags::CLIENT_SECURE_CONNECTION
            | CapabilityFlags::CLIENT_PLUGIN_AUTH;
        if !capabilities.contains(needed) {
            return Err(ConnectionError::Protocol { what: "a greeting of a server before MySQL 5.5" });
        }
        let nonce_len = usize::from(fields.u8()?);
        fields.bytes(10)?;
        nonce.extend_from_slice(fields.bytes(nonce_len.saturating_sub(8).max(13))?);
        nonce.truncate(NONCE_LEN);
        let plugin = String::from_utf8_lossy(fields.until_nul()).into_owned();
        Ok(Self { version, connection_id, capabilities, nonce, plugin })
    }
}

/// What we ask for, out of what the server can.
pub(crate) fn capabilities(
    offered: CapabilityFlags,
    tls: bool,
    compression: Compression,
) -> Result<CapabilityFlags, ConnectionError> {
    let mut wanted = CapabilityFlags::CLIENT_LONG_PASSWORD
        | CapabilityFlags::CLIENT_LONG_FLAG
        | CapabilityFlags::CLIENT_PROTOCOL_41
        | CapabilityFlags::CLIENT_TRANSACTIONS
        | CapabilityFlags::CLIENT_SECURE_CONNECTION
        | CapabilityFlags::CLIENT_PLUGIN_AUTH
        | CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
        | CapabilityFlags::CLIENT_CONNECT_ATTRS;
    if tls {
        wanted |= CapabilityFlags::CLIENT_SSL;
    }
    let (flag, name) = match compression {
        Compression::None => (CapabilityFlags::empty(), "no"),
        Compression::Zlib => (CapabilityFlags::CLIENT_COMPRESS, "zlib"),
        Compression::Zstd { .. } => (CapabilityFlags::CLIENT_ZSTD_COMPRESSION_ALGORITHM, "zstd"),
    };
    if !offered.contains(flag) {
        return Err(ConnectionError::CompressionNotOffered { wanted: name });
    }
    Ok((wanted & offered) | flag)
}

/// The request to go on with TLS: the head of the answer to the greeting.
pub(crate) fn tls_request(capabilities: CapabilityFlags) -> Vec<u8> {
    let mut out = capabilities.bits().to_le_bytes().to_vec();
    out.extend_from_slice(&u32::try_from(PACKET_MAX).unwrap_or(u32::MAX).to_le_bytes());
    out.push(COLLATION);
    out.extend_from_slice(&[0; 23]);
    out
}

/// The answer to the greeting: who we are, and the first word of the login.
pub(crate) fn login(
    capabilities: CapabilityFlags,
    options: &ConnectOptions,
    plugin: &str,
    auth: &[u8],
) -> Vec<u8> {
    let mut out = tls_request(capabilities);
    put_nul_ended(&mut out, options.user.as_bytes());
    if capabilities.contains(CapabilityFlags::CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA) {
        put_text(&mut out, auth);
    } else {
        out.push(u8::try_from(auth.len()).unwrap_or(0));
        out.extend_from_slice(auth);
    }
    put_nul_ended(&mut out, plugin.as_bytes());
    if capabilities.contains(CapabilityFlags::CLIENT_CONNECT_ATTRS) {
        put_attributes(&mut out, &options.program);
    }
    if let Compression::Zstd { level } = options.compression {
        out.push(level.clamp(1, 22));
    }
    out
}

fn put_attributes(out: &mut Vec<u8>, program: &str) {
    let mut attributes = Vec::new();
    for (key, value) in [
        ("program_name", program),
        ("_client_name", "becauselog"),
        ("_client_version", env!("CARGO_PKG_VERSION")),
        ("_pid", &std::process::id().to_string()),
    ] {
        put_text(&mut attributes, key.as_bytes());
        put_text(&mut attributes, value.as_bytes());
    }
    put_length(out, attributes.len());
    out.extend_from_slice(&attributes);
}

fn put_nul_ended(out: &mut Vec<u8>, text: &[u8]) {
    out.extend(text.iter().filter(|byte| **byte != 0));
    out.push(0);
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn greeting() -> Vec<u8> {
        let mut packet = b"\x0a8.0.12\0".to_vec();
        packet.extend_from_slice(&7u32.to_le_bytes());
        packet.extend_from_slice(b"abcdefgh\0");
        packet.extend_from_slice(&[0xff, 0xff, 45, 2, 0, 0xff, 0xc3, 21]);
        packet.extend_from_slice(&[0; 10]);
        packet.extend_from_slice(b"ijklmnopqrst\0caching_sha2_password\0");
        packet
    }

    #[test]
    fn reads_a_greeting() {
        let greeting = Greeting::read(&greeting()).unwrap();
        assert_eq!(greeting.version, "8.0.12");
        assert_eq!(greeting.connection_id, 7);
        assert_eq!(greeting.nonce, b"abcdefghijklmnopqrst");
        assert_eq!(greeting.plugin, "caching_sha2_password");
    }

    #[test]
    fn a_greeting_cut_anywhere_is_an_error_or_lacks_its_plugin() {
        let whole = greeting();
        for end in 0..whole.len() {
            if let Ok(read) = Greeting::read(whole.get(..end).unwrap()) {
                assert!(read.plugin.len() <= "caching_sha2_password".len());
            }
        }
    }

    #[test]
    fn an_error_in_place_of_the_greeting_is_told() {
        let error = Greeting::read(b"\xff\x10\x04Too many connections").unwrap_err();
        assert_eq!(error.reply().unwrap().number, 1040);
        assert_eq!(error.class(), becauselog_model::ErrorClass::Transient);
    }

    #[test]
    fn compression_that_is_not_offered_is_refused() {
        let offered = CapabilityFlags::CLIENT_PROTOCOL_41 | CapabilityFlags::CLIENT_COMPRESS;
        assert!(capabilities(offered, false, Compression::Zlib).is_ok());
        assert!(capabilities(offered, false, Compression::Zstd { level: 3 }).is_err());
    }
}

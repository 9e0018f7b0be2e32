//! The login's dialogue, without I/O.

use mysql_common::scramble::{scramble_native, scramble_sha256};

use super::{error::ConnectionError, field::Fields, public_key};

/// The login methods that we have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plugin {
    Native,
    CachingSha2,
    Sha256,
}

/// What protects the bytes between us and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Nothing: a password is only sent encrypted by the server's public key.
    Plain,
    /// A Unix socket: nobody else listens.
    Local,
    /// TLS.
    Tls,
}

/// One login.
pub(crate) struct Dialogue<'a> {
    plugin: Plugin,
    nonce: Vec<u8>,
    password: &'a str,
    channel: Channel,
}

/// What to do after the server has spoken.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Send this.
    Send(Vec<u8>),
    /// Wait for the next packet.
    Wait,
}

const NATIVE: &str = "mysql_native_password";
const CACHING_SHA2: &str = "caching_sha2_password";
const SHA256: &str = "sha256_password";

/// Sub-packets of `caching_sha2_password`.
const FAST_DONE: u8 = 3;
const FULL_NEEDED: u8 = 4;
const CACHING_SHA2_KEY_REQUEST: u8 = 2;
const SHA256_KEY_REQUEST: u8 = 1;

impl Plugin {
    fn of_name(name: &str) -> Option<Self> {
        match name {
            NATIVE => Some(Self::Native),
            CACHING_SHA2 => Some(Self::CachingSha2),
            SHA256 => Some(Self::Sha256),
            _ => None,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Native => NATIVE,
            Self::CachingSha2 => CACHING_SHA2,
            Self::Sha256 => SHA256,
        }
    }
}

impl<'a> Dialogue<'a> {
    /// Begins with the server's own choice; where that is none of ours the server will ask for the account's.
    pub(crate) fn new(plugin: &str, nonce: Vec<u8>, password: &'a str, channel: Channel) -> Self {
        let plugin = Plugin::of_name(plugin).unwrap_or(Plugin::CachingSha2);
        Self { plugin, nonce, password, channel }
    }

    /// The plugin's name.
    pub(crate) const fn plugin(&self) -> &'static str {
        self.plugin.name()
    }

    /// The plugin's first word.
    pub(crate) fn first(&self) -> Vec<u8> {
        let password = self.password.as_bytes();
        match self.plugin {
            Plugin::Native => scramble_native(&self.nonce, password).map(Vec::from).unwrap_or_default(),
            Plugin::CachingSha2 => scramble_sha256(&self.nonce, password).map(Vec::from).unwrap_or_default(),
            Plugin::Sha256 if password.is_empty() => vec![0],
            Plugin::Sha256 if self.channel == Channel::Tls => self.password_and_nul(),
            Plugin::Sha256 => vec![SHA256_KEY_REQUEST],
        }
    }

    /// The server asks for another plugin (0xfe).
    pub(crate) fn switch(&mut self, packet: &[u8]) -> Result<Step, ConnectionError> {
        let mut fields = Fields::new(packet, "a request to switch the login method that ends early");
        fields.u8()?;
        if fields.is_empty() {
            return Err(ConnectionError::AuthPlugin { plugin: "mysql_old_password".to_owned() });
        }
        let name = String::from_utf8_lossy(fields.until_nul()).into_owned();
        let Some(plugin) = Plugin::of_name(&name) else {
            return Err(ConnectionError::AuthPlugin { plugin: name });
        };
        let nonce = fields.rest();
        self.plugin = plugin;
        self.nonce = nonce.strip_suffix(&[0]).unwrap_or(nonce).to_vec();
        Ok(Step::Send(self.first()))
    }

    /// More data of the plugin (0x01).
    pub(crate) fn more(&mut self, packet: &[u8]) -> Result<Step, ConnectionError> {
        let data = packet.get(1..).unwrap_or_default();
        match (self.plugin, data) {
            (Plugin::CachingSha2, [FAST_DONE]) => Ok(Step::Wait),
            (Plugin::CachingSha2, [FULL_NEEDED]) if self.channel == Channel::Plain => {
                Ok(Step::Send(vec![CACHING_SHA2_KEY_REQUEST]))
            }
            (Plugin::CachingSha2, [FULL_NEEDED]) => Ok(Step::Send(self.password_and_nul())),
            (Plugin::CachingSha2 | Plugin::Sha256, key) => {
                public_key::encrypt(self.password_and_nul(), &self.nonce, key).map(Step::Send)
            }
            (Plugin::Native, _) => {
                Err(ConnectionError::Protocol { what: "more login data where there is none" })
            }
        }
    }

    fn password_and_nul(&self) -> Vec<u8> {
        let mut out = self.password.as_bytes().to_vec();
        out.push(0);
        out
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn dialogue(plugin: &str, channel: Channel) -> Dialogue<'static> {
        Dialogue::new(plugin, b"abcdefghijklmnopqrst".to_vec(), "secret", channel)
    }

    fn sends_the_password(step: &[u8]) -> bool {
        step.windows(6).any(|part| part == b"secret")
    }

    #[test]
    fn the_password_itself_goes_only_over_a_safe_channel() {
        for channel in [Channel::Plain, Channel::Local, Channel::Tls] {
            let mut caching = dialogue(CACHING_SHA2, channel);
            assert!(!sends_the_password(&caching.first()));
            let Step::Send(full) = caching.more(&[1, FULL_NEEDED]).unwrap() else { unreachable!() };
            assert_eq!(sends_the_password(&full), channel != Channel::Plain);
            let sha256 = dialogue(SHA256, channel);
            assert_eq!(sends_the_password(&sha256.first()), channel == Channel::Tls);
            assert!(!sends_the_password(&dialogue(NATIVE, channel).first()));
        }
    }

    #[test]
    fn switches_to_the_accounts_plugin_and_its_nonce() {
        let mut login = dialogue(CACHING_SHA2, Channel::Plain);
        let mut packet = b"\xfemysql_native_password\0".to_vec();
        packet.extend_from_slice(b"ABCDEFGHIJKLMNOPQRST\0");
        let Step::Send(answer) = login.switch(&packet).unwrap() else { unreachable!() };
        assert_eq!(answer, scramble_native(b"ABCDEFGHIJKLMNOPQRST", b"secret").unwrap());
        assert_eq!(login.plugin(), NATIVE);
    }

    #[test]
    fn a_method_that_we_do_not_have_is_named() {
        let mut login = dialogue(NATIVE, Channel::Tls);
        let error = login.switch(b"\xfeauthentication_ldap_simple\0x\0").unwrap_err();
        assert!(error.to_string().contains("authentication_ldap_simple"), "{error}");
        assert!(login.switch(b"\xfe").unwrap_err().to_string().contains("mysql_old_password"));
    }

    #[test]
    fn a_key_that_is_none_is_an_error() {
        let mut login = dialogue(CACHING_SHA2, Channel::Plain);
        assert!(matches!(login.more(b"\x01not a key"), Err(ConnectionError::PublicKey { .. })));
        assert!(matches!(login.more(b"\x01"), Err(ConnectionError::PublicKey { .. })));
    }
}

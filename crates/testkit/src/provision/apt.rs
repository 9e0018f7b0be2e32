//! Debian packages without installing them: `apt-get` with its own lists and archives downloads, `dpkg -x` unpacks.
//! Works with and without root; nothing on the machine changes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::item::sorted_files;
use super::progress::Step;

/// Environment variable that names the Debian mirror to use instead of the machine's own.
pub const MIRROR_ENV: &str = "BECAUSELOG_DEBIAN_MIRROR";

const KEYRING: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";

/// The machine's Debian mirror and its release's code name, from apt's own configuration.
#[derive(Clone, Debug)]
pub struct Mirror {
    uri: String,
    /// `bookworm`, for example.
    pub codename: String,
}

impl Mirror {
    /// Asks apt which mirror it uses for the machine's own release.
    ///
    /// # Errors
    /// This is no Debian, or apt knows no mirror.
    pub fn of_this_machine() -> Result<Self> {
        let codename = debian_codename()?;
        if let Some(uri) = std::env::var(MIRROR_ENV).ok().filter(|uri| !uri.is_empty()) {
            return Ok(Self { uri, codename });
        }
        let output = Command::new("apt-get")
            .args(["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)"])
            .arg("Created-By: Packages")
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run apt-get")?;
        let text = String::from_utf8_lossy(&output.stdout);
        let uri = mirror_in(&text, &codename).with_context(|| {
            format!("apt's sources name no mirror for {codename} main; set {MIRROR_ENV} to a Debian mirror")
        })?;
        Ok(Self { uri, codename })
    }

    /// Downloads `packages` of `suite`, with all that they need, into `into`.
    ///
    /// # Errors
    /// apt-get fails: the mirror cannot be reached, or a package is not there.
    pub fn download(&self, suite: &str, packages: &[&str], into: &Path) -> Result<()> {
        let state = PrivateState::new(&self.uri, suite)?;
        let what = packages.join(", ");
        let step = Step::start(&format!("reading Debian {suite}'s package list"), None);
        state.run(&["update"], &[])?;
        step.done("read");
        let list = state.run(&["--print-uris", "install"], packages)?;
        let (count, bytes) = needed(&list);
        let step =
            Step::start(&format!("fetching {what} from Debian {suite} ({count} packages)"), Some(bytes));
        state.download(packages, |done| step.at(done))?;
        step.done("fetched");
        for file in sorted_files(&state.archives())? {
            if file.extension().is_some_and(|extension| extension == "deb") {
                let name = file.file_name().context("a package without a name")?;
                fs::copy(&file, into.join(name))?;
            }
        }
        Ok(())
    }
}

/// Unpacks every `.deb` of a folder into one tree.
///
/// # Errors
/// `dpkg` is missing or refuses a package.
pub fn unpack(packages: &Path, root: &Path) -> Result<()> {
    for package in sorted_files(packages)? {
        let output = Command::new("dpkg")
            .arg("-x")
            .args([package.as_path(), root])
            .stdin(Stdio::null())
            .output()
            .context("cannot run dpkg")?;
        if !output.status.success() {
            bail!("dpkg -x {}: {}", package.display(), String::from_utf8_lossy(&output.stderr).trim());
        }
    }
    Ok(())
}

/// apt's lists, caches and sources in a folder of their own.
struct PrivateState {
    folder: tempfile::TempDir,
}

impl PrivateState {
    fn new(mirror: &str, suite: &str) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("becauselog-apt-").tempdir()?;
        for name in ["lists/partial", "archives/partial", "state"] {
            fs::create_dir_all(folder.path().join(name))?;
        }
        let signed =
            if Path::new(KEYRING).exists() { format!("[signed-by={KEYRING}] ") } else { String::new() };
        fs::write(folder.path().join("sources.list"), format!("deb {signed}{mirror} {suite} main\n"))?;
        Ok(Self { folder })
    }

    fn archives(&self) -> PathBuf {
        self.folder.path().join("archives")
    }

    fn command(&self, verbs: &[&str], packages: &[&str]) -> Command {
        let at = |name: &str| self.folder.path().join(name).display().to_string();
        let mut command = Command::new("apt-get");
        for option in [
            format!("Dir::Etc::sourcelist={}", at("sources.list")),
            "Dir::Etc::sourceparts=/dev/null".to_owned(),
            format!("Dir::State={}", at("state")),
            format!("Dir::State::Lists={}", at("lists")),
            "Dir::State::status=/dev/null".to_owned(),
            format!("Dir::Cache={}", at("")),
            format!("Dir::Cache::archives={}", at("archives")),
            "Dir::Cache::pkgcache=".to_owned(),
            "Dir::Cache::srcpkgcache=".to_owned(),
            "APT::Install-Recommends=0".to_owned(),
            "APT::Sandbox::User=".to_owned(),
            "Acquire::Languages=none".to_owned(),
            "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false".to_owned(),
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled=false".to_owned(),
            "Acquire::Retries=3".to_owned(),
            // Without it a mirror that cannot be reached is only a warning.
            "APT::Update::Error-Mode=any".to_owned(),
            "Debug::NoLocking=1".to_owned(),
        ] {
            command.arg("-o").arg(option);
        }
        command.args(["-y", "-q"]).args(verbs).args(packages);
        command.env("LC_ALL", "C").env("DEBIAN_FRONTEND", "noninteractive");
        command.stdin(Stdio::null());
        command
    }

    fn run(&self, verbs: &[&str], packages: &[&str]) -> Result<String> {
        let output = self.command(verbs, packages).output().context("cannot run apt-get")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!("apt-get {}: {}", verbs.join(" "), complaint(&text, &output.stderr));
        }
        Ok(text)
    }

    fn download(&self, packages: &[&str], mut progress: impl FnMut(u64)) -> Result<()> {
        let errors = self.folder.path().join("errors");
        let mut child = self
            .command(&["--download-only", "install"], packages)
            .stdout(Stdio::null())
            .stderr(fs::File::create(&errors)?)
            .spawn()
            .context("cannot run apt-get")?;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            progress(folder_bytes(&self.archives()));
            std::thread::sleep(Duration::from_millis(100));
        };
        if !status.success() {
            bail!("apt-get --download-only install: {}", complaint("", &fs::read(&errors)?));
        }
        Ok(())
    }
}

/// What apt complains of: its lines with `E:`, or everything.
fn complaint(stdout: &str, stderr: &[u8]) -> String {
    let stderr = String::from_utf8_lossy(stderr);
    let errors: Vec<&str> =
        stderr.lines().chain(stdout.lines()).filter(|line| line.starts_with("E:")).collect();
    if errors.is_empty() { stderr.trim().to_owned() } else { errors.join("; ") }
}

/// Bytes in a folder and its `partial` one.
fn folder_bytes(folder: &Path) -> u64 {
    [folder.to_owned(), folder.join("partial")]
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten())
        .filter_map(|entry| entry.metadata().ok())
        .filter(fs::Metadata::is_file)
        .map(|metadata| metadata.len())
        .sum()
}

/// How many packages and bytes `--print-uris` lists: lines of `'URI' NAME BYTES HASH`.
fn needed(list: &str) -> (usize, u64) {
    list.lines()
        .filter(|line| line.starts_with('\''))
        .filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok())
        .fold((0, 0), |(count, bytes), size| (count + 1, bytes + size))
}

fn mirror_in(targets: &str, codename: &str) -> Option<String> {
    let names = [codename, "stable", "oldstable", "oldoldstable", "testing", "unstable"];
    targets.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).find_map(|words| {
        match words.as_slice() {
            [uri, release, "main"] if names.contains(release) => Some((*uri).to_owned()),
            _ => None,
        }
    })
}

fn debian_codename() -> Result<String> {
    let text = fs::read_to_string("/etc/os-release").context("no /etc/os-release: this is no Debian")?;
    let field = |name: &str| {
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix('='))
            .map(|value| value.trim_matches('"').to_owned())
    };
    let id = field("ID").unwrap_or_default();
    if id != "debian" {
        bail!("this machine runs {id:?}, not Debian, so it has no Debian mirror to take packages from");
    }
    Ok(field("VERSION_CODENAME").unwrap_or_else(|| "sid".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mirror_is_that_of_the_release_itself() {
        let targets = "http://a/debian-security/ bookworm-security main\n\
                       https://c/node nodistro main\n\
                       http://b/debian/ bookworm-updates main\n\
                       http://b/debian/ bookworm contrib\n\
                       http://b/debian/ bookworm main\n";
        assert_eq!(mirror_in(targets, "bookworm").as_deref(), Some("http://b/debian/"));
        assert_eq!(mirror_in("http://a/ubuntu noble main", "bookworm"), None);
    }

    #[test]
    fn the_cost_is_the_sum_of_the_listed_packages() {
        let list = "Reading...\n'http://x/a.deb' a.deb 100 MD5Sum:0\n'http://x/b.deb' b.deb 23 SHA256:1\n";
        assert_eq!(needed(list), (2, 123));
    }
}

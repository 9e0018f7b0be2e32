//! How far we are from losing the log: how many files, and how long at the present rate, until our position is purged.

use std::time::Duration;

use becauselog_model::{BinlogPosition, Checkpoint, ServerUuid};
use tokio::time::Instant;
use tracing::debug;

use super::{
    error::FollowError,
    facts::{LogFile, variable},
    scan::Scanner,
};
use crate::connection::{ConnectOptions, Connection, ConnectionError, Endpoint};

/// How far a position is from being purged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PurgeDistance {
    /// The files before the one that our position is in: they would be purged first. Nothing when our file is gone.
    pub files: Option<u64>,
    /// The bytes of the log behind our position.
    pub bytes_behind: u64,
    /// The bytes of all files.
    pub bytes_total: u64,
    /// How old a file may grow before it is purged (`binlog_expire_logs_seconds`, `expire_logs_days`); nothing where it
    /// is never purged by age.
    pub expires_after: Option<Duration>,
    /// How long until the place where we are may be purged, if we stood still: the age limit less the age of what was
    /// read last. A file goes at the next rotation after that at the earliest.
    pub left: Option<Duration>,
    /// How long until then at the present rate: nothing while the distance does not shrink.
    pub left_at_present_rate: Option<Duration>,
}

/// Measures the distance from time to time.
#[derive(Debug, Default)]
pub struct PurgeWatch {
    last: Option<(Instant, Duration)>,
    /// When files were begun, in seconds since 1970 UTC, as far as they were asked for lately.
    begun_s: Vec<(LogFile, u32)>,
}

/// How long a host may take to say which server it is.
const ASIDE: Duration = Duration::from_secs(5);

impl PurgeWatch {
    /// A watch that has measured nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Measures at the one of the hosts that a checkpoint's position is of, and says which that is; nothing when none of
    /// them is that server: positions mean nothing on another.
    ///
    /// # Errors
    /// When no host is that server and one of them could not be asked.
    pub async fn find(
        &mut self,
        hosts: &[Endpoint],
        connect: &ConnectOptions,
        checkpoint: &Checkpoint,
    ) -> Result<Option<(Endpoint, PurgeDistance)>, FollowError> {
        let Some(wanted) = checkpoint.server_uuid.filter(|_| !checkpoint.position.file.is_empty()) else {
            return Ok(None);
        };
        let mut failure = None;
        for host in hosts {
            match tokio::time::timeout(ASIDE, uuid_of(host, connect)).await {
                Ok(Ok(uuid)) if uuid == Some(wanted) => {
                    let distance = self.measure(host, connect, &checkpoint.position, None).await?;
                    return Ok(Some((host.clone(), distance)));
                }
                Ok(Ok(_)) => {}
                Ok(Err(error)) => failure = Some(error.at(&host.to_string())),
                Err(_) => {
                    failure = Some(FollowError::Silent { server: host.to_string(), waited: ASIDE });
                }
            }
        }
        failure.map_or(Ok(None), Err)
    }

    /// Measures, by short queries on a connection of its own. `read_age` is how long ago the last event that was read
    /// was written; where that is not given it is estimated from the times at which the files were begun, which are read
    /// from the files under an identity of its own.
    ///
    /// # Errors
    /// When the server cannot be asked.
    pub async fn measure(
        &mut self,
        endpoint: &Endpoint,
        connect: &ConnectOptions,
        position: &BinlogPosition,
        read_age: Option<Duration>,
    ) -> Result<PurgeDistance, FollowError> {
        let mut connection = Connection::connect(endpoint, connect).await?;
        let files = LogFile::list(&mut connection).await?;
        let expires_after = expires_after(&mut connection).await?;
        let index = files.iter().position(|file| file.name == position.file);
        let age = match (read_age, expires_after) {
            (Some(age), _) => Some(age),
            (None, None) => None,
            (None, Some(_)) => {
                let now_s = now_s(&mut connection).await?;
                let scanner = Scanner { endpoint, connect };
                self.estimated_age(scanner, files.get(index.unwrap_or(files.len())..), position.pos, now_s)
                    .await
            }
        };
        let left = expires_after.zip(age).map(|(limit, age)| limit.saturating_sub(age));
        let sizes = |files: &[LogFile]| files.iter().fold(0u64, |sum, file| sum.saturating_add(file.size));
        let behind = index.and_then(|index| files.get(index..)).map(sizes);
        Ok(PurgeDistance {
            files: index.and_then(|index| u64::try_from(index).ok()),
            bytes_behind: behind.unwrap_or_else(|| sizes(&files)).saturating_sub(position.pos),
            bytes_total: sizes(&files),
            expires_after,
            left,
            left_at_present_rate: left.and_then(|left| self.at_present_rate(left)),
        })
    }

    /// How old the log is at an offset of the first of these files: between the times at which it and the next one (or now)
    /// were begun, by the bytes. Nothing where the times cannot be had.
    async fn estimated_age(
        &mut self,
        scanner: Scanner<'_>,
        files: Option<&[LogFile]>,
        pos: u64,
        now_s: u64,
    ) -> Option<Duration> {
        let (file, later) = files?.split_first()?;
        let begun_s = self.begun_s(scanner, file).await?;
        let ended_s = match later.first() {
            Some(next) => self.begun_s(scanner, next).await?,
            None => now_s,
        };
        Some(Duration::from_secs(now_s.saturating_sub(time_at(file.size, pos, begun_s, ended_s))))
    }

    /// When a file was begun. It stays so: it is asked for once while it is of use.
    async fn begun_s(&mut self, scanner: Scanner<'_>, file: &LogFile) -> Option<u64> {
        if let Some((_, begun_s)) = self.begun_s.iter().find(|(known, _)| known.name == file.name) {
            return Some(u64::from(*begun_s));
        }
        match scanner.begun_s(file).await {
            Ok(0) => None,
            Ok(begun_s) => {
                self.begun_s.truncate(1);
                self.begun_s.insert(0, (file.clone(), begun_s));
                Some(u64::from(begun_s))
            }
            Err(error) => {
                debug!(file = %file.name, %error, "when the file was begun is not known");
                None
            }
        }
    }

    /// Remembers the distance and extrapolates from the one before.
    fn at_present_rate(&mut self, left: Duration) -> Option<Duration> {
        let now = Instant::now();
        let (then, left_then) = self.last.replace((now, left))?;
        let lost = left_then.checked_sub(left).filter(|lost| !lost.is_zero())?;
        let rate = lost.as_secs_f64() / now.saturating_duration_since(then).as_secs_f64();
        Duration::try_from_secs_f64(left.as_secs_f64() / rate).ok()
    }
}

/// The time at an offset of a file, as if it had been written evenly.
fn time_at(size: u64, pos: u64, begun_s: u64, ended_s: u64) -> u64 {
    let lasted = u128::from(ended_s.saturating_sub(begun_s));
    let part = u128::from(pos.min(size)).saturating_mul(lasted).checked_div(u128::from(size));
    begun_s.saturating_add(part.and_then(|part| u64::try_from(part).ok()).unwrap_or(0))
}

async fn uuid_of(host: &Endpoint, connect: &ConnectOptions) -> Result<Option<ServerUuid>, FollowError> {
    let mut connection = Connection::connect(host, connect).await?;
    let sql = "SHOW GLOBAL VARIABLES LIKE 'server_uuid'";
    let variables = connection.query(sql, "asking which server it is").await?;
    Ok(variable(&variables, "server_uuid").and_then(|uuid| uuid.parse().ok()))
}

/// The server's own clock, in seconds since 1970 UTC.
async fn now_s(connection: &mut Connection) -> Result<u64, FollowError> {
    let now = connection.query("SELECT UNIX_TIMESTAMP() AS now", "asking for its time").await?;
    let now = now.get(0, "now").and_then(|now| now.parse().ok());
    Ok(now.ok_or(ConnectionError::Protocol { what: "a time that is none" })?)
}

/// The server's own limit on the age of a file.
async fn expires_after(connection: &mut Connection) -> Result<Option<Duration>, FollowError> {
    let names = "'binlog_expire_logs_seconds','expire_logs_days','binlog_expire_logs_auto_purge'";
    let sql = format!("SHOW GLOBAL VARIABLES WHERE Variable_name IN ({names})");
    let variables = connection.query(&sql, "asking how long logs are kept").await?;
    if variable(&variables, "binlog_expire_logs_auto_purge").is_some_and(|on| on == "OFF" || on == "0") {
        return Ok(None);
    }
    let number = |name| variable(&variables, name).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    // A number of days, which may be a fraction on MariaDB, counts only where no number of seconds is set.
    let seconds = match number("binlog_expire_logs_seconds") {
        seconds if seconds > 0.0 => seconds,
        _ => number("expire_logs_days") * 86_400.0,
    };
    Ok(Duration::try_from_secs_f64(seconds).ok().filter(|limit| !limit.is_zero()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_rate_tells_when_the_distance_will_be_gone() {
        let mut watch = PurgeWatch::new();
        let hours = |n: u64| Duration::from_secs(n * 3600);
        assert_eq!(watch.at_present_rate(hours(20)), None);
        tokio::time::advance(hours(2)).await;
        // Two hours went by and one hour of distance was lost: 19 hours last for 38.
        assert_eq!(watch.at_present_rate(hours(19)), Some(hours(38)));
        tokio::time::advance(hours(1)).await;
        assert_eq!(watch.at_present_rate(hours(19)), None);
    }

    #[test]
    fn the_time_inside_a_file_goes_by_its_bytes() {
        assert_eq!([4, 500, 1000, 2000].map(|pos| time_at(1000, pos, 100, 300)), [100, 200, 300, 300]);
        assert_eq!(time_at(0, 4, 100, 300), 100);
        assert_eq!(time_at(u64::MAX, u64::MAX, 100, 300), 300);
    }
}

//! How far we are from losing the log: how many files, and how long at the present rate, until our position is purged.

use std::time::Duration;

use becauselog_model::BinlogPosition;
use tokio::time::Instant;

use super::{
    error::FollowError,
    facts::{LogFile, variable},
};
use crate::connection::{ConnectOptions, Connection, Endpoint};

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
}

impl PurgeWatch {
    /// A watch that has measured nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Measures, by two short queries on a connection of its own. `read_age` is how long ago the last event that was read
    /// was written; nothing when that is not known.
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
        let left = expires_after.zip(read_age).map(|(limit, age)| limit.saturating_sub(age));
        let sizes = |files: &[LogFile]| files.iter().fold(0u64, |sum, file| sum.saturating_add(file.size));
        let index = files.iter().position(|file| file.name == position.file);
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

    /// Remembers the distance and extrapolates from the one before.
    fn at_present_rate(&mut self, left: Duration) -> Option<Duration> {
        let now = Instant::now();
        let (then, left_then) = self.last.replace((now, left))?;
        let lost = left_then.checked_sub(left).filter(|lost| !lost.is_zero())?;
        let rate = lost.as_secs_f64() / now.saturating_duration_since(then).as_secs_f64();
        Duration::try_from_secs_f64(left.as_secs_f64() / rate).ok()
    }
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
}

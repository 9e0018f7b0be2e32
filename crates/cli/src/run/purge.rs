//! How far a running instance is from losing the log: measured from time to time, told on the control socket, and warned
//! of while there is still time.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use becauselog_binlog::{
    PurgeDistance, PurgeWatch, Span,
    connection::{ConnectOptions, Endpoint},
};
use becauselog_pipeline::Status;
use serde_json::{Value, json};
use tokio::time::Instant;
use tracing::{debug, info, warn};

/// When it is measured: soon after the start, once more a little later, so that there is a rate, then each minute.
const FIRST: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];
const EVERY: Duration = Duration::from_secs(60);

/// A quarter of the time that the log is kept is left: somebody should look.
const NEAR: u32 = 4;

/// What was measured last.
#[derive(Debug, Clone, Default)]
pub struct Distance(Arc<Mutex<Option<Measured>>>);

#[derive(Debug)]
struct Measured {
    at: Instant,
    server: Endpoint,
    distance: PurgeDistance,
}

impl Distance {
    /// Measures until dropped. A server that cannot be asked is no failure: the reader itself tells of it.
    pub async fn watch(self, hosts: Vec<Endpoint>, connect: ConnectOptions, status: Arc<Status>) {
        let mut watch = PurgeWatch::new();
        let mut is_near = false;
        for wait in FIRST.into_iter().chain(std::iter::repeat(EVERY)) {
            tokio::time::sleep(wait).await;
            let Some(checkpoint) = status.checkpoint() else { continue };
            match watch.find(&hosts, &connect, &checkpoint).await {
                Ok(found) => {
                    let measured =
                        found.map(|(server, distance)| Measured { at: Instant::now(), server, distance });
                    if let Some(measured) = &measured {
                        is_near = measured.tell(is_near);
                    }
                    *self.0.lock().unwrap_or_else(PoisonError::into_inner) = measured;
                }
                Err(error) => debug!(code = error.code(), %error, "the distance to the purge is not known"),
            }
        }
    }

    /// What was measured last, as JSON; null while nothing was.
    pub fn report(&self) -> Value {
        let measured = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Measured { at, server, distance }) = &*measured else { return Value::Null };
        let seconds = |span: Option<Duration>| span.map(|span| span.as_secs());
        json!({
            "server": server.to_string(),
            "files_before": distance.files,
            "bytes_behind": distance.bytes_behind,
            "bytes_total": distance.bytes_total,
            "expires_after_s": seconds(distance.expires_after),
            "left_s": seconds(distance.left),
            "left_at_present_rate_s": seconds(distance.left_at_present_rate),
            "measured_s_ago": at.elapsed().as_secs(),
        })
    }
}

impl Measured {
    /// Tells once when it comes near, and when that is over; whether it is near.
    fn tell(&self, was_near: bool) -> bool {
        let is_near = is_near(&self.distance);
        if is_near && !was_near {
            let left = self.distance.left.unwrap_or_default();
            warn!(server = %self.server, left = %Span(left), bytes_behind = self.distance.bytes_behind,
                "the log that was not read yet will be purged soon: make reading faster, or keep the log longer \
                 (binlog_expire_logs_seconds)");
        } else if was_near && !is_near {
            info!(server = %self.server, "the log that was not read yet is far from being purged again");
        }
        is_near
    }
}

/// Whether less than a quarter of the time that the log is kept is left.
fn is_near(distance: &PurgeDistance) -> bool {
    distance.expires_after.zip(distance.left).is_some_and(|(limit, left)| left < limit / NEAR)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_time_left_is_near() {
        let of = |left| PurgeDistance {
            expires_after: Some(Duration::from_secs(400)),
            left: Some(Duration::from_secs(left)),
            ..PurgeDistance::default()
        };
        assert!(is_near(&of(99)) && !is_near(&of(100)));
        assert!(!is_near(&PurgeDistance::default()), "a log that is never purged is never near");
    }
}

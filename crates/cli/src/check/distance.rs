//! How far the position that is kept is from being purged.

use becauselog_binlog::{
    PurgeDistance, PurgeWatch, Span,
    connection::{ConnectOptions, Endpoint},
};
use becauselog_model::Checkpoint;

use super::Findings;

/// Looks at the host, if the position is of it. That its file is gone is told by the check of the position.
pub async fn check(
    endpoint: &Endpoint,
    connect: &ConnectOptions,
    kept: &Checkpoint,
    findings: &mut Findings,
) {
    match PurgeWatch::new().find(std::slice::from_ref(endpoint), connect, kept).await {
        Ok(Some((_, distance))) if distance.files.is_some() => told(&distance, findings),
        Ok(Some(_) | None) => {}
        Err(error) => findings.warning("purge", format!("cannot be checked: {error}"), []),
    }
}

/// Nothing reads while this looks, or another process does: what counts is the time until then if nobody read.
fn told(distance: &PurgeDistance, findings: &mut Findings) {
    let files = distance.files.unwrap_or(0);
    let there =
        format!("{files} files would be purged before ours, {} MiB to read", distance.bytes_behind >> 20);
    let Some((limit, left)) = distance.expires_after.zip(distance.left) else {
        findings.ok("purge", format!("{there}; nothing is purged by age"));
        return;
    };
    let what = format!("{there}; ours in {} if nothing reads (kept for {})", Span(left), Span(limit));
    if left < limit / 4 {
        let fix = "start `becauselog run` soon, or keep the log longer (see retention)".to_owned();
        findings.warning("purge", what, [fix]);
    } else {
        findings.ok("purge", what);
    }
}

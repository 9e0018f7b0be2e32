//! The proof: what the events fold to is compared row by row with the replica's own text.

use anyhow::Result;
use becauselog_testkit::MysqlServer;
use becauselog_testkit::fold::{Counts, Fold, primary_keys};
use becauselog_testkit::shop::DATABASE;

use super::run::Following;

/// What was compared.
pub struct Proof {
    /// The changes that were applied.
    pub changes: Counts,
    /// The rows that were equal.
    pub rows: u64,
    /// The tables.
    pub tables: usize,
}

/// Folds the file and compares; an error names the first difference.
pub async fn compare(following: &Following, replica: &MysqlServer) -> Result<Proof> {
    let mut conn = replica.conn().await?;
    let mut fold = Fold::new(primary_keys(&mut conn, DATABASE).await?);
    fold.apply_lines(&std::fs::read_to_string(following.out())?)?;
    let rows = fold.compare(&mut conn, DATABASE).await?;
    let tables = fold.tables.keys().filter(|name| name.starts_with(&format!("{DATABASE}."))).count();
    Ok(Proof { changes: fold.counts, rows, tables })
}

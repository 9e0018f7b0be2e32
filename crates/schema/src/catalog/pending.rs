//! Tables that are in the log and not yet to be seen.
//!
//! The server writes the log before it commits, so rows of `CREATE TABLE … SELECT` can be here while `information_schema`
//! does not show their table. The table is locked till then: whoever wants to read it waits for the commit.

use becauselog_model::TableName;
use mysql_async::{Conn, prelude::Queryable};

use super::{CatalogError, failed};
use crate::definition::quoted;

/// Longer than any commit; a lock that is held longer is another statement's, which is under way.
const PATIENCE: &str = "SET SESSION lock_wait_timeout = 10";

/// Waits for the statement that is about to make this table visible; without one it is back at once.
pub(super) async fn wait_for(conn: &mut Conn, table: &TableName) -> Result<(), CatalogError> {
    conn.query_drop(PATIENCE).await.map_err(failed("the session's variables"))?;
    let look = format!("SELECT 1 FROM {}.{} LIMIT 0", quoted(&table.database), quoted(&table.table));
    match conn.query_drop(look).await {
        // No such table, not allowed, waited long enough: what information_schema says then is the answer.
        Err(mysql_async::Error::Server(_)) => Ok(()),
        other => other.map_err(failed("a table that is not listed")),
    }
}

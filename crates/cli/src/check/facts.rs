//! What a server says of itself, asked once.

use std::collections::BTreeMap;

use becauselog_binlog::connection::{Connection, ConnectionError, Rows, ServerVersion};
use becauselog_model::{Flavor, GtidSet};

/// Everything that the rules look at. What the account may not ask for is an error text.
#[derive(Debug)]
pub struct Facts {
    /// Its version.
    pub version: ServerVersion,
    /// All global variables, names in lower case.
    pub variables: BTreeMap<String, String>,
    /// Our account as the server sees it, `user@host`.
    pub account: String,
    /// The lines of `SHOW GRANTS`.
    pub grants: Vec<String>,
    /// The state of the log.
    pub log: Result<LogStatus, String>,
    /// The channels by which the server itself is a replica.
    pub channels: Result<Vec<Channel>, String>,
    /// The server ids of its replicas.
    pub replicas: Result<Vec<u32>, String>,
    /// All tables that the account can see, `(database, table)`.
    pub tables: Vec<(String, String)>,
    /// Tables without a primary key or a unique one.
    pub keyless: Vec<(String, String)>,
    /// Foreign keys that change other tables' rows.
    pub cascades: Vec<Cascade>,
    /// Charsets of columns by table.
    pub charsets: Vec<(String, String, String)>,
}

/// The log of the server.
#[derive(Debug, Default)]
pub struct LogStatus {
    /// Its files with their sizes, oldest first.
    pub files: Vec<(String, u64)>,
    /// `binlog_do_db`.
    pub do_db: String,
    /// `binlog_ignore_db`.
    pub ignore_db: String,
    /// Of MariaDB: the GTIDs before the first file.
    pub before_first: GtidSet,
}

/// One replication channel.
#[derive(Debug, Default, Clone)]
pub struct Channel {
    /// Its name, empty for the usual one.
    pub name: String,
    /// Whether the thread that receives runs.
    pub io_running: String,
    /// Whether the thread that applies runs.
    pub sql_running: String,
    /// How far it is behind; nothing when it cannot tell.
    pub seconds_behind: Option<u64>,
    /// The last errors' numbers, 0 for none. Their texts may hold rows.
    pub errors: (u32, u32),
    /// The server id of its source.
    pub source_id: Option<u32>,
    /// The filters that are set, as `name=value`.
    pub filters: Vec<String>,
}

/// A foreign key by which a change of one row changes others.
#[derive(Debug, Clone)]
pub struct Cascade {
    /// The database of the table whose rows are changed.
    pub database: String,
    /// That table.
    pub table: String,
    /// The constraint.
    pub constraint: String,
    /// Its columns.
    pub columns: String,
    /// The table that it refers to: database, table.
    pub parent: (String, String),
    /// The columns there.
    pub parent_columns: String,
    /// What happens, for example `ON DELETE CASCADE`.
    pub rule: String,
}

const SYSTEM: &str = "('mysql','sys','performance_schema','information_schema')";

impl Facts {
    /// Asks the server.
    pub async fn read(connection: &mut Connection) -> Result<Self, ConnectionError> {
        let version = connection.version().clone();
        let variables = connection.query("SHOW GLOBAL VARIABLES", "asking for the variables").await?;
        let names = variables.column("Variable_name").map(str::to_ascii_lowercase);
        let variables = names.zip(variables.column("Value").map(str::to_owned)).collect();
        let account = connection.query("SELECT CURRENT_USER() AS a", "asking for the account").await?;
        let account = account.first().unwrap_or_default().to_owned();
        let grants = connection.query("SHOW GRANTS", "asking for the privileges").await?;
        let grants = grants.column(&format!("Grants for {account}")).map(str::to_owned).collect();
        Ok(Self {
            log: log(connection, &version).await,
            channels: channels(connection, &version).await,
            replicas: replicas(connection, &version).await,
            tables: tables(connection).await?,
            keyless: keyless(connection).await?,
            cascades: cascades(connection).await?,
            charsets: charsets(connection).await?,
            account,
            version,
            variables,
            grants,
        })
    }

    /// A variable; nothing where the server does not have it.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// Whether a variable is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("on"))
    }

    /// Whether it is MariaDB.
    pub fn is_mariadb(&self) -> bool {
        self.version.flavor == Flavor::MariaDb
    }

    /// A GTID set; empty where there is none.
    pub fn gtids(&self, name: &str) -> GtidSet {
        self.variable(name).and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// What was purged.
    pub fn purged(&self) -> GtidSet {
        match &self.log {
            Ok(log) if self.is_mariadb() => log.before_first.clone(),
            _ => self.gtids("gtid_purged"),
        }
    }

    /// Whether it is a replica of another server.
    pub fn is_replica(&self) -> bool {
        self.channels.as_ref().is_ok_and(|channels| !channels.is_empty())
    }
}

async fn log(connection: &mut Connection, version: &ServerVersion) -> Result<LogStatus, String> {
    let status =
        if version.is_mysql_since((8, 2, 0)) { "SHOW BINARY LOG STATUS" } else { "SHOW MASTER STATUS" };
    let doing = "asking for the state of the log";
    let told = |error: ConnectionError| error.to_string();
    let status = connection.query(status, doing).await.map_err(told)?;
    let files = connection.query("SHOW BINARY LOGS", doing).await.map_err(told)?;
    let sizes = files.column("File_size").map(|size| size.parse().unwrap_or(0));
    let mut before_first = GtidSet::new();
    if version.flavor == Flavor::MariaDb && !files.is_empty() {
        let events = connection.query("SHOW BINLOG EVENTS LIMIT 3", doing).await.map_err(told)?;
        let list = (0..events.len()).find(|row| events.get(*row, "Event_type") == Some("Gtid_list"));
        let text = list.and_then(|row| events.get(row, "Info")).unwrap_or_default();
        before_first = text.trim_matches(['[', ']']).parse().unwrap_or_default();
    }
    Ok(LogStatus {
        before_first,
        files: files.column("Log_name").map(str::to_owned).zip(sizes).collect(),
        do_db: status.get(0, "Binlog_Do_DB").unwrap_or_default().to_owned(),
        ignore_db: status.get(0, "Binlog_Ignore_DB").unwrap_or_default().to_owned(),
    })
}

async fn channels(connection: &mut Connection, version: &ServerVersion) -> Result<Vec<Channel>, String> {
    let sql = match version.flavor {
        _ if version.is_mysql_since((8, 0, 22)) => "SHOW REPLICA STATUS",
        Flavor::MySql => "SHOW SLAVE STATUS",
        // All connections, not the one without a name only.
        Flavor::MariaDb => "SHOW ALL SLAVES STATUS",
    };
    let rows =
        connection.query(sql, "asking for the replica's state").await.map_err(|error| error.to_string())?;
    Ok((0..rows.len()).map(|row| channel(&rows, row)).collect())
}

fn channel(rows: &Rows, row: usize) -> Channel {
    // 8.0.22 renamed the columns.
    let get = |new: &str, old: &str| rows.get(row, new).or_else(|| rows.get(row, old)).map(str::to_owned);
    let number = |new: &str, old: &str| get(new, old).and_then(|text| text.parse().ok());
    let filters = [
        "Replicate_Do_DB",
        "Replicate_Ignore_DB",
        "Replicate_Do_Table",
        "Replicate_Ignore_Table",
        "Replicate_Wild_Do_Table",
        "Replicate_Wild_Ignore_Table",
        "Replicate_Rewrite_DB",
    ];
    let filters = filters.iter().filter_map(|name| {
        let value = rows.get(row, name).filter(|value| !value.is_empty())?;
        Some(format!("{name}={value}"))
    });
    Channel {
        // MariaDB's channels are named connections.
        name: get("Channel_Name", "Connection_name").unwrap_or_default(),
        io_running: get("Replica_IO_Running", "Slave_IO_Running").unwrap_or_default(),
        sql_running: get("Replica_SQL_Running", "Slave_SQL_Running").unwrap_or_default(),
        seconds_behind: get("Seconds_Behind_Source", "Seconds_Behind_Master")
            .and_then(|text| text.parse().ok()),
        errors: (
            number("Last_IO_Errno", "Last_IO_Errno").unwrap_or(0),
            number("Last_SQL_Errno", "Last_SQL_Errno").unwrap_or(0),
        ),
        source_id: number("Source_Server_Id", "Master_Server_Id"),
        filters: filters.collect(),
    }
}

async fn replicas(connection: &mut Connection, version: &ServerVersion) -> Result<Vec<u32>, String> {
    let sql = if version.is_mysql_since((8, 0, 22)) { "SHOW REPLICAS" } else { "SHOW SLAVE HOSTS" };
    if version.flavor == Flavor::MariaDb {
        // There the statement wants REPLICATION MASTER ADMIN, which a reader has no business with.
        return Err("MariaDB tells its replicas' ids to administrators only".to_owned());
    }
    let rows = connection.query(sql, "asking for the replicas").await.map_err(|error| error.to_string())?;
    // MariaDB writes the column's name its own way.
    let name = if version.flavor == Flavor::MariaDb { "Server_id" } else { "Server_Id" };
    Ok(rows.column(name).filter_map(|id| id.parse().ok()).collect())
}

async fn tables(connection: &mut Connection) -> Result<Vec<(String, String)>, ConnectionError> {
    let sql = "SELECT table_schema AS s, table_name AS t FROM information_schema.tables \
               WHERE table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 1, 2";
    Ok(pairs(&connection.query(sql, "asking for the tables").await?))
}

async fn keyless(connection: &mut Connection) -> Result<Vec<(String, String)>, ConnectionError> {
    let sql = format!(
        "SELECT t.table_schema AS s, t.table_name AS t FROM information_schema.tables t \
         LEFT JOIN information_schema.table_constraints c ON c.table_schema = t.table_schema \
         AND c.table_name = t.table_name AND c.constraint_type IN ('PRIMARY KEY', 'UNIQUE') \
         WHERE t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') AND t.table_schema NOT IN {SYSTEM} AND c.constraint_name IS NULL ORDER BY 1, 2"
    );
    Ok(pairs(&connection.query(&sql, "asking for tables without a key").await?))
}

fn pairs(rows: &Rows) -> Vec<(String, String)> {
    rows.column("s").map(str::to_owned).zip(rows.column("t").map(str::to_owned)).collect()
}

async fn cascades(connection: &mut Connection) -> Result<Vec<Cascade>, ConnectionError> {
    let sql = "SELECT r.constraint_schema AS s, r.table_name AS t, r.constraint_name AS c, \
               r.unique_constraint_schema AS ps, r.referenced_table_name AS pt, r.delete_rule AS d, r.update_rule AS u, \
               GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position SEPARATOR '\\n') AS cols, \
               GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR '\\n') AS pcols \
               FROM information_schema.referential_constraints r JOIN information_schema.key_column_usage k \
               ON k.constraint_schema = r.constraint_schema AND k.table_name = r.table_name \
               AND k.constraint_name = r.constraint_name \
               WHERE r.delete_rule IN ('CASCADE', 'SET NULL') OR r.update_rule IN ('CASCADE', 'SET NULL') \
               GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY 1, 2, 3";
    let rows = connection.query(sql, "asking for foreign keys").await?;
    Ok((0..rows.len()).map(|row| cascade(&rows, row)).collect())
}

fn cascade(rows: &Rows, row: usize) -> Cascade {
    let get = |name: &str| rows.get(row, name).unwrap_or_default().to_owned();
    let columns = |name: &str| {
        let quoted = rows.get(row, name).unwrap_or_default().split('\n').map(super::statements::name);
        quoted.collect::<Vec<_>>().join(", ")
    };
    let changes = |rule: &str| matches!(rule, "CASCADE" | "SET NULL");
    let (delete, update) = (get("d"), get("u"));
    let mut rule = Vec::new();
    if changes(&delete) {
        rule.push(format!("ON DELETE {delete}"));
    }
    if changes(&update) {
        rule.push(format!("ON UPDATE {update}"));
    }
    Cascade {
        database: get("s"),
        table: get("t"),
        constraint: get("c"),
        columns: columns("cols"),
        parent: (get("ps"), get("pt")),
        parent_columns: columns("pcols"),
        rule: rule.join(" "),
    }
}

async fn charsets(connection: &mut Connection) -> Result<Vec<(String, String, String)>, ConnectionError> {
    let sql = format!(
        "SELECT DISTINCT character_set_name AS c, table_schema AS s, table_name AS t FROM information_schema.columns \
         WHERE character_set_name IS NOT NULL AND table_schema NOT IN {SYSTEM} ORDER BY 1, 2, 3"
    );
    let rows = connection.query(&sql, "asking for charsets").await?;
    let names = rows.column("c").map(str::to_owned);
    Ok(names.zip(pairs(&rows)).map(|(charset, (database, table))| (charset, database, table)).collect())
}

//! Table maps and statements of a server's binlog files.

use std::path::PathBuf;

use anyhow::{Result, ensure};
use becauselog_binlog::{
    event::{self, EventKind, Query, StatusVariables},
    frame::Framer,
};
use becauselog_model::TableMap;
use becauselog_testkit::MysqlServer;
use bytes::Bytes;

#[derive(Debug)]
pub enum Entry {
    Map(TableMap),
    Statement { database: String, sql: Vec<u8>, status: StatusVariables },
}

/// All of them from the first file on.
pub fn entries(server: &MysqlServer) -> Result<Vec<Entry>> {
    let index = std::fs::read_to_string(server.datadir().join("binlog.index"))?;
    let mut entries = vec![];
    for name in index.lines() {
        read(server.datadir().join(name), &mut entries)?;
    }
    Ok(entries)
}

pub fn maps(server: &MysqlServer) -> Result<Vec<TableMap>> {
    let maps = entries(server)?.into_iter().filter_map(|entry| match entry {
        Entry::Map(map) => Some(map),
        Entry::Statement { .. } => None,
    });
    Ok(maps.collect())
}

fn read(path: PathBuf, entries: &mut Vec<Entry>) -> Result<()> {
    let mut rest = Bytes::from(std::fs::read(path)?).slice(4..);
    let mut framer = Framer::new("file".into(), 4);
    while !rest.is_empty() {
        let len = framer.header(&rest)?.size();
        ensure!(len <= rest.len(), "the file ends inside an event");
        let event = framer.accept_from_file(rest.split_to(len))?;
        let format = framer.format().map(|format| &**format);
        match event.kind() {
            EventKind::TABLE_MAP => entries.push(Entry::Map(event::table_map::parse(format, &event.body)?)),
            EventKind::QUERY => {
                let query = Query::parse(&event.body)?;
                let (database, sql) = (String::from_utf8(query.schema.to_vec())?, query.statement.to_vec());
                let status = query.status_variables();
                entries.push(Entry::Statement { database, sql, status });
            }
            _ => {}
        }
    }
    Ok(())
}

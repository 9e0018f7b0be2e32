//! The examples under each command's help.

/// Under `becauselog --help`.
pub const ALL: &str = "\
Examples:
  becauselog tail mysql://app@127.0.0.1:3306/shop        watch what changes, nothing else needed
  becauselog check -c shop.toml                          is the server ready for this config?
  becauselog run -c shop.toml                            follow it, from where the last run ended
  becauselog run -c mysql-connector.json --sink file:changes.jsonl
                                                         a Debezium connector's config, as it is
  becauselog inspect mysql-bin.000003                    what is in this file?

Exit codes: 0 done or stopped as asked, 1 a fault of ours, 2 flags or config,
3 the server or the machine needs a human, 4 data that cannot be handled,
5 unreachable for longer than the retry budget.";

/// Under `run`.
pub const RUN: &str = "\
Examples:
  becauselog run -c shop.toml
  becauselog run -c shop.toml --set source.hosts=db2:3306 --state /var/lib/becauselog/shop
  becauselog run -c shop.toml --from earliest --until now      what the server still has, then end
  becauselog run -c connector.properties -c worker.properties --sink stdout
  becauselog run -c connector.json --lenient                   warn of keys that are not supported

The position is kept in the state folder: a run goes on where the last one ended, and --from counts only for the first.
Ctrl-C and SIGTERM deliver what was read up to a commit, keep the position and end with 0.";

/// Under `schema`.
pub const SCHEMA: &str = "\
Examples:
  becauselog schema show -c shop.toml                          tables at the kept position
  becauselog schema show -c shop.toml 'shop\\.orders' --at mysql-bin.000003:1234
  becauselog schema show --sql changes.sql --server 10.11.6-MariaDB --json
                                                               what these statements make of tables
  becauselog schema diff -c shop.toml                          against the server as it is now
  becauselog schema refresh -c shop.toml 'shop\\.orders'       for a change that was not logged

Tables are followed by statements where the log does not name columns (binlog_row_metadata=MINIMAL, servers before 8.0.1).";

/// Under `tail`.
pub const TAIL: &str = "\
Examples:
  becauselog tail mysql://app@127.0.0.1/shop
  becauselog tail mysql://app@db:3306/shop.orders --from now-10m
  becauselog tail mysql://app@db --tables 'shop\\.(orders|payments)' --where op=delete --json
  MYSQL_PWD=… becauselog tail mysql://app@db --from earliest --until now | grep 4711

Nothing is kept and nothing is written to the server; its id among the replicas is random.";

/// Under `inspect`.
pub const INSPECT: &str = "\
Examples:
  becauselog inspect mysql-bin.000003
  becauselog inspect mysql-bin.0000* --json
  becauselog inspect mysql-bin.000003 --events
  becauselog inspect mysql-bin.000003 --format plain | head
  zstd -dc mysql-bin.000003.zst | becauselog inspect -

A file of any server since 3.23 is read. What a run would stop at (changes as statements, events that
are not known, transactions without begin or end) is counted and told, and the exit code is 0.
A torn or damaged file is told with its offset, after what could be read, and the exit code is 4;
behind an event whose checksum is wrong, and with the next file, the reading goes on.
--format needs the columns' names in the file: the server logs them with
binlog_row_metadata=FULL. A summary needs none.";

/// Under `check`.
pub const CHECK: &str = "\
Examples:
  becauselog check -c shop.toml
  becauselog check -c connector.json --json | jq '.checks[] | select(.level != \"ok\")'

Each line is ok, warning or error; what is not ok comes with the statement that fixes it.
Exit codes: 0 no error, 2 the config cannot be used, 3 at least one error.";

/// Under `migrate`.
pub const MIGRATE: &str = "\
Examples:
  becauselog migrate mysql-connector.json > shop.toml
  becauselog migrate connector.properties worker.properties > shop.toml
  becauselog migrate application.properties --json | jq '.keys[] | select(.outcome == \"refused\")'
  becauselog migrate kafka-connector.yaml --lenient > shop.toml

The config goes to stdout, the report to stderr. References such as ${env:NAME} stay references in addresses and passwords.
Exit codes: 0 the same in native keys, 2 a key is refused or the files cannot be used.";

/// Under `position`.
pub const POSITION: &str = "\
Examples:
  becauselog position show -c shop.toml
  becauselog position set -c shop.toml mysql-bin.000003:4 --reason 'restored from backup'
  becauselog position set -c shop.toml 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2048 --reason moved";

/// Under `completions`.
pub const COMPLETIONS: &str = "\
Examples:
  becauselog completions bash > /etc/bash_completion.d/becauselog
  becauselog completions zsh > ~/.zfunc/_becauselog";

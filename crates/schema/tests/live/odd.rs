//! Statements that are odd in ways that chance does not find. What a server refuses is passed over.

use anyhow::Result;
use becauselog_model::TableName;
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::prelude::Queryable;

use crate::dictionary::Run;

/// In the database `odd`.
const STATEMENTS: [&str; 114] = [
    "CREATE TABLE ranges (a INT NOT NULL, b VARCHAR(5)) /*!50100 PARTITION BY RANGE (a) (PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB, PARTITION p1 VALUES LESS THAN MAXVALUE COMMENT 'x, ADD c INT') */",
    "ALTER TABLE ranges REORGANIZE PARTITION p0, p1 INTO (PARTITION q0 VALUES LESS THAN (5), PARTITION q1 VALUES LESS THAN MAXVALUE)",
    "ALTER TABLE ranges TRUNCATE PARTITION q0, q1",
    "ALTER TABLE ranges ADD c INT FIRST PARTITION BY HASH (a) PARTITIONS 3",
    "ALTER TABLE ranges COALESCE PARTITION 1",
    "ALTER TABLE ranges REMOVE PARTITIONING",
    "CREATE TABLE lists (a INT) PARTITION BY LIST (a) (PARTITION p0 VALUES IN (1, 2), PARTITION p1 VALUES IN (NULL, 3))",
    "ALTER TABLE lists DROP PARTITION p0, p1",
    "ALTER TABLE lists DROP PARTITION p1",
    "CREATE TABLE defaults (a VARCHAR(9) DEFAULT 'a;b', b BIT(3) DEFAULT b'101', c VARCHAR(9) DEFAULT 0x41, d DOUBLE DEFAULT -1.5e3, e CHAR(3) DEFAULT _latin1'x', f TIMESTAMP(3) NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3), g INT DEFAULT NULL NULL, h VARCHAR(20) DEFAULT 'it\\'s, b INT', i SET('a','b') DEFAULT 'a,b' NOT NULL)",
    "CREATE TABLE expressions (a CHAR(36) DEFAULT (uuid()), b INT DEFAULT (1 + (2)), c JSON DEFAULT (JSON_ARRAY()))",
    "ALTER TABLE defaults ALTER a SET DEFAULT 'x', ALTER COLUMN b DROP DEFAULT, ALTER g SET DEFAULT (1)",
    "CREATE TABLE `a.b` (`c.d` INT, `e``f` INT, `sel ect` INT)",
    "ALTER TABLE odd.`a.b` CHANGE `c.d` `x.y` INT, DROP `e``f`",
    "RENAME TABLE `a.b` TO odd.`c d`",
    "CREATE TABLE 1st (1a INT, 2b INT, 3e5x INT)",
    "ALTER TABLE 1st DROP 1a, RENAME COLUMN 2b TO 4d",
    "CREATE TABLE größe (größe INT, 名前 VARCHAR(5), `ключ` INT, KEY (`ключ`))",
    "ALTER TABLE größe DROP 名前, ADD emoji CHAR(1) COMMENT 'no 😀'",
    "CREATE TABLE words (action INT, bit BIT, date DATE, enum ENUM('a'), no INT, text TEXT, time TIME, timestamp TIMESTAMP NULL, type INT, value INT, comment INT, begin INT, end INT, status INT, offset INT, year YEAR, json JSON, first INT, after INT, visible INT)",
    "ALTER TABLE words ADD COLUMN position INT AFTER first, ADD `index` INT AFTER after, MODIFY COLUMN comment VARCHAR(5) AFTER comment, DROP visible",
    "ALTER TABLE words ADD column_format INT, ADD COLUMN storage INT FIRST, ADD partition_x INT",
    "CREATE TABLE checks (a INT CHECK (a > 0), b INT, CONSTRAINT c1 CHECK (b < 5 AND a IN (1, 2)), CHECK (b <> 3))",
    "ALTER TABLE checks ADD CONSTRAINT c2 CHECK (a < 100), DROP CHECK c1",
    "ALTER TABLE checks ALTER CHECK c2 NOT ENFORCED",
    "ALTER TABLE checks DROP CONSTRAINT c2",
    "CREATE TABLE parents (id INT PRIMARY KEY, code CHAR(3) UNIQUE)",
    "CREATE TABLE children (id INT PRIMARY KEY, parent INT, code CHAR(3), CONSTRAINT fk1 FOREIGN KEY i1 (parent) REFERENCES parents (id) ON DELETE SET NULL ON UPDATE CASCADE, FOREIGN KEY (code) REFERENCES parents (code))",
    "ALTER TABLE children DROP FOREIGN KEY fk1, ADD FOREIGN KEY (parent) REFERENCES odd.parents (id) ON DELETE NO ACTION",
    "CREATE TABLE texts (a TEXT, b VARCHAR(100), FULLTEXT KEY f1 (a, b) WITH PARSER ngram)",
    "CREATE TABLE texts2 (a TEXT, b VARCHAR(100), FULLTEXT INDEX (a), FULLTEXT f2 (b))",
    "CREATE FULLTEXT INDEX f3 ON texts2 (a, b)",
    "CREATE TABLE places (p POINT NOT NULL SRID 4326, g GEOMETRY NOT NULL /*!80003 SRID 0 */, SPATIAL INDEX (p))",
    "CREATE TABLE places2 (p POINT NOT NULL, SPATIAL KEY s (p))",
    "CREATE TABLE functional (a INT, b VARCHAR(9), UNIQUE KEY u ((a + 1)), KEY k ((lower(b)), a DESC))",
    "ALTER TABLE functional DROP KEY k, ADD UNIQUE ((a * 2))",
    "ALTER TABLE functional ALTER INDEX u INVISIBLE, RENAME INDEX u TO w",
    "CREATE TABLE arrays (j JSON, KEY m ((CAST(j->'$.a' AS UNSIGNED ARRAY))))",
    "CREATE TABLE virtuals (a INT, b INT GENERATED ALWAYS AS (a + 1) VIRTUAL NOT NULL, c INT AS (b * 2) STORED UNIQUE COMMENT 'x', d VARCHAR(9) AS (CONCAT('a', ',', ')')))",
    "ALTER TABLE virtuals MODIFY d VARCHAR(19) AS (CONCAT('b', ',', ')')), ADD e INT AS (1) AFTER a",
    "CREATE TABLE copies LIKE virtuals",
    "CREATE TABLE odd.copies2 (LIKE odd.words)",
    "CREATE TABLE selected AS SELECT 1 AS a, 'x' AS b, NOW() AS c",
    "CREATE TABLE selected2 (x INT PRIMARY KEY, b VARCHAR(50) CHARACTER SET latin1) IGNORE SELECT 7 AS y, 'z' AS b, 3 AS x",
    "CREATE TABLE selected3 (UNIQUE KEY u (y)) ENGINE=InnoDB REPLACE AS (SELECT 7 AS y)",
    "CREATE TABLE numbers (a INT(5) UNSIGNED ZEROFILL NOT NULL AUTO_INCREMENT, b DECIMAL(5) UNSIGNED, c FLOAT(5,2) UNSIGNED, d REAL(9,3), e DOUBLE PRECISION(9,3), f NUMERIC, g FIXED(3,1), h BIGINT SIGNED, PRIMARY KEY (a))",
    "CREATE TABLE serials (id SERIAL, b BIGINT UNSIGNED NOT NULL SERIAL DEFAULT VALUE)",
    "CREATE TABLE serials2 (b BIGINT UNSIGNED SERIAL DEFAULT VALUE, c INT)",
    "CREATE TABLE bools (a BOOL, b BOOLEAN DEFAULT TRUE, c TINYINT(1) UNSIGNED, d BIT)",
    "CREATE TABLE charsets (a CHAR(5) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, b VARCHAR(5) CHARSET 'latin1', c TEXT CHARACTER SET \"ucs2\", d ENUM('ä','ö') CHARACTER SET latin1, e CHAR(5) COLLATE 'ascii_bin', f VARCHAR(10) BINARY CHARACTER SET latin1, g CHAR(4) CHARACTER SET binary, h LONG VARCHAR CHARACTER SET latin1) CHARACTER SET 'utf8' COLLATE 'utf8_unicode_ci'",
    "ALTER TABLE charsets CONVERT TO CHARACTER SET latin1 COLLATE latin1_german1_ci",
    "ALTER TABLE charsets CHARACTER SET = utf8mb4, COLLATE = utf8mb4_bin",
    "ALTER TABLE charsets DEFAULT CHARACTER SET cp1251 COLLATE cp1251_bin, ADD n VARCHAR(5), ADD m TEXT",
    "CREATE TABLE nationals (a NATIONAL CHARACTER(5), b NATIONAL CHARACTER VARYING(5), c NCHAR VARCHAR(5), d NATIONAL VARCHAR(5) BINARY)",
    "CREATE TABLE engines (a INT, b TEXT) ENGINE=MyISAM ROW_FORMAT=DYNAMIC CHECKSUM=1 DATA DIRECTORY='/nowhere' PACK_KEYS=1",
    "CREATE TABLE memories (a INT, KEY USING HASH (a)) ENGINE = MEMORY MAX_ROWS = 5",
    "CREATE TABLE holes (a INT, b TEXT) ENGINE = BLACKHOLE",
    "CREATE TABLE archives (a INT) ENGINE ARCHIVE",
    "CREATE TABLE many (a INT, b INT, c INT, d INT, PRIMARY KEY (c, a), UNIQUE KEY u (d), UNIQUE (b), KEY (b), INDEX USING BTREE (d, b), KEY k USING BTREE (a) KEY_BLOCK_SIZE=1 COMMENT 'k')",
    "ALTER TABLE many DROP PRIMARY KEY, ADD PRIMARY KEY (d), DROP COLUMN a, ADD COLUMN (e INT, f INT, KEY (f))",
    "ALTER TABLE many CHANGE b c INT, CHANGE c b INT",
    "ALTER TABLE many RENAME COLUMN b TO c, RENAME COLUMN c TO b",
    "ALTER TABLE many DROP b, ADD b VARCHAR(5) FIRST",
    "ALTER TABLE many ADD x INT, ADD y INT AFTER x, ADD z INT AFTER y, MODIFY d BIGINT AFTER z",
    "ALTER TABLE many MODIFY x INT FIRST, MODIFY y INT FIRST, CHANGE z zz INT AFTER x",
    "ALTER TABLE many ADD COLUMN q INT, ALGORITHM=INSTANT",
    "ALTER TABLE many ADD COLUMN q2 INT AFTER x, ALGORITHM=INPLACE, LOCK=NONE",
    "ALTER TABLE many DROP COLUMN q, ALGORITHM=COPY, LOCK=SHARED, COMMENT='a, DROP x', AUTO_INCREMENT = 7, STATS_PERSISTENT=DEFAULT",
    "ALTER TABLE many ORDER BY x, zz DESC, q2",
    "ALTER TABLE many ENGINE=InnoDB ROW_FORMAT=COMPACT KEY_BLOCK_SIZE=0",
    "ALTER TABLE many FORCE",
    "ALTER TABLE many",
    "ALTER TABLE many DISABLE KEYS, ENABLE KEYS",
    "ALTER TABLE many DISCARD TABLESPACE",
    "ALTER IGNORE TABLE many ADD ignored INT",
    "ALTER TABLE many WAIT 5 ADD waited INT",
    "ALTER TABLE many RENAME AS lots",
    "ALTER TABLE lots RENAME = many",
    "ALTER TABLE many ADD last INT, RENAME TO lots",
    "ALTER TABLE lots RENAME odd.many, ADD very_last INT",
    "RENAME TABLE many TO m1, parents TO p1",
    "RENAME TABLE m1 TO tmp, p1 TO m1, tmp TO p1",
    "RENAME TABLES m1 TO parents, p1 TO many",
    "CREATE TEMPORARY TABLE many2 (a INT)",
    "DROP TEMPORARY TABLE many2",
    "DROP TABLE IF EXISTS selected, nowhere, selected2 CASCADE",
    "DROP TABLES bools RESTRICT",
    "CREATE UNIQUE INDEX `primary x` USING BTREE ON defaults (a(3) ASC, g DESC) COMMENT 'x' ALGORITHM=DEFAULT LOCK=DEFAULT",
    "DROP INDEX `primary x` ON defaults ALGORITHM=INPLACE",
    "CREATE TABLE invisible (a INT, b INT INVISIBLE, c INT /*!80023 INVISIBLE */, d INT /*!99999 , e INT */)",
    "CREATE TABLE encrypted (a INT) ENCRYPTION='N' COMPRESSION='NONE'",
    "CREATE TABLE attributes (a INT ENGINE_ATTRIBUTE='{\"x\": 1}', b INT COLUMN_FORMAT FIXED STORAGE DISK, c INT COLUMN_FORMAT DEFAULT STORAGE DEFAULT NOT NULL)",
    "CREATE TABLE vectors (v VECTOR(7), w VECTOR)",
    "create table Mixed_Case (Id int not null primary key,`NAME` Varchar(10) Default 'X' Collate utf8mb4_bin)engine=innodb default charset=utf8mb4 comment='x'",
    "ALTER TABLE Mixed_Case MODIFY COLUMN ID BIGINT, change name Name2 text not null",
    "CREATE /* a */ TABLE /* b ; */ comments ( -- c\n a INT, # d, e INT\n /* f */ b INT /*! , c INT */ /* , g INT */ ) -- end",
    "CREATE TABLE floats (a FLOAT(53), b FLOAT(24), c FLOAT(0), d FLOAT(9,0), e REAL, f DOUBLE(5,5))",
    "CREATE TABLE times (a TIME(0), b DATETIME(6) DEFAULT NOW(6) ON UPDATE NOW(6), c YEAR(4), d TIMESTAMP NOT NULL DEFAULT '2000-01-01 00:00:00', e TIMESTAMP NULL)",
    "CREATE TABLE lobs (a TINYBLOB, b BLOB(255), c BLOB(256), d BLOB(65535), e BLOB(65536), f TEXT(63), g TEXT(64), h TEXT(16383), i TEXT(16384), j MEDIUMTEXT, k LONGBLOB, l TEXT(0)) CHARSET utf8mb4",
    "CREATE TABLE widths (a BINARY(0), b VARBINARY(0), c CHAR(0), d VARCHAR(0), e BIT(64), f BINARY(255), g CHAR(255) CHARACTER SET utf8mb4)",
    // MariaDB's.
    "CREATE OR REPLACE TABLE holes (x INT, y UUID, z INET6 DEFAULT '::')",
    "ALTER TABLE IF EXISTS holes ADD COLUMN IF NOT EXISTS (x INT, w INT), DROP COLUMN IF EXISTS nothing, MODIFY COLUMN IF EXISTS nothing INT, ADD INDEX IF NOT EXISTS i (x), CHANGE COLUMN IF EXISTS y yy INET4",
    "ALTER TABLE holes RENAME COLUMN IF EXISTS w TO v, DROP INDEX IF EXISTS nothing, ADD CONSTRAINT IF NOT EXISTS c CHECK (x > 0)",
    "CREATE TABLE periods (id INT, f DATE, t DATE, PERIOD FOR app (f, t), UNIQUE (id, app WITHOUT OVERLAPS))",
    "CREATE TABLE versioned (a INT PRIMARY KEY, b INT WITHOUT SYSTEM VERSIONING) WITH SYSTEM VERSIONING PARTITION BY SYSTEM_TIME (PARTITION p0 HISTORY, PARTITION p1 CURRENT)",
    "CREATE TABLE versioned2 (a INT, s TIMESTAMP(6) GENERATED ALWAYS AS ROW START, e TIMESTAMP(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (s, e), UNIQUE u (a)) WITH SYSTEM VERSIONING",
    "ALTER TABLE versioned2 ADD COLUMN later INT AFTER a",
    "CREATE SEQUENCE seq START WITH 100 INCREMENT BY 10 MAXVALUE=2000 CYCLE",
    "CREATE TABLE from_sequence (a BIGINT DEFAULT NEXT VALUE FOR seq, b INT DEFAULT NEXTVAL(seq), c INT)",
    "DROP SEQUENCE seq",
    "CREATE TABLE pages (a INT, b VARCHAR(9) COMPRESSED NOT NULL DEFAULT 'x', c TEXT COMPRESSED CHARACTER SET latin1) PAGE_COMPRESSED=1 PAGE_CHECKSUM=0",
    "CREATE TABLE collated (a VARCHAR(5) COLLATE uca1400_ai_ci, b CHAR(4) CHARACTER SET latin1) CHARACTER SET utf8mb4 COLLATE uca1400_as_cs",
    "SET STATEMENT max_statement_time=100 FOR ALTER TABLE pages ADD z INT",
    "ALTER ONLINE TABLE pages ADD w INT, NOWAIT",
];

/// What of the session they depend on, before those that follow.
const ANSI: [&str; 4] = [
    "CREATE TABLE \"quoted\" (\"a\"\"b\" INT, \"c\" VARCHAR(9) DEFAULT 'x', 'd' INT)",
    "CREATE TABLE \"quoted\" (\"a\"\"b\" INT, \"c\" VARCHAR(9) DEFAULT 'x')",
    "ALTER TABLE \"odd\".\"quoted\" CHANGE \"a\"\"b\" \"e\" INT COMMENT 'a\\', ADD \"f\" INT",
    "DROP TABLE \"quoted\"",
];

async fn odd_on(version: Version) -> Result<()> {
    let server = MysqlServer::builder(version).start().await?;
    let mut run = Run::begin(&server, 1).await?;
    run.conn.query_drop("CREATE DATABASE odd").await?;
    run.conn.query_drop("USE odd").await?;
    for sql in STATEMENTS {
        step(&mut run, sql).await?;
    }
    run.conn.query_drop("SET SESSION sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES'").await?;
    for sql in ANSI {
        step(&mut run, sql).await?;
    }
    run.tell(&server, version)
}

/// Runs a statement, and keeps how all tables are behind it.
async fn step(run: &mut Run, sql: &str) -> Result<()> {
    let now = "SELECT table_name AS t FROM information_schema.tables WHERE table_schema = 'odd' \
               AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')";
    let mut names = run.names();
    if run.statement(sql, &[]).await? {
        names.extend(run.conn.query::<String, _>(now).await?);
        names.sort();
        names.dedup();
        let names: Vec<TableName> = names.iter().map(|name| TableName::new("odd", name)).collect();
        run.keep(&names).await?;
    }
    Ok(())
}

#[tokio::test]
async fn odd_statements_make_of_tables_what_each_server_makes_of_them() -> Result<()> {
    let mut wrong = Vec::new();
    for version in Version::SERVERS {
        wrong.extend(odd_on(version).await.err().map(|error| error.to_string()));
    }
    anyhow::ensure!(wrong.is_empty(), "{wrong:?}");
    Ok(())
}

//! Statements and the trees they become.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

use becauselog_ddl::{
    AlterSpec, Attribute, ColumnDefinition, Default, DefaultChange, IndexKind, Item, LiteralKind, Mode,
    Place, Server, Statement, TableBody, TableOption, first_table, meaning, parse, parse_with_text,
    statements,
};
use proptest::prelude::*;

fn specs(sql: &str) -> Vec<AlterSpec<'_>> {
    match parse(sql, Mode::default()) {
        Statement::AlterTable(alter) => alter.specs,
        other => panic!("{sql}: {other:?}"),
    }
}

fn columns(sql: &str) -> Vec<ColumnDefinition<'_>> {
    let Statement::CreateTable(create) = parse(sql, Mode::default()) else { panic!("{sql}") };
    let TableBody::Definition { items, .. } = create.body else { panic!("{sql}") };
    items
        .into_iter()
        .filter_map(|item| if let Item::Column(column) = item { Some(column) } else { None })
        .collect()
}

fn column(definition: &str) -> (String, Vec<String>, Vec<Attribute<'static>>) {
    let sql: &'static str = Box::leak(format!("CREATE TABLE t (c {definition})").into_boxed_str());
    let column = columns(sql).remove(0);
    let mut words = column.data_type.words.clone();
    words.extend(column.data_type.suffixes.iter().cloned());
    (words.join(" "), column.data_type.arguments.iter().map(ToString::to_string).collect(), column.attributes)
}

#[test]
fn types_are_told_as_written() {
    for (written, name, arguments) in [
        ("integer(5) unsigned zerofill", "INTEGER UNSIGNED ZEROFILL", vec!["5"]),
        ("double precision(7,3)", "DOUBLE PRECISION", vec!["7", "3"]),
        ("national character varying(3)", "NATIONAL CHARACTER VARYING", vec!["3"]),
        ("nchar varchar(2)", "NCHAR VARCHAR", vec!["2"]),
        ("long varbinary", "LONG VARBINARY", vec![]),
        ("long", "LONG", vec![]),
        ("varchar(5) charset latin1 collate latin1_bin", "VARCHAR", vec!["5"]),
        ("char(3) byte", "CHAR", vec!["3"]),
        ("geometry srid 4326", "GEOMETRY", vec![]),
        ("vector(3)", "VECTOR", vec!["3"]),
        ("decimal(10.5)", "DECIMAL", vec!["10.5"]),
    ] {
        let (found, numbers, _) = column(written);
        assert_eq!(
            (found.as_str(), numbers),
            (name, arguments.into_iter().map(String::from).collect()),
            "{written}"
        );
    }
    let members =
        columns("CREATE TABLE t (e ENUM('a', _utf8mb4'b,c', 'it''s', \"q\", x'41') CHARACTER SET latin1)");
    assert_eq!(members[0].data_type.members, ["'a'", "'b,c'", "'it''s'", "\"q\"", "x'41'"]);
    assert_eq!(members[0].data_type.charset, Some("latin1"));
}

#[test]
fn defaults_are_told_as_written() {
    let literal = |sign, text, kind| Default::Literal { sign, text, kind };
    for (written, default) in [
        ("NULL", Default::Null),
        ("-1", literal("-", "1", LiteralKind::Integer)),
        ("1.50", literal("", "1.50", LiteralKind::Real)),
        ("1e3", literal("", "1e3", LiteralKind::Real)),
        ("'it''s'", literal("", "'it''s'", LiteralKind::Text)),
        ("_utf8mb4'x'", literal("", "'x'", LiteralKind::Text)),
        ("'a' 'b'", literal("", "'a' 'b'", LiteralKind::Text)),
        ("b'101'", literal("", "b'101'", LiteralKind::Bits)),
        ("0b101", literal("", "0b101", LiteralKind::Bits)),
        ("0x1F", literal("", "0x1F", LiteralKind::Hex)),
        ("TRUE", literal("", "TRUE", LiteralKind::Boolean)),
        ("NOW(3)", Default::Now("NOW(3)")),
        ("CURRENT_TIMESTAMP", Default::Now("CURRENT_TIMESTAMP")),
        ("(uuid() + (1))", Default::Expression("(uuid() + (1))")),
        ("uuid()", Default::Expression("uuid()")),
    ] {
        let (_, _, attributes) =
            column(&format!("INT NOT NULL DEFAULT {written} ON UPDATE NOW(3) COMMENT 'x' UNIQUE"));
        let expected = [
            Attribute::NotNull,
            Attribute::Default(default),
            Attribute::OnUpdate("NOW(3)"),
            Attribute::Comment("'x'"),
            Attribute::Unique,
        ];
        assert_eq!(attributes, expected, "{written}");
    }
}

#[test]
fn what_stands_behind_a_type_is_read_to_the_end() {
    let (_, _, attributes) = column(
        "INT GENERATED ALWAYS AS (a + (b)) STORED NULL REFERENCES x (y) ON DELETE SET NULL ON UPDATE SET DEFAULT \
         CHECK (c > 0) NOT ENFORCED INVISIBLE COLUMN_FORMAT FIXED PRIMARY KEY",
    );
    assert_eq!(attributes.first(), Some(&Attribute::Generated { stored: true }));
    assert_eq!(attributes.last(), Some(&Attribute::PrimaryKey));
    assert!(attributes.contains(&Attribute::Null) && attributes.contains(&Attribute::Invisible));
    assert!(!attributes.iter().any(|one| matches!(one, Attribute::Default(_) | Attribute::NotNull)));
}

#[test]
fn tables_are_created_with_keys_and_options() {
    let sql = "create /*!32302 temporary */ table if not exists `a``b`.\"t\" (id int, key int, `unique` int, unique int, \
               constraint pk primary key using btree (id desc, `key`(3)), unique u ((lower(x)), id), key k (id), \
               fulltext (x), foreign key (id) references y (id), check (id > 0)) engine=InnoDB, comment 'x', \
               default character set = latin1 collate latin1_bin partition by hash(id) partitions 4 as select 1";
    let Statement::CreateTable(create) = parse(sql, Mode::default()) else { panic!() };
    assert!(create.temporary && create.if_not_exists && !create.or_replace);
    assert_eq!((create.table.database.as_deref(), create.table.table.as_str()), (Some("a`b"), "t"));
    let TableBody::Definition { items, options, selects } = create.body else { panic!() };
    assert!(selects);
    assert_eq!(items.iter().filter(|item| matches!(item, Item::Column(_))).count(), 4);
    assert!(items.contains(&Item::PrimaryKey(vec!["id".into(), "key".into()])));
    let indexes: Vec<_> = items
        .iter()
        .filter_map(|item| if let Item::Index(index) = item { Some(index) } else { None })
        .collect();
    let kinds: Vec<_> = indexes.iter().map(|index| (index.kind, index.name.as_deref())).collect();
    assert_eq!(
        kinds,
        [(IndexKind::Unique, Some("u")), (IndexKind::Plain, Some("k")), (IndexKind::Special, None)]
    );
    assert_eq!(indexes[0].columns(), ["(lower(x))", "id"]);
    assert!(indexes[0].parts[0].is_expression && indexes[0].parts[1].prefix.is_none());
    assert_eq!(items.iter().filter(|item| matches!(item, Item::Other(_))).count(), 2);
    let told: Vec<_> = options.iter().filter(|option| !matches!(option, TableOption::Other(_))).collect();
    let expected =
        [TableOption::Comment("'x'"), TableOption::Charset("latin1"), TableOption::Collation("latin1_bin")];
    assert_eq!(told, expected.iter().collect::<Vec<_>>());
}

#[test]
fn alterations_are_told_one_by_one() {
    let found = specs(
        "ALTER ONLINE TABLE t ADD COLUMN IF NOT EXISTS a INT AFTER b, ADD (c INT, d INT, KEY (c)), MODIFY e INT FIRST, \
         CHANGE f g INT, DROP h, DROP COLUMN `index` CASCADE, DROP INDEX i, RENAME COLUMN j TO k, RENAME INDEX l TO m, \
         ALTER n SET DEFAULT 'x', ALTER COLUMN o DROP DEFAULT, ALTER p SET INVISIBLE, ALTER INDEX q VISIBLE, \
         ADD CONSTRAINT r PRIMARY KEY (s), ADD UNIQUE t (u), ADD INDEX v (w), DROP PRIMARY KEY, \
         CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin, COMMENT='c', DEFAULT CHARSET latin1, ALGORITHM=COPY, \
         ADD PARTITION (PARTITION p1 VALUES LESS THAN (3)), FROBNICATE (a, b) c, EXCHANGE PARTITION p WITH TABLE q.r WITHOUT VALIDATION, RENAME AS x.y",
    );
    assert_eq!(found.len(), 25, "{found:#?}");
    assert!(
        matches!(&found[0], AlterSpec::AddColumn { if_not_exists: true, place: Place::After(b), .. } if b == "b")
    );
    assert!(matches!(&found[1], AlterSpec::AddColumns(items) if items.len() == 3));
    assert!(matches!(&found[2], AlterSpec::ModifyColumn { place: Place::First, .. }));
    assert!(
        matches!(&found[3], AlterSpec::ChangeColumn { old, definition, .. } if old == "f" && definition.name == "g")
    );
    assert!(matches!(&found[5], AlterSpec::DropColumn { name, .. } if name == "index"));
    assert!(matches!(&found[6], AlterSpec::DropIndex { name, .. } if name == "i"));
    assert!(matches!(&found[8], AlterSpec::RenameIndex { old, new } if old == "l" && new == "m"));
    assert!(matches!(
        &found[9],
        AlterSpec::AlterDefault { change: DefaultChange::Set(Default::Literal { .. }), .. }
    ));
    assert!(matches!(&found[11], AlterSpec::AlterDefault { change: DefaultChange::Visible(false), .. }));
    assert_eq!(found[13], AlterSpec::AddPrimaryKey(vec!["s".into()]));
    assert!(
        matches!(&found[14], AlterSpec::AddIndex(index) if index.unique_columns() == Some(vec!["u".into()]))
    );
    assert!(matches!(&found[15], AlterSpec::AddIndex(index) if index.kind == IndexKind::Plain));
    assert!(matches!(
        &found[17],
        AlterSpec::ConvertTo { charset: "utf8mb4", collation: Some("utf8mb4_bin") }
    ));
    assert!(matches!(&found[18], AlterSpec::Option(TableOption::Comment("'c'"))));
    assert!(matches!(&found[23], AlterSpec::ExchangePartition(with) if with.table == "r"));
    assert!(matches!(&found[24], AlterSpec::RenameTo(to) if to.table == "y"));
}

#[test]
fn other_statements_are_told_by_their_kind() {
    for (sql, kind) in [
        ("CREATE DEFINER=`a`@`%` SQL SECURITY INVOKER VIEW v AS SELECT 1", "CREATE VIEW"),
        ("CREATE OR REPLACE ALGORITHM=MERGE VIEW v AS SELECT 1", "CREATE VIEW"),
        ("CREATE DEFINER=x PROCEDURE p() ALTER TABLE t ADD x INT", "CREATE PROCEDURE"),
        ("ALTER USER a IDENTIFIED BY 'x'", "ALTER USER"),
        ("DROP TRIGGER IF EXISTS t", "DROP TRIGGER"),
        ("GRANT SELECT ON t TO x", "GRANT"),
        ("BEGIN", "BEGIN"),
        ("-- nothing", ""),
    ] {
        assert_eq!(parse(sql, Mode::default()), Statement::Other(kind.into()), "{sql}");
    }
    for sql in [
        "FROB TABLE t",
        "ALTER TABLE",
        "ALTER TABLE `t",
        "RENAME TABLE a b",
        "CREATE TABLE t (a INT",
        "CREATE x",
    ] {
        assert_eq!(parse(sql, Mode::default()), Statement::Unknown, "{sql}");
    }
    assert!(matches!(
        parse("ALTER DATABASE CHARACTER SET x", Mode::default()),
        Statement::AlterDatabase { name: None, .. }
    ));
    assert!(matches!(
        parse("SET STATEMENT a='x' FOR DROP TABLE t", Mode::default()),
        Statement::DropTable { .. }
    ));
    assert!(matches!(parse("CREATE UNIQUE INDEX i USING BTREE ON d.t (a, b(3))", Mode::default()),
        Statement::CreateIndex { index, .. } if index.unique_columns() == Some(vec!["a".into(), "b".into()]) && index.parts[1].prefix == Some(3)));
}

#[test]
fn the_text_of_a_statement_is_without_what_stands_around_it() {
    let sql = "/* before */ ALTER TABLE /* why */ t ADD c INT /* here */;\n-- after";
    assert_eq!(parse_with_text(sql, Mode::default()).1, "ALTER TABLE /* why */ t ADD c INT");
}

#[test]
fn texts_mean_what_their_session_says() {
    assert_eq!(meaning(r"'a\'b''c\n\%'", Mode::default()), "a'b'c\n\\%");
    let raw = Mode { no_backslash_escapes: true, ..Mode::default() };
    assert_eq!(meaning(r"'a\n'", raw), r"a\n");
    let ansi = Mode { ansi_quotes: true, ..Mode::default() };
    let Statement::TruncateTable(table) = parse("TRUNCATE \"a\"\"b\"", ansi) else { panic!() };
    assert_eq!(table.table, "a\"b");
}

#[test]
fn version_comments_count_from_their_version_on() {
    let count = |server, sql: &str| {
        let mode = Mode { server, ..Mode::default() };
        let Statement::CreateTable(create) = parse(sql, mode) else { panic!("{sql}") };
        let TableBody::Definition { items, .. } = create.body else { panic!("{sql}") };
        items.len()
    };
    let sql = "CREATE TABLE t (a INT /*!80023 INVISIBLE , b INT */ /*M!100303 , c INT */ /*!99999 , d /* in */ INT */ /*! , e INT*/)";
    assert_eq!(count(Server::Any, &sql.replace("/* in */", "")), 5);
    assert_eq!(count(Server::MySql(80_022), sql), 2);
    assert_eq!(count(Server::MySql(90_704), sql), 3);
    assert_eq!(count(Server::MariaDb(101_119), sql), 3);
}

#[test]
fn texts_in_dollar_quotes_are_stepped_over() {
    let function = "CREATE FUNCTION f() RETURNS INT LANGUAGE JAVASCRIPT AS $js$ it's `one; $$ $js$";
    assert_eq!(parse(function, Mode::default()), Statement::Other("CREATE FUNCTION".into()));
    assert_eq!(columns("CREATE TABLE t ($$a INT, b$$ INT)").len(), 2);
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,120}") {
        let _read = parse(&text, Mode::default());
    }

    #[test]
    fn any_words_are_read(words in prop::collection::vec(prop::sample::select(&[
        "CREATE", "ALTER", "DROP", "RENAME", "TABLE", "DATABASE", "t", "shop", ".", "(", ")", ",", "ADD", "COLUMN", "a", "INT",
        "ENUM", "'x'", "'", "`", "PRIMARY", "KEY", "UNIQUE", "TO", "/*!", "*/", "--", "LIKE", "CHARSET", "=", "AFTER", "\\",
        "DEFAULT", "NULL", "NOT", "AS", "SELECT", "CONSTRAINT", "INDEX", "ON", "0x", "1.5", "CONVERT", "MODIFY", "CHANGE",
    ][..]), 0..40)) {
        let _read = parse(&words.join(" "), Mode::default());
    }
}

#[test]
fn deep_brackets_are_stepped_over() {
    let deep =
        format!("CREATE TABLE t (a INT DEFAULT {}1{}, b INT)", "(".repeat(100_000), ")".repeat(100_000));
    assert_eq!(columns(&deep).len(), 2);
}

#[test]
fn a_statement_that_is_too_long_is_not_read_but_its_table_is_known() {
    let long = format!("ALTER TABLE shop.t ADD c INT COMMENT '{}'", "x".repeat(17 << 20));
    assert_eq!(parse(&long, Mode::default()), Statement::Unknown);
    assert_eq!(first_table(&long, Mode::default()).unwrap().table, "t");
    assert_eq!(first_table("ALTER TABLE t FROB (", Mode::default()).unwrap().table, "t");
}

#[test]
fn a_text_is_cut_into_its_statements() {
    let text =
        "CREATE TABLE a (x INT); -- one; two\n;; INSERT INTO a VALUES ('a;b'); /* c; */ DROP TABLE `a;`";
    let found: Vec<&str> = statements(text, Mode::default()).collect();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[1].contains("'a;b'") && found[2].ends_with("`a;`"));
    assert_eq!(statements("'open; and on", Mode::default()).count(), 1);
}

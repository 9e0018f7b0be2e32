//! Connectors' configs as native TOML: read back, the plan is the same.

use super::*;

const LEAST: &str = "connector.class=io.debezium.connector.mysql.MySqlConnector\ndatabase.hostname=db\n\
    database.user=u\ntopic.prefix=shop\nsnapshot.mode=no_data\n";

/// Configs of all shapes; what is not supported in them is left out of both.
const CORPUS: [(&str, &str); 12] = [
    (
        "masks.properties",
        "column.exclude.list=shop\\\\.a\\\\.secret\ncolumn.mask.with.12.chars=shop.a.x\ncolumn.truncate.to.4.chars=shop.a.y\n\
         column.mask.hash.SHA-256.with.salt.a.b=shop.a.z\ncolumn.mask.hash.v2.MD5.with.salt.$$=shop.a.w\n",
    ),
    ("least.properties", LEAST),
    (
        "first-version.properties",
        "name=inventory-connector\nconnector.class=io.debezium.connector.mysql.MySqlConnector\ntasks.max=1\n\
         database.hostname=192.168.99.100\ndatabase.port=3306\ndatabase.user=debezium\ndatabase.password=dbz\n\
         database.server.id=184054\ndatabase.server.name=fullfillment\ndatabase.whitelist=inventory\n\
         database.history.kafka.bootstrap.servers=kafka:9092\ndatabase.history.kafka.topic=history\n\
         include.schema.changes=true\n",
    ),
    (
        "posted.json",
        r#"{"name":"c","config":{"connector.class":"MySqlCdcSourceV2","database.hostname":"::1","database.port":3310,
        "database.user":"u","database.password":"a b'\"c\\","topic.prefix":"p","table.include.list":"shop\\.(a|b),x\\.\\d+",
        "decimal.handling.mode":"string","binary.handling.mode":"base64-url-safe","tombstones.on.delete":"false",
        "heartbeat.interval.ms":5000,"transforms":"route","transforms.route.type":"org.apache.kafka.connect.transforms.RegexRouter",
        "transforms.route.regex":"(.*)","transforms.route.replacement":"$1"}}"#,
    ),
    (
        "bare.json",
        r#"{"database.hostname":"h","database.user":"u","topic.prefix":"p","database.exclude.list":"tmp.*",
        "time.precision.mode":"connect","bigint.unsigned.handling.mode":"precise","include.query":true,
        "topic.delimiter":"_","extended.headers.enabled":false,"database.ssl.mode":"required"}"#,
    ),
    (
        "application.properties",
        "debezium.sink.type=kafka\ndebezium.sink.kafka.producer.bootstrap.servers=k:9092\n\
         debezium.source.connector.class=io.debezium.connector.mysql.MySqlConnector\n\
         debezium.source.offset.storage.file.filename=data/offsets.dat\ndebezium.source.database.hostname=h\n\
         debezium.source.database.user=u\ndebezium.source.database.password=p\ndebezium.source.topic.prefix=t\n\
         debezium.format.value=json\ndebezium.format.value.schemas.enable=false\ndebezium.transforms=unwrap\n\
         debezium.transforms.unwrap.type=io.debezium.transforms.ExtractNewRecordState\nquarkus.log.level=INFO\n",
    ),
    (
        "strimzi.yaml",
        "apiVersion: kafka.strimzi.io/v1\nkind: KafkaConnector\nmetadata:\n  name: inventory\n  labels:\n    \
         strimzi.io/cluster: c\nspec:\n  class: io.debezium.connector.mysql.MySqlConnector\n  tasksMax: 1\n  \
         autoRestart:\n    enabled: true\n  config:\n    database.hostname: mysql\n    database.port: 3306\n    \
         database.user: u\n    database.password: p\n    database.server.id: 184054\n    topic.prefix: mysql\n    \
         database.include.list: inventory\n    tombstones.on.delete: false\n",
    ),
    (
        "native-keys.properties",
        "becauselog.source.tls.ca=/ca.pem\nbecauselog.limits.shutdown_ms=7\n\
        becauselog.source.start=earliest\nbecauselog.state.dir=/var/lib/x\n",
    ),
    ("awkward.properties", "database.password=a$${x}'b#\\u00e9\ndatabase.connectionTimeZone=UTC\n"),
    (
        "both-names.properties",
        "database.server.name=old\ntable.whitelist=shop.a\ntable.include.list=shop.b\nfoo.bar=1\n",
    ),
    (
        "converters.properties",
        "converters=b,z\nb.type=io.debezium.connector.binlog.converters.TinyIntOneToBooleanConverter\n\
         b.selector=shop\\\\.t\\\\..*\nz.type=io.debezium.connector.binlog.converters.ZeroDateFallbackConverter\n\
         z.column.shop.t.d.fallback=1900-01-01\nz.target.types=DATE\n",
    ),
    (
        "sources.properties",
        "gtid.source.excludes=aaaaaaaa-.*,bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb\nerrors.tolerance=all\ndatabase.names=shop\n\
         table.ignore.builtin=false\n",
    ),
];

fn migrate_of(files: &Files) -> Migration {
    migrate(&files.paths, &files.overrides, &files.outside).unwrap_or_else(|error| panic!("{error}"))
}

/// A plan as text, without its notes; the password is compared in clear.
fn plan_text(files: &Files) -> String {
    let plan = files.plan();
    let password = password(&plan).to_owned();
    format!("{:#?}\n{password}", RunPlan { notes: Vec::new(), ..plan })
}

fn outcome(migration: &Migration, key: &str) -> Outcome {
    let found = migration.entries.iter().find(|entry| entry.key == key);
    found.unwrap_or_else(|| panic!("{key} is not in the report")).outcome
}

/// A config of the corpus; what lacks an address stands behind the least one.
fn whole((name, text): (&str, &str)) -> Files {
    let alone = text.contains("database.hostname");
    file(name, &if alone { text.to_owned() } else { format!("{LEAST}{text}") })
}

#[test]
fn the_plan_of_the_toml_is_the_plan_of_the_original() {
    let mut originals: Vec<Files> = CORPUS.into_iter().map(whole).collect();
    for name in ["debezium-sample.properties", "debezium-connector.json", "debezium-server.properties"] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../config").join(name);
        originals.push(file(name, &std::fs::read_to_string(path).unwrap()).variable("MYSQL_PASSWORD", "m"));
    }
    for original in originals {
        let original = original.lenient();
        let migration = migrate_of(&original);
        let mut back = file("back.toml", &migration.toml);
        back.outside = original.outside.clone();
        assert_eq!(plan_text(&back), plan_text(&original), "{:?}\n{}", original.paths, migration.toml);
    }
}

#[test]
fn every_key_is_told_once() {
    for one in CORPUS {
        let migration = migrate_of(&whole(one));
        let mut keys: Vec<&str> = migration.entries.iter().map(|entry| entry.key.as_str()).collect();
        let told = keys.len();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), told, "{}: {keys:?}", one.0);
    }
    let migration = migrate_of(&file("a.properties", &format!("{LEAST}{}", CORPUS[9].1)));
    assert_eq!(outcome(&migration, "table.whitelist"), Outcome::NoEffect);
    assert_eq!(outcome(&migration, "database.server.name"), Outcome::NoEffect);
    assert_eq!(outcome(&migration, "table.include.list"), Outcome::Kept);
    assert_eq!(outcome(&migration, "foo.bar"), Outcome::Refused);
    let migration = migrate_of(&file("b.properties", CORPUS[2].1));
    assert_eq!(outcome(&migration, "database.whitelist"), Outcome::Renamed);
    assert_eq!(outcome(&migration, "database.history.kafka.topic"), Outcome::NoEffect);
    assert_eq!(outcome(&migration, "tasks.max"), Outcome::NoEffect);
}

#[test]
fn a_value_that_cannot_be_taken_is_refused_by_its_key() {
    let migration = migrate_of(&file("a.properties", &format!("{LEAST}table.whitelist=(?!x).*\n")));
    let refused: Vec<_> =
        migration.entries.iter().filter(|entry| entry.outcome == Outcome::Refused).collect();
    assert_eq!(refused[0].key, "table.whitelist");
    assert!(refused[0].why.contains("looks ahead"), "{}", refused[0].why);
}

#[test]
fn references_stay_references_and_need_not_lead_anywhere_yet() {
    let text = "database.hostname=${env:DB_HOST}\ndatabase.port=3310\ndatabase.user=${file:/etc/db.properties:user}\n\
        database.password=x${DB_PASSWORD:dbz}y\ntopic.prefix=shop\ntable.include.list=${TABLES:shop.*}\n";
    let files = file("a.properties", text);
    let migration = migrate_of(&files);
    for expected in [
        "\"${env:DB_HOST}:3310\"",
        "\"${property:/etc/db.properties:user}\"",
        "\"x${env:DB_PASSWORD:dbz}y\"",
        "\"shop.*\"",
    ] {
        assert!(migration.toml.contains(expected), "{expected} in {}", migration.toml);
    }
    let secrets = files.beside("db.properties", "user = someone\n");
    let toml = migration.toml.replace("/etc/db.properties", &secrets.display().to_string());
    let back = file("b.toml", &toml).variable("DB_HOST", "h").plan();
    assert_eq!((user(&back), password(&back), port(&back)), ("someone", "xdbzy", 3310));
    let unknown = migrate_of(&file("a.properties", &format!("{LEAST}database.password=${{secrets:a:b}}\n")));
    assert_eq!(outcome(&unknown, "database.password"), Outcome::Refused);
}

#[test]
fn what_is_no_connectors_config_is_told() {
    let told = |name: &str, text: &str| {
        let files = file(name, text);
        migrate(&files.paths, &files.overrides, &files.outside).expect_err("no config").to_string()
    };
    assert!(told("a.toml", "name = \"x\"\n").contains("native"));
    assert!(told("config.properties", "producer=stdout\nhost=h\nuser=u\n").contains("Maxwell"));
    assert!(told("a.yaml", "kind: Deployment\n").contains("KafkaConnector"));
    let text = told("a.yaml", "kind: KafkaConnector\nspec:\n  config:\n    pw: [hunter2\n");
    assert!(text.contains("line ") && !text.contains("hunter2"), "{text}");
    let other = "connector.class=io.debezium.connector.postgresql.PostgresConnector\ndatabase.hostname=h\n";
    assert!(told("a.properties", other).contains("`connector.class`"));
}

#[test]
fn strimzis_connector_with_its_worker_in_one_file() {
    let connector = CORPUS[6].1;
    let worker = "---\nkind: KafkaConnect\nspec:\n  bootstrapServers: k:9092\n  config:\n    group.id: c\n    \
        value.converter: org.apache.kafka.connect.json.JsonConverter\n    value.converter.schemas.enable: false\n";
    let plan = file("a.yaml", &format!("{connector}{worker}")).plan();
    assert_eq!(plan.name, "mysql");
    assert!(notes(&plan).contains("of the worker's file"), "{}", notes(&plan));
}

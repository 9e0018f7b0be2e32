//! GTID sets agree with the server's own functions: normal form, GTID_SUBTRACT, GTID_SUBSET.

use becauselog_model::GtidSet;
use becauselog_testkit::{MysqlServer, Version};
use mysql_async::prelude::Queryable;
use rand::{RngExt as _, SeedableRng as _, rngs::SmallRng};

const SOURCES: [&str; 3] = [
    "3e11fa47-71ca-11e1-9e33-c80aa9429562",
    "00000000-0000-0000-0000-0000000000ff",
    "FFFFFFFF-71CA-11E1-9E33-C80AA9429562",
];
const TAGS: [&str; 3] = ["a", "b_2", "_zz"];

/// A set as a user might write it: in any order, overlapping, adjacent, empty intervals, sources named twice.
fn scrambled(rng: &mut SmallRng, tags: bool) -> String {
    let groups: Vec<String> = (0..rng.random_range(0..4))
        .map(|_| {
            let mut text = SOURCES[rng.random_range(0..SOURCES.len())].to_owned();
            for _ in 0..rng.random_range(1..4) {
                if tags && rng.random_bool(0.4) {
                    text += &format!(":{}", TAGS[rng.random_range(0..TAGS.len())]);
                }
                for _ in 0..rng.random_range(1..4) {
                    let first: u64 = rng.random_range(1..40);
                    text += &match rng.random_range(0..3) {
                        0 => format!(":{first}"),
                        _ => format!(":{first}-{}", first + rng.random_range(0..9)),
                    };
                }
            }
            text
        })
        .collect();
    groups.join(" ,\n")
}

#[tokio::test]
async fn sets_are_what_the_server_makes_of_them() {
    let pairs = if std::env::var_os("BECAUSELOG_SOAK").is_some() { 20_000 } else { 1_000 };
    for version in [Version::V9_7, Version::V8_0, Version::V5_7] {
        let server = MysqlServer::builder(version).start().await.unwrap();
        let mut conn = server.conn().await.unwrap();
        let mut rng = SmallRng::seed_from_u64(20);
        let tags = server.dialect().has_gtid_tags();
        let (mut subsets, mut cut) = (0, 0);
        for _ in 0..pairs {
            let (a, b) = (scrambled(&mut rng, tags), scrambled(&mut rng, tags));
            let sql = "SELECT GTID_SUBTRACT(?, ''), GTID_SUBTRACT(?, ?), GTID_SUBSET(?, ?)";
            let answer: Option<(String, String, bool)> =
                conn.exec_first(sql, (&a, &a, &b, &a, &b)).await.unwrap();
            let (normal, left, is_subset) = answer.unwrap();
            let (set_a, set_b): (GtidSet, GtidSet) = (a.parse().unwrap(), b.parse().unwrap());
            assert_eq!(set_a.to_string(), normal.replace('\n', ""), "the normal form of {a:?}");
            let ours = set_a.subtract(&set_b).to_string();
            assert_eq!(ours, left.replace('\n', ""), "{a:?} without {b:?}");
            assert_eq!(set_b.contains_set(&set_a), is_subset, "{a:?} in {b:?}");
            subsets += usize::from(is_subset);
            cut += usize::from(ours != set_a.to_string());
        }
        assert!(subsets > pairs / 20 && cut > pairs / 20, "too few telling pairs: {subsets}, {cut}");
        println!("{version:?}: {pairs} pairs, {subsets} subsets, {cut} cut");
    }
}

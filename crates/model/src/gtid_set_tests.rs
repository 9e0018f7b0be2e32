#![allow(clippy::unwrap_used, clippy::arithmetic_side_effects)]
use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const A: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const B: &str = "4e11fa47-71ca-11e1-9e33-c80aa9429562";

fn set(text: &str) -> GtidSet {
    text.parse().unwrap()
}

#[test]
fn prints_the_servers_normal_form() {
    let text = format!("{B}:1-3,{A}:tag:1-5:2:9, {A}:20-30:1-19:40\n");
    assert_eq!(set(&text).to_string(), format!("{A}:1-30:40:tag:1-5:9,{B}:1-3"));
}

#[test]
fn reads_tags_after_numbers() {
    let parsed = set(&format!("{A}:1-20:tag:1-5:other:7"));
    assert!(parsed.contains(&format!("{A}:tag:5").parse().unwrap()));
    assert!(parsed.contains(&format!("{A}:other:7").parse().unwrap()));
    assert!(!parsed.contains(&format!("{A}:other:5").parse().unwrap()));
    assert!(parsed.contains(&format!("{A}:20").parse().unwrap()));
}

#[test]
fn mariadbs_positions_are_per_domain() {
    let mut seen = set("1-2-7, 0-1-42");
    assert_eq!(seen.to_string(), "0-1-42,1-2-7");
    assert_eq!(seen.flavor(), Some(Flavor::MariaDb));
    let gtid = |text: &str| text.parse::<Gtid>().unwrap();
    assert!(seen.contains(&gtid("0-1-42")) && !seen.contains(&gtid("0-1-43")));
    assert!(!seen.contains(&gtid("2-1-1")), "a domain that was not seen");
    assert!(!seen.contains(&gtid("0-9-41")) && seen.covers(&gtid("0-9-41")) && !seen.covers(&gtid("0-9-43")));
    seen.insert(&gtid("0-3-43"));
    assert_eq!(seen.to_string(), "0-1-42,0-3-43,1-2-7", "as @@gtid_binlog_state");
    assert_eq!(seen.positions().map(|gtid| gtid.to_string()).collect::<Vec<_>>(), ["0-3-43", "1-2-7"]);
    assert_eq!(set(&seen.to_string()), seen);
}

#[test]
fn where_numbers_of_a_domain_go_back_the_last_one_seen_is_the_position() {
    let mut seen = set("0-1-10");
    seen.insert(&"0-2-5".parse().unwrap());
    assert_eq!(seen.positions().map(|gtid| gtid.to_string()).collect::<Vec<_>>(), ["0-2-5"]);
    assert!(seen.contains(&"0-1-10".parse().unwrap()) && !seen.contains(&"0-2-6".parse().unwrap()));
    // Who reads to the state of a server waits for the very last GTID.
    assert_eq!(seen.unreached(&set("0-1-10")), seen);
    assert!(seen.unreached(&set("0-2-5")).is_empty() && set("0-1-10").unreached(&set("0-9-10")).is_empty());
    assert!(seen.contains_set(&set("0-1-10")) && !set("0-1-10").contains(&"0-2-5".parse().unwrap()));
}

#[test]
fn mariadbs_positions_are_compared_domain_by_domain() {
    let early = set("0-1-10,1-1-5");
    assert!(set("0-2-11,1-1-5").contains_set(&early) && !set("0-2-11").contains_set(&early));
    assert_eq!(set("0-1-12,1-1-5,2-1-1").subtract(&early).to_string(), "0-1-12,2-1-1");
    let mut joined = early.clone();
    joined.extend(&set("0-2-11"));
    assert_eq!(joined.to_string(), "0-1-10,0-2-11,1-1-5");
    for bad in ["0-1", "0-1-", "0-x-1-5", "0-1-2-3", "4294967296-1-1", "0-1--1"] {
        assert!(bad.parse::<GtidSet>().is_err(), "{bad}");
    }
}

#[test]
fn refuses_what_is_no_set() {
    for bad in [
        "x",
        A,
        &format!("{A}:"),
        &format!("{A}:0"),
        &format!("{A}:1-"),
        &format!("{A}:tag"),
        &format!("{A}:1:2x"),
    ] {
        assert!(bad.parse::<GtidSet>().is_err(), "{bad} was taken");
    }
    assert!(set("").is_empty());
}

/// The naive truth: every single GTID in a tree.
fn naive(set: &GtidSet) -> BTreeSet<(ServerUuid, Tag, u64)> {
    let mut all = BTreeSet::new();
    for (source, tag, intervals) in set.groups() {
        for i in intervals {
            all.extend((i.first..=i.last).map(|n| (*source, tag.clone(), n)));
        }
    }
    all
}

fn any_set() -> impl Strategy<Value = GtidSet> {
    let interval = (0..2usize, 0..3usize, 1u64..60, 0u64..8);
    prop::collection::vec(interval, 0..12).prop_map(|intervals| {
        let mut set = GtidSet::new();
        for (source, tag, first, more) in intervals {
            let source = [A, B].get(source).unwrap().parse().unwrap();
            let tag = match tag {
                0 => Tag::NONE,
                1 => Tag::new("a").unwrap(),
                _ => Tag::new("b_2").unwrap(),
            };
            set.insert_interval(source, &tag, Interval { first, last: first + more });
        }
        set
    })
}

fn is_normal(set: &GtidSet) -> bool {
    set.groups().all(|(_, _, intervals)| {
        !intervals.is_empty() && intervals.windows(2).all(|w| w[0].last + 1 < w[1].first)
    })
}

proptest! {
    #[test]
    fn algebra_agrees_with_plain_sets(a in any_set(), b in any_set()) {
        let (na, nb) = (naive(&a), naive(&b));
        for (made, truth) in [
            (a.union(&b), &na | &nb),
            (a.subtract(&b), &na - &nb),
            (a.intersection(&b), &na & &nb),
        ] {
            prop_assert!(is_normal(&made));
            prop_assert_eq!(made.len(), truth.len() as u64);
            prop_assert_eq!(naive(&made), truth);
        }
        prop_assert_eq!(a.contains_set(&b), nb.is_subset(&na));
    }

    #[test]
    fn text_survives_a_round_trip(a in any_set()) {
        prop_assert_eq!(&a.to_string().parse::<GtidSet>().unwrap(), &a);
    }
}

//! Diffs applied to the document that they were made from: what the row has after a partial update.
//!
//! Source: the server's `apply_json_diffs`. Only the containers on a diff's path are opened; all else is copied as it is.

use std::borrow::Cow;

use super::{
    DEPTH_MAX, JsonbError, Operation, Value, diffs, parse,
    path::{Leg, legs},
    write,
};

/// A document that is being changed.
#[derive(Debug)]
pub(super) enum Node<'a> {
    /// As it was, or as a diff brought it.
    Kept(Value<'a>),
    /// Members in the server's order.
    Object(Vec<(Cow<'a, [u8]>, Node<'a>)>),
    Array(Vec<Node<'a>>),
}

/// The document that the diffs of a [`crate::Cell::JsonDiff`] make of the one before.
///
/// # Errors
/// When either cannot be read, or a diff does not fit: [`JsonbError::DoesNotFit`].
pub fn apply(document: &[u8], changes: &[u8]) -> Result<Vec<u8>, JsonbError> {
    let mut root = Node::Kept(parse(document)?);
    for diff in diffs(changes) {
        let diff = diff?;
        let path = legs(diff.path)?;
        if path.len() > DEPTH_MAX {
            return Err(JsonbError::TooDeep);
        }
        match diff.operation {
            Operation::Replace(value) => *seek(&mut root, &path)? = Node::Kept(value),
            Operation::Insert(value) => {
                let (last, way) = path.split_last().ok_or(JsonbError::DoesNotFit)?;
                insert(seek(&mut root, way)?, last, Node::Kept(value))?;
            }
            Operation::Remove => {
                let (last, way) = path.split_last().ok_or(JsonbError::DoesNotFit)?;
                remove(seek(&mut root, way)?, last)?;
            }
        }
    }
    write::document(&root)
}

impl<'a> Node<'a> {
    /// Members become nodes of their own.
    fn open(&mut self) -> Result<(), JsonbError> {
        let opened = match self {
            Node::Kept(Value::Object(members)) => {
                let members = members.members().map(|member| {
                    let (key, value) = member?;
                    Ok((Cow::Borrowed(key), Node::Kept(value)))
                });
                Node::Object(members.collect::<Result<_, JsonbError>>()?)
            }
            Node::Kept(Value::Array(members)) => {
                let members = members.members().map(|member| Ok(Node::Kept(member?.1)));
                Node::Array(members.collect::<Result<_, JsonbError>>()?)
            }
            _ => return Ok(()),
        };
        *self = opened;
        Ok(())
    }
}

/// The value at a path, which exists. A value that is no array is its own first and last element.
fn seek<'n, 'a>(mut node: &'n mut Node<'a>, path: &[Leg<'_>]) -> Result<&'n mut Node<'a>, JsonbError> {
    for leg in path {
        node.open()?;
        node = match (leg, node) {
            (Leg::Member(name), Node::Object(members)) => {
                let place = place(members, name).map_err(|_| JsonbError::DoesNotFit)?;
                members.get_mut(place).map(|(_, value)| value).ok_or(JsonbError::DoesNotFit)?
            }
            (Leg::Cell { .. }, Node::Array(cells)) => {
                let place = leg.place(cells.len()).filter(|place| *place < cells.len());
                place.and_then(|place| cells.get_mut(place)).ok_or(JsonbError::DoesNotFit)?
            }
            (Leg::Cell { index: 0, .. }, whole) => whole,
            _ => return Err(JsonbError::DoesNotFit),
        };
    }
    Ok(node)
}

/// Where a member is, or belongs.
fn place(members: &[(Cow<'_, [u8]>, Node<'_>)], name: &[u8]) -> Result<usize, usize> {
    members.binary_search_by(|(key, _)| key.len().cmp(&name.len()).then_with(|| (**key).cmp(name)))
}

fn insert<'a>(parent: &mut Node<'a>, leg: &Leg<'a>, value: Node<'a>) -> Result<(), JsonbError> {
    parent.open()?;
    match (leg, parent) {
        (Leg::Member(name), Node::Object(members)) => {
            let Err(place) = place(members, name) else { return Err(JsonbError::DoesNotFit) };
            members.insert(place, (name.clone(), value));
        }
        (Leg::Cell { .. }, Node::Array(cells)) => {
            // Beyond the last one is behind it; before the first one is at the front.
            let place = leg.place(cells.len()).unwrap_or(0).min(cells.len());
            cells.insert(place, value);
        }
        _ => return Err(JsonbError::DoesNotFit),
    }
    Ok(())
}

fn remove(parent: &mut Node<'_>, leg: &Leg<'_>) -> Result<(), JsonbError> {
    parent.open()?;
    match (leg, parent) {
        (Leg::Member(name), Node::Object(members)) => {
            let place = place(members, name).map_err(|_| JsonbError::DoesNotFit)?;
            members.remove(place);
        }
        (Leg::Cell { .. }, Node::Array(cells)) => {
            let place = leg.place(cells.len()).filter(|place| *place < cells.len());
            cells.remove(place.ok_or(JsonbError::DoesNotFit)?);
        }
        _ => return Err(JsonbError::DoesNotFit),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use proptest::prelude::*;

    use super::*;

    /// `{"a": "b"}` as the server stores it.
    const DOCUMENT: [u8; 15] = [0x00, 1, 0, 14, 0, 11, 0, 1, 0, 0x0c, 12, 0, b'a', 1, b'b'];

    fn diff(operation: u8, path: &str, value: &[u8]) -> Vec<u8> {
        let mut bytes = vec![operation, u8::try_from(path.len()).unwrap()];
        bytes.extend_from_slice(path.as_bytes());
        if operation < 2 {
            bytes.push(u8::try_from(value.len()).unwrap());
            bytes.extend_from_slice(value);
        }
        bytes
    }

    fn shown(value: Value<'_>) -> String {
        match value {
            Value::Object(object) => {
                let member = |member: Result<(&[u8], Value<'_>), JsonbError>| {
                    let (key, value) = member.unwrap();
                    format!("{}:{}", String::from_utf8_lossy(key), shown(value))
                };
                format!("{{{}}}", object.members().map(member).collect::<Vec<_>>().join(","))
            }
            Value::Array(array) => {
                let cells: Vec<_> = array.members().map(|member| shown(member.unwrap().1)).collect();
                format!("[{}]", cells.join(","))
            }
            Value::Str(bytes) => format!("'{}'", String::from_utf8_lossy(bytes)),
            Value::Int(n) => n.to_string(),
            Value::Bool(b) => b.to_string(),
            Value::Null => "null".to_owned(),
            other => format!("{other:?}"),
        }
    }

    fn applied(changes: &[Vec<u8>]) -> Result<String, JsonbError> {
        let document = apply(&DOCUMENT, &changes.concat())?;
        Ok(shown(parse(&document)?))
    }

    #[test]
    fn members_are_replaced_added_in_the_servers_order_and_removed() {
        let (t, n) = ([0x04, 1], [0x05, 7, 0]);
        assert_eq!(applied(&[]).unwrap(), "{a:'b'}");
        assert_eq!(applied(&[diff(0, "$.a", &t)]).unwrap(), "{a:true}");
        let added = [diff(1, "$.bb", &t), diff(1, "$.\"b \\\"\\u00e9\"", &n), diff(1, "$.c", &DOCUMENT)];
        assert_eq!(applied(&added).unwrap(), "{a:'b',c:{a:'b'},bb:true,b \"é:7}");
        assert_eq!(applied(&[added[2].clone(), diff(2, "$.c.a", &[])]).unwrap(), "{a:'b',c:{}}");
        assert_eq!(applied(&[diff(0, "$", &n)]).unwrap(), "7");
    }

    #[test]
    fn cells_are_counted_from_either_end() {
        let n = |n: u8| [0x05, n, 0];
        let empty = [0x02, 0, 0, 4, 0];
        let start = [diff(0, "$.a", &empty), diff(1, "$.a[9]", &n(1)), diff(1, "$.a[1]", &n(3))];
        let with = |more: &[Vec<u8>]| applied(&[&start, more].concat());
        assert_eq!(with(&[diff(1, "$.a[1]", &n(2))]).unwrap(), "{a:[1,2,3]}");
        assert_eq!(with(&[diff(0, "$.a[last]", &n(9)), diff(2, "$.a[last-1]", &[])]).unwrap(), "{a:[9]}");
        // A value that is no array is its own first element.
        assert_eq!(with(&[diff(0, "$[0].a[0][last]", &n(8))]).unwrap(), "{a:[8,3]}");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let t = [0x04, 1];
        let wrong = ["$.b", "$.a.b", "$[1]", "$.a[1]"];
        for path in wrong {
            assert_eq!(applied(&[diff(0, path, &t)]), Err(JsonbError::DoesNotFit), "{path}");
        }
        for path in ["$", "$.a", "$[0]", "$.b.c"] {
            assert_eq!(applied(&[diff(1, path, &t)]), Err(JsonbError::DoesNotFit), "{path}");
        }
        for path in ["$", "$.b", "$[0]"] {
            assert_eq!(applied(&[diff(2, path, &[])]), Err(JsonbError::DoesNotFit), "{path}");
        }
        let deep = format!("${}", "[0]".repeat(40));
        assert!(applied(&[diff(0, &deep, &t)]).is_ok());
        let bytes =
            [&[0, 252, 0x2d, 1][..], format!("$.{}", "[0]".repeat(100)).as_bytes(), &[2, 4, 1]].concat();
        assert!(apply(&DOCUMENT, &bytes).is_err());
    }

    proptest! {
        #[test]
        fn never_panics_on_any_bytes(
            operation in 0u8..3,
            path in "\\$(\\.[ab]|\\[[0-2]\\]|\\[last(-1)?\\]|\\.\"a\\\\u00e9\"){0,4}",
            value in prop::collection::vec(any::<u8>(), 0..40),
            document in prop::collection::vec(any::<u8>(), 0..60),
        ) {
            let changes = diff(operation, &path, &value);
            let _any = apply(&document, &changes).is_ok();
            let _known = apply(&DOCUMENT, &changes).is_ok();
        }
    }
}

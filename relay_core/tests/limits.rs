//! Every limit by its name: what is just within it passes, one more is refused with the limit's name and number.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used)]

mod model;

use std::collections::BTreeSet;
use std::sync::Arc;

use model::ops::{CANVAS, DIV, FRAME, document, frame, head, insert, relocate};
use relay_core::error::{Misuse, Refused};
use relay_core::limits::Limits;
use relay_core::mask::Plan;
use relay_core::op::{NewDocument, Op, Shape, Subtree, SubtreeNode, Text, What};
use relay_core::replica::Replica;

/// What one more than the limit allows is added to: document 1 with 2 > (3 > 4 text, 5).
fn page() -> Vec<Op> {
    let nodes = [(2, 0, DIV), (3, 1, DIV), (4, 2, What::Text), (5, 1, DIV)];
    vec![document(1, 0), insert(1, 0, &nodes)]
}

fn long(length: usize) -> Text {
    "x".repeat(length).into()
}

fn set(name: &str, value: Text) -> Op {
    Op::SetAttribute {
        node: 5,
        name: name.into(),
        value,
    }
}

fn pairs(count: usize) -> Vec<(Text, Text)> {
    let names = (0..count).map(|number| format!("data-{number}"));
    names
        .map(|name| (name.as_str().into(), "".into()))
        .collect()
}

fn set_all(count: usize) -> Op {
    Op::SetAttributes {
        node: 5,
        attributes: pairs(count),
    }
}

fn picture(length: usize) -> String {
    format!("{:A<length$}", "iVBORw0KGgo")
}

/// A canvas with tiles.
fn canvas(pictures: &[String]) -> Vec<Op> {
    let mut ops = vec![insert(2, 0, &[(100, 0, CANVAS)])];
    for (column, picture) in pictures.iter().enumerate() {
        ops.push(Op::SetTile {
            node: 100,
            column: column as u32,
            row: 0,
            picture: picture.as_str().into(),
        });
    }
    ops
}

/// `count` elements in a row, or one below the other.
fn elements(count: usize, nested: bool) -> Op {
    let nodes: Vec<_> = (0..count as u32)
        .map(|index| (100 + index, if nested { index } else { 0 }, DIV))
        .collect();
    insert(2, 0, &nodes)
}

/// `count` frames with a document each, side by side or one inside the other.
fn frames(count: usize, nested: bool) -> Vec<Op> {
    let mut ops = Vec::new();
    for index in 0..count as u32 {
        let parent = if nested && index > 0 {
            99 + 2 * index
        } else {
            2
        };
        ops.push(insert(parent, 0, &[(100 + 2 * index, 0, FRAME)]));
        ops.push(document(101 + 2 * index, 100 + 2 * index));
    }
    ops
}

fn title(length: usize) -> Op {
    Op::SetTitle {
        node: 1,
        title: long(length),
    }
}

fn address(length: usize, base: usize) -> Op {
    Op::SetAddress {
        node: 1,
        address: long(length),
        base: long(base),
    }
}

fn label(length: usize) -> Op {
    Op::SetMask {
        node: 3,
        level: 1,
        label: long(length),
        width: 0,
        height: 0,
    }
}

fn frame_document(length: usize) -> Op {
    Op::Document(Box::new(NewDocument {
        node: 101,
        frame: 100,
        address: long(length),
        base: "".into(),
        title: "".into(),
        doctype: "".into(),
        quirks: 0,
    }))
}

fn sheet(base: usize, text: usize) -> Op {
    Op::SetSheet {
        node: 5,
        base: long(base),
        text: long(text),
    }
}

fn constructed(sheet: u32) -> Op {
    Op::SetConstructed {
        sheet,
        base: "".into(),
        text: long(1),
    }
}

/// The document adopts sheets 1 to `count`.
fn adopted(count: usize) -> Op {
    let numbers: Vec<_> = (1..=count).map(|number| number.to_string()).collect();
    Op::SetAdopted {
        node: 1,
        sheets: numbers.join(" ").as_str().into(),
    }
}

/// An element that comes with one attribute.
fn with_attribute(name: &str, length: usize) -> (Vec<Shape>, Vec<Op>) {
    let shape = Shape {
        namespace: 0,
        tag: "p".into(),
        attributes: vec![name.into()],
    };
    let nodes = vec![SubtreeNode {
        id: 100,
        depth: 0,
        what: What::Element(0),
    }];
    let values = vec![long(length)];
    let op = Op::Insert {
        parent: 2,
        after: 0,
        nodes: Subtree { nodes, values },
    };
    (vec![shape], vec![op])
}

fn shaped((shapes, ops): &(Vec<Shape>, Vec<Op>)) -> Vec<u8> {
    let mut encoder = relay_core::encoder::Encoder::default();
    for op in ops {
        encoder.op(op, shapes);
    }
    encoder.finish(&head(1, 2), usize::MAX)
}

/// `count` elements, each of a tag of its own: so many shapes, and names that the dictionary has not.
fn tags(count: usize) -> Vec<u8> {
    let shape = |number| Shape {
        namespace: 0,
        tag: format!("x-{number}").as_str().into(),
        attributes: Vec::new(),
    };
    let node = |number| SubtreeNode {
        id: 100 + number as u32,
        depth: 0,
        what: What::Element(number),
    };
    let op = Op::Insert {
        parent: 2,
        after: 0,
        nodes: Subtree {
            nodes: (0..count).map(node).collect(),
            values: Vec::new(),
        },
    };
    shaped(&((0..count).map(shape).collect(), vec![op]))
}

fn plainly(ops: &[Op]) -> Vec<u8> {
    frame(head(1, 2), ops, usize::MAX)
}

/// A move between two parents: looks at the nodes above both and at all that is moved.
fn there_and_back(times: usize) -> Vec<Op> {
    let moves = [relocate(3, 1, 5, 0), relocate(3, 1, 2, 0)];
    moves.into_iter().cycle().take(times).collect()
}

struct Case {
    limit: &'static str,
    number: usize,
    within: Vec<u8>,
    beyond: Vec<u8>,
}

/// The case of a limit from its number, and the frame that needs so much.
fn case(limit: &'static str, number: usize, needing: impl Fn(usize) -> Vec<u8>) -> Case {
    Case {
        limit,
        number,
        within: needing(number),
        beyond: needing(number + 1),
    }
}

fn cases() -> Vec<Case> {
    let held = Replica::new(Limits::default(), b"key", "/a");
    let held = opened(held).tree().held();
    let one = |op: Op| plainly(&[op]);
    vec![
        case("nodes", 20, |n| one(elements(n - 5, false))),
        case("depth", 20, |n| one(elements(n - 1, true))),
        case("depth", 20, |n| {
            plainly(&[elements(n - 2, true), relocate(100, 1, 5, 0)])
        }),
        case("attributes", 7, |n| one(set_all(n))),
        case("attributes", 7, |n| {
            plainly(&[set_all(n - 1), set("id", long(1))])
        }),
        case("attribute_value", 300, |n| one(set("id", long(n)))),
        case("attribute_value", 300, |n| shaped(&with_attribute("id", n))),
        case("attribute_value", 300, |n| one(title(n))),
        case("attribute_value", 300, |n| one(address(n, 0))),
        case("attribute_value", 300, |n| one(address(0, n))),
        case("attribute_value", 300, |n| one(label(n))),
        case("attribute_value", 300, |n| one(sheet(n, 0))),
        case("attribute_value", 300, |n| {
            plainly(&[insert(2, 0, &[(100, 0, FRAME)]), frame_document(n)])
        }),
        case("long_attribute_value", 700, |n| one(set("style", long(n)))),
        case("long_attribute_value", 700, |n| one(set("srcset", long(n)))),
        case("long_attribute_value", 700, |n| {
            shaped(&with_attribute("style", n))
        }),
        case("text", 500, |n| {
            one(Op::SetText {
                node: 4,
                text: long(n),
            })
        }),
        case("text", 500, |n| {
            one(Op::SetValue {
                node: 5,
                value: long(n),
            })
        }),
        case("picture", 400, |n| plainly(&canvas(&[picture(n)]))),
        case("tiles", 3, |n| {
            let pictures: Vec<_> = (0..n).map(|_| picture(20)).collect();
            plainly(&canvas(&pictures))
        }),
        case("sheet_text", 900, |n| one(sheet(0, n))),
        case("animation", 200, |n| {
            one(Op::SetAnimation {
                node: 5,
                text: long(n),
            })
        }),
        case("names", 9, tags),
        case("shapes", 9, tags),
        case("ops", 9, |n| plainly(&vec![Op::SetFocus { node: 0 }; n])),
        case("values", 12, |n| {
            plainly(&vec![
                Op::SetText {
                    node: 4,
                    text: long(1)
                };
                n
            ])
        }),
        // Each way: the run's parent and its two above, its own depth, the two nodes moved to see how deep they get and once more.
        case("steps", 100, |n| {
            plainly(&there_and_back(if n == 100 { 12 } else { 40 }))
        }),
        case("name_length", 30, |n| {
            one(set(&format!("data-{}", "x".repeat(n - 5)), long(1)))
        }),
        case("constructed", 3, |n| {
            plainly(&(1..=n as u32).map(constructed).collect::<Vec<_>>())
        }),
        case("adopted", 3, |n| one(adopted(n))),
        case("adopted_text", 5, |n| {
            one(Op::SetAdopted {
                node: 1,
                sheets: "1".repeat(n).as_str().into(),
            })
        }),
        case("documents", 4, |n| plainly(&frames(n - 1, false))),
        case("document_depth", 4, |n| plainly(&frames(n - 1, true))),
        case("atoms", 9, |n| one(set_all(n))),
        case("held_text", held + 50, |n| {
            one(Op::SetText {
                node: 4,
                text: long(n - held + "text".len()),
            })
        }),
    ]
}

fn opened(mut replica: Replica) -> Replica {
    let page = frame(head(1, 1), &page(), usize::MAX);
    replica.apply(&page).expect("a right page");
    replica
}

fn plan() -> Arc<Plan> {
    Arc::new(Plan::compile(&[]).expect("no rules are right"))
}

fn watched(replica: &mut Replica) -> u32 {
    replica.add_audience(plan()).expect("an audience")
}

fn with_limit(name: &str, number: usize) -> Replica {
    let mut limits = Limits::default();
    assert!(limits.set(name, number), "no limit {name}");
    opened(Replica::new(limits, b"key", "/a"))
}

#[test]
fn frames_at_a_limit_and_one_over() {
    for case in cases() {
        let name = case.limit;
        let mut replica = with_limit(name, case.number);
        let refused = replica.apply(&case.beyond).expect_err(name);
        assert_eq!(refused, Refused::Limit(name, case.number));
        assert_eq!(
            refused.to_string(),
            format!("over the limit {name} of {}", case.number)
        );
        let passed = replica.apply(&case.within);
        assert!(passed.is_ok(), "{name}: {passed:?}");
    }
}

#[test]
fn the_length_of_a_frame() {
    let bytes = plainly(&[title(1000)]);
    let refused = with_limit("snapshot_frame", bytes.len() - 1).apply(&bytes);
    let most = bytes.len() - 1;
    assert_eq!(refused, Err(Refused::Limit("snapshot_frame", most)));
    let passed = with_limit("snapshot_frame", bytes.len()).apply(&bytes);
    assert!(passed.is_ok());
}

/// Bytes of a frame before its body: message, version, flags, epoch, sequence, base.
const HEAD: usize = 6;

#[test]
fn the_length_of_a_body_and_how_far_it_inflates() {
    let ops = [title(20_000)];
    let plain = frame(head(1, 2), &ops, usize::MAX);
    let deflated = frame(head(1, 2), &ops, 0);
    let body = plain.len() - HEAD;
    // The length of the body takes three bytes.
    let ratio = body.div_ceil(deflated.len() - HEAD - 3);
    for (name, number, bytes) in [
        ("inflated_frame", body, &plain),
        ("inflated_frame", body, &deflated),
        ("inflate_ratio", ratio, &deflated),
    ] {
        let mut limits = Limits::default();
        assert!(limits.set("inflate_ratio", 10_000));
        assert!(limits.set(name, number - 1));
        let refused = opened(Replica::new(limits.clone(), b"key", "/a")).apply(bytes);
        assert_eq!(refused, Err(Refused::Limit(name, number - 1)));
        assert!(limits.set(name, number));
        let passed = opened(Replica::new(limits, b"key", "/a")).apply(bytes);
        assert!(passed.is_ok(), "{name}: {passed:?}");
    }
}

#[test]
fn audiences_of_a_session() {
    let mut replica = with_limit("audiences", 2);
    let mut add = || replica.add_audience(plan());
    assert!(add().is_ok() && add().is_ok());
    assert_eq!(add(), Err(Misuse::TooManyAudiences(2)));
}

/// One page after the other: nothing of those before counts, and a session can go on for ever.
#[test]
fn spent_numbers_are_bounded_in_a_page() {
    let mut replica = with_limit("atoms", 20);
    let mut refused = None;
    for sequence in 2..100_u32 {
        let id = 100 + 4 * sequence;
        let ops = [
            insert(2, 0, &[(id, 0, DIV)]),
            Op::Remove { node: id, count: 1 },
        ];
        refused = replica
            .apply(&frame(head(1, u64::from(sequence)), &ops, usize::MAX))
            .err();
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused, Some(Refused::Limit("atoms", 20)));
    let next = frame(head(2, 1), &page(), usize::MAX);
    replica.apply(&next).expect("another page");
}

#[test]
fn images_of_a_page() {
    let mut replica = with_limit("assets", 2);
    let audience = watched(&mut replica);
    let background = |number: u32| {
        let style = format!("background:url(https://shop.example/{number}.png)");
        set("style", style.as_str().into())
    };
    let mut shown = Vec::new();
    for number in 0..3 {
        let bytes = frame(
            head(1, u64::from(number) + 2),
            &[background(number)],
            usize::MAX,
        );
        replica.apply(&bytes).expect("a style");
        let html = replica.html(audience).expect("the audience is there");
        shown.push(html.contains("url(/a/"));
    }
    assert_eq!(shown, [true, true, false]);
}

/// What is shown of element 5 under a limit when it has this style.
fn styled(limit: &str, number: usize, style: &str) -> String {
    let mut replica = with_limit(limit, number);
    let audience = watched(&mut replica);
    let bytes = plainly(&[set("style", style.into())]);
    replica.apply(&bytes).expect("a style");
    replica.html(audience).expect("the audience is there")
}

#[test]
fn what_a_viewer_frame_may_have_rewritten() {
    let one = "a:url(https://shop.example/1.png)";
    let two = format!("{one};b:url(https://shop.example/2.png)");
    let shown = |limit: &str, number: usize, style: &str| {
        styled(limit, number, style).matches("url(/a/").count()
    };
    // As it stands in the page, and as it is shown: `/a/` and 22 characters; 64 for each.
    let address = 2 * 64 + "https://shop.example/1.png".len() + 25;
    assert_eq!(shown("address_text", 2 * address, &two), 2);
    assert_eq!(shown("address_text", 2 * address - 1, &two), 1);
    let text = "a:url(/a/1234567890123456789012)".len();
    assert_eq!(shown("rewritten_text", text, one), 1);
    assert_eq!(shown("rewritten_text", text - 1, one), 0);
    let target = "https://shop.example/1.png".len();
    assert_eq!(shown("target_text", 2 * target, &two), 2);
    assert_eq!(shown("target_text", 2 * target - 1, &two), 1);
    assert_eq!(shown("sheet_rules", 2, "{a:url(x)}{b:url(x)}"), 2);
    assert_eq!(shown("sheet_rules", 1, "{a:url(x)}{b:url(x)}"), 0);
}

#[test]
fn deflated_from_a_length_on() {
    let shown = |deflate_from| {
        let mut replica = with_limit("deflate_from", deflate_from);
        replica.apply(&plainly(&[title(5000)])).expect("a title");
        let audience = watched(&mut replica);
        replica.delta(audience, 0).expect("a delta").len()
    };
    let length = shown(usize::MAX);
    assert!(shown(length - HEAD) < length);
    assert_eq!(shown(length - HEAD + 1), length);
}

#[test]
fn no_limit_is_without_a_test() {
    let mut tested: BTreeSet<&str> = cases().iter().map(|case| case.limit).collect();
    tested.extend([
        "snapshot_frame",
        "inflated_frame",
        "inflate_ratio",
        "audiences",
        "assets",
        "address_text",
        "rewritten_text",
        "target_text",
        "sheet_rules",
        "deflate_from",
    ]);
    assert_eq!(tested, Limits::NAMES.iter().copied().collect());
}

use super::oracle::Oracle;
use super::*;
use crate::sketch::{page, page_in};
use crate::tree::{Kind, Slot, Tree};

/// Ids of the elements that match, in order.
fn matched(tree: &Tree, text: &str) -> String {
    let selector = Selector::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    let ids = all_matched(tree, &selector);
    let ids = ids
        .into_iter()
        .map(|n| tree.attribute(n, "id").unwrap_or("?"));
    ids.collect::<Vec<_>>().join(" ")
}

/// The elements that match, which the crate's matcher must say too.
fn all_matched(tree: &Tree, selector: &Selector) -> Vec<Slot> {
    let mut pass = Pass::new(tree);
    let mut oracle = Oracle::new(tree);
    let quirks =
        |n: Slot| tree.document(tree.owner_document(n)).quirks == crate::names::quirks::QUIRKS;
    let mut matched = Vec::new();
    let compared = is_known_to_the_crate(selector);
    for n in tree
        .walk(tree.root().expect("a page"))
        .filter(|n| tree.kind(*n) == Kind::Element)
    {
        let found = selector
            .complex()
            .iter()
            .any(|complex| pass.matches(complex, n, quirks(n)));
        assert!(
            !compared || found == oracle.matches(selector, n, quirks(n)),
            "{:?} at <{}>",
            selector.parsed,
            tree.tag(n)
        );
        if found {
            matched.push(n);
        }
    }
    matched
}

/// The crate has no bounds, and sees shadow trees from inside only.
fn is_known_to_the_crate(selector: &Selector) -> bool {
    let written = format!("{:?}", selector.complex);
    let has_host = selector.complex.iter().any(Complex::can_be_host);
    let ours = ["Surely", "Slotted", "Part(", "HostContext"];
    !has_host && !ours.iter().any(|name| written.contains(name))
}

fn check(tree: &Tree, cases: &[(&str, &str)]) {
    for (selector, ids) in cases {
        assert_eq!(matched(tree, selector), *ids, "{selector}");
    }
}

#[test]
fn names_classes_attributes() {
    let tree = page(
        "<html id=html><body id=body><div id=a class='x Y' data-v='One two'>\
         <p id=b class=x lang=de-CH TITLE=T>t</p><p id=orderPayment.cardNumber class='1st é'/>\
         <input id=i type=PASSWORD name=n autocomplete='section-a CC-NUMBER'/></div></body></html>",
    );
    check(
        &tree,
        &[
            ("*", "html body a b orderPayment.cardNumber i"),
            ("P", "b orderPayment.cardNumber"),
            ("p.x", "b"),
            (".x.Y", "a"),
            (".y", ""),
            ("#a, #b", "a b"),
            ("#A", ""),
            ("#orderPayment\\.cardNumber", "orderPayment.cardNumber"),
            (
                "#orderPayment\\00002e cardNumber",
                "orderPayment.cardNumber",
            ),
            ("[id='orderPayment.cardNumber']", "orderPayment.cardNumber"),
            (".\\31 st", "orderPayment.cardNumber"),
            (".\\31st", "orderPayment.cardNumber"),
            (".é", "orderPayment.cardNumber"),
            ("[data-v]", "a"),
            ("[DATA-V]", "a"),
            ("[data-v='One two']", "a"),
            ("[data-v='one TWO' i]", "a"),
            ("[data-v='one two']", ""),
            ("[data-v~=two]", "a"),
            ("[data-v~='One two']", ""),
            ("[data-v^=One]", "a"),
            ("[data-v$=two]", "a"),
            ("[data-v*='e t']", "a"),
            ("[data-v*='']", ""),
            ("[lang|=de]", "b"),
            ("[lang|=de-ch]", "b"),
            ("[lang|=DE s]", ""),
            ("[type=password]", "i"),
            ("[type=password s]", ""),
            ("[type=PASSWORD s]", "i"),
            ("input[type=password i]", "i"),
            ("[autocomplete~=cc-number i]", "i"),
            ("[title]", ""),
            ("a", ""),
        ],
    );
}

#[test]
fn combinators_and_lists() {
    let tree = page(
        "<html id=html><div id=a><p id=b/>text<p id=c/><ul id=d><li id=e/></ul><p id=f class=x/></div><p id=g/></html>",
    );
    check(
        &tree,
        &[
            ("div p", "b c f"),
            ("html>p", "g"),
            ("div > li", ""),
            ("p + p", "c"),
            ("p ~ p", "c f"),
            ("ul + .x", "f"),
            ("div ~ p", "g"),
            ("p + ul > li", "e"),
            (":is(ul, div) > *", "b c d e f"),
            (":where(#b, .x)", "b f"),
            ("div :not(p)", "d e"),
            ("p:not(div p)", "g"),
            (":not(:not(li))", "e"),
            ("div:has(li)", "a"),
            ("div:has(> li)", ""),
            ("p:has(+ ul)", "c"),
            ("p:has(~ .x)", "b c"),
            (":has(> .x, > li)", "a d"),
            (":not(:has(*))", "b c e f g"),
            ("div:has(:is(ul li))", "a"),
            ("html:not(:has(.y)) li", "e"),
        ],
    );
}

#[test]
fn places() {
    let tree = page(
        "<html id=html><table id=t><tr id=r1 class=odd><td id=c1/></tr> <tr id=r2><td id=c2/></tr><tr id=r3 class=odd><td id=c3/></tr>\
         <tr id=r4/><tr id=r5 class=odd><td id=c5/><th id=h5/></tr></table></html>",
    );
    check(
        &tree,
        &[
            ("tr:first-child", "r1"),
            ("tr:last-child", "r5"),
            ("td:only-child", "c1 c2 c3"),
            ("td:only-of-type", "c1 c2 c3 c5"),
            ("tr:nth-child(2n+1)", "r1 r3 r5"),
            ("tr:nth-child(odd)", "r1 r3 r5"),
            ("tr:nth-child(-n+2)", "r1 r2"),
            ("tr:nth-last-child(2)", "r4"),
            ("tr:nth-child(3 of .odd)", "r5"),
            ("tr:nth-last-child(1 of :not(.odd))", "r4"),
            ("tr:nth-child(3 of .odd) td", "c5"),
            ("th:nth-of-type(1)", "h5"),
            ("td:nth-last-of-type(1)", "c1 c2 c3 c5"),
            ("tr:empty", "r4"),
            (":root", "html"),
            (":scope > table", "t"),
            ("tr:has(td):nth-child(2)", "r2"),
        ],
    );
}

#[test]
fn emptiness_is_that_of_browsers() {
    let tree = page("<p id=a/><p id=b> </p><p id=c><br id=br/></p>");
    check(&tree, &[("p:empty", "a"), ("p:not(:empty)", "b c")]);
}

#[test]
fn quirks_mode_ignores_case_of_ids_and_classes() {
    let text = "<div id=Aa class=Bb/><iframe id=f><#document !quirks=0><p id=Aa class=Bb/></#document></iframe>";
    check(
        &page_in("!quirks=1", text),
        &[("#aA", "Aa"), (".bB", "Aa"), ("[id=aa]", "")],
    );
    check(
        &page_in("!quirks=2", text),
        &[("#aA", ""), (".Bb", "Aa Aa")],
    );
    let text = "<div id=Aa class=Bb/><iframe id=f><#document !quirks=1><html><p id=Aa class=Bb/></html></#document></iframe>";
    check(
        &page(text),
        &[("div.bb", ""), ("p.bb", "Aa"), (":has(> .bb)", "?")],
    );
}

#[test]
fn namespaces() {
    let tree = page(
        "<html id=html><svg:svg id=s viewBox='0'><svg:linearGradient id=g/><svg:use id=u xlink:href='#x'/><svg:a id=sa xlink:href=y/></svg:svg>\
         <math:mi id=m/><other:x id=o/><other:p:y id=oy/><a id=a href=z xlink:href=w/></html>",
    );
    check(
        &tree,
        &[
            ("linearGradient", "g"),
            ("lineargradient", ""),
            ("[viewBox]", "s"),
            ("[viewbox]", ""),
            ("*|a", "sa a"),
            ("|x", "o"),
            ("|a", ""),
            ("y", "oy"),
            ("*|*:not(svg *)", "html s m o oy a"),
            ("[*|href]", "u sa a"),
            ("[*|href='#x']", "u"),
            ("[href]", "a"),
            ("[xlink\\:href]", "u sa a"),
            (":link", "sa a"),
            ("a:any-link", "sa a"),
        ],
    );
}

#[test]
fn states_of_controls() {
    let tree = page(
        "<form id=form><input id=c1 type=checkbox checked/><input id=c2 type=checkbox checked !state=0/>\
         <input id=c3 type=checkbox !state=1/><input id=c4 type=checkbox !state=2/>\
         <input id=r1 type=radio name=r/><input id=r2 type=radio name=r/><input id=r3 type=radio name=q !state=1/><input id=r4 type=radio name=q/>\
         <select id=s required><optgroup id=g disabled><option id=o1 !state=4/></optgroup><option id=o2 selected/></select>\
         <fieldset id=f disabled><legend id=l1><input id=i1 required/></legend><legend id=l2><input id=i2/></legend></fieldset>\
         <input id=p1 placeholder=x/><input id=p2 placeholder=x !value=y/><input id=p3 placeholder=x value=y !value=''/><input id=p4 placeholder=''/>\
         <textarea id=t readonly placeholder=x>y</textarea><div id=e contenteditable><b id=b>x</b><i id=n contenteditable=false/></div>\
         <button id=b1 type=button/><button id=b2/><button id=b3/><progress id=pr/><progress id=pv value=1/></form><button id=b4 form=form/>",
    );
    check(
        &tree,
        &[
            (":checked", "c1 c3 r3 o1 o2"),
            (":indeterminate", "c4 r1 r2 pr"),
            (":disabled", "g o1 f i2"),
            ("input:enabled:required", "i1"),
            ("fieldset:enabled", ""),
            (":required", "s i1"),
            ("input[type=radio]:optional", "r1 r2 r3 r4"),
            (":placeholder-shown", "p1 p3 p4"),
            ("input[placeholder]:not(:placeholder-shown)", "p2 p4"),
            (":read-write", "i1 p1 p2 p3 p4 e b"),
            ("textarea:read-only", "t"),
            ("button:default", "b2"),
            ("input:default", "c1 c2"),
            ("option:default", "o2"),
        ],
    );
}

#[test]
fn focus_language_top_layer() {
    let tree = page(
        "<html id=html lang=de-CH><div id=a><p id=p lang=fr/><input id=i !focus/></div><dialog id=d !state=8/><div id=o !state=16/>\
         <p id=n lang=''/></html>",
    );
    check(
        &tree,
        &[
            (":focus", "i"),
            (":focus-visible", "i"),
            (":focus-within", "html a i"),
            ("p:lang(fr)", "p"),
            ("div:lang('*-CH')", "a o"),
            (":lang('')", "n"),
            (":lang(de, fr)", "html a p i d o"),
            (":modal", "d"),
            (":popover-open", "o"),
        ],
    );
}

#[test]
fn trees_in_trees_are_matched_each_by_itself() {
    let tree = page(
        "<html id=html class=x><div id=h class=host><#open><p id=s/><span id=t><b id=u/></span></#open><p id=l/></div>\
         <iframe id=f><#document><html id=fh><p id=fp/></html></#document></iframe></html>",
    );
    check(
        &tree,
        &[
            ("html p", "l fp"),
            ("div > p", "l"),
            ("p", "s l fp"),
            (":root", "html fh"),
            (":host > p", "s"),
            (":host(.host) b", "u"),
            (":host(.x) b", ""),
            ("p:first-child", "s l fp"),
            (".x:has(b)", ""),
        ],
    );
}

#[test]
fn refused_with_place_and_reason() {
    let mut wrong = Vec::new();
    for (selector, column, part) in [
        ("a:hover", 3, "hover depends"),
        ("div > a:HOVER b", 9, "pointer"),
        ("p:not(.a, :visited)", 12, "history"),
        ("a:target", 3, "fragment"),
        ("input:invalid", 7, "setCustomValidity"),
        ("input:autofill", 7, "filled in"),
        ("video:paused", 7, "player"),
        ("x-a:state(b)", 5, "not shared"),
        (":-webkit-any(a)", 2, ":is()"),
        ("li:blank", 4, "browsers"),
        ("a::before", 4, "pseudo-element"),
        ("a:before", 3, "pseudo-element"),
        ("::part(a)::before", 12, "pseudo-element"),
        ("::slotted(a)::before", 15, "pseudo-element"),
        ("é é:frobnicate", 5, "no pseudo-class"),
        (":is(a, :nope)", 9, "no pseudo-class"),
        (":where(b, !)", 11, ""),
        (":nope(a)", 2, "no pseudo-class"),
        ("svg|a", 4, "prefix"),
        ("[xlink|href]", 8, "prefix"),
        ("", 1, "too early"),
        ("a,", 3, "too early"),
        ("a >", 4, "too early"),
        ("a > > b", 5, ""),
        ("a, , b", 4, ""),
        ("a{b}", 2, ""),
        ("a b)", 4, ""),
        ("a;", 2, ""),
        ("..a", 2, ""),
        ("#1a", 1, ""),
        ("[a=1]", 4, ""),
        ("[a=b c]", 6, ""),
        ("[=b]", 2, ""),
        (".a#", 4, "too early"),
        ("a:", 3, "too early"),
        (":nth-child(x)", 12, ""),
        (":nth-of-type(1 of a)", 16, ""),
        (":not()", 6, ""),
        (":is()", 5, ""),
        (":dir()", 6, ""),
        (":dir(ltr rtl)", 10, ""),
        (":has(:has(a))", 7, ""),
        (":has(:is(:has(a)))", 11, ""),
        (":not(:has(:not(:has(b))))", 17, ""),
        ("a:not(", 7, "too early"),
        ("&", 1, ""),
        ("a :host b", 3, "left end"),
        ("a, b :host", 6, "left end"),
        (":host + b", 1, "left end"),
        (":host::slotted(b)", 1, "left end"),
        (".x:host b", 3, ":host(.class)"),
        ("*:host", 2, ":host(.class)"),
        (":host.x", 1, ":host(.class)"),
        (":host:first-child", 1, ":host(.class)"),
        (":host:not(.x) b", 1, ":host(.class)"),
        ("p:is(:host)", 6, ":host(.class)"),
        ("a:has(:host)", 7, "left end"),
        (":nth-child(1 of :host)", 17, "left end"),
        (":host(:host)", 1, "left end"),
        ("::slotted(:host)", 11, "left end"),
        (":host(a b)", 9, ""),
        (":host(a, b)", 8, ""),
        (":host()", 7, ""),
        (":host-context(a b)", 2, "combinators"),
        (":host-context()", 15, ""),
        ("::slotted(a b)", 13, ""),
        ("::slotted(a, b)", 12, ""),
        ("::slotted(a) b", 14, ""),
        ("::part(a) b", 11, ""),
        ("::part(.a)", 8, ""),
        (":is(::slotted(a))", 6, ""),
        ("::part(a):first-child", 11, ""),
        (":open", 1, "details:open"),
        ("select:open", 7, "details:open"),
        ("details:not(:open), :not(:open)", 13, "details:open"),
        ("li:nth-child(2 of :defined)", 20, "roughly"),
        (":nth-child(2 of :not(:focus))", 23, "roughly"),
        ("a || b", 4, ""),
    ] {
        match Selector::parse(selector) {
            Err(fault) if fault.column == column && fault.message.contains(part) => {}
            Err(fault) => wrong.push(format!("{selector}: {fault}")),
            Ok(_) => wrong.push(format!("{selector} is taken")),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn limits() {
    let long = ".a".repeat(3000);
    let deep = format!("{}a{}", ":not(".repeat(100), ")".repeat(100));
    let many = vec!["a"; COMPOUNDS + 1].join(" ");
    for selector in [long, deep, many] {
        assert!(Selector::parse(&selector).is_err());
    }
    assert!(Selector::parse(&vec!["a"; COMPOUNDS - 1].join(" ")).is_ok());
}

#[test]
fn any_text_is_parsed_or_refused() {
    let parts = [
        "a",
        ":is(",
        ":not(",
        ":has(",
        "[",
        "]",
        "(",
        ")",
        "\\",
        "'",
        "\"",
        ",",
        ">",
        "+",
        "*",
        "|",
        ".",
        "#",
        ":",
        "1",
        "é",
        "\0",
        "/*",
        ":nth-child(",
        " of ",
        "i",
    ];
    let mut random = crate::sketch::Random::new(7);
    for _ in 0..3000 {
        let text: String = (0..8).map(|_| *random.pick(&parts)).collect();
        if let Err(fault) = Selector::parse(&text) {
            assert!(
                fault.column >= 1 && fault.column as usize <= text.chars().count() + 1,
                "{text:?}: {fault}"
            );
        }
    }
}

#[test]
fn deep_pages_do_not_overflow() {
    let deep = format!("{}<b id=b/>{}", "<i>".repeat(1000), "</i>".repeat(1000));
    let check = move || {
        let tree = page(&deep);
        assert_eq!(
            matched(
                &tree,
                "i:has(+ b) b, i i i i i b, b:not(i > b), :not(:has(b)):has(b)"
            ),
            "b"
        );
        assert_eq!(matched(&tree, "i:has(b) > b"), "b");
    };
    let thread = std::thread::Builder::new().stack_size(2 << 20).spawn(check);
    thread.expect("a thread").join().expect("no overflow");
}

#[test]
fn wide_parents_cost_no_more_than_their_children() {
    const ROWS: usize = 40_000;
    let rows = "<tr class=odd><td/></tr><tr class=even><td/></tr>".repeat(ROWS / 2);
    let tree = page(&format!("<table><tbody>{rows}</tbody></table>"));
    for (text, expected) in [
        ("tr:nth-child(3 of .odd) td", 1),
        ("tr:nth-last-child(3 of .odd) td", 1),
        ("tr:nth-child(2n) td", ROWS / 2),
        ("tr:nth-last-of-type(2n+1)", ROWS / 2),
        ("tr:first-child, tr:last-child", 2),
        ("tr.none ~ tr", 0),
        ("tr.odd ~ tr.odd", ROWS / 2 - 1),
        ("tr:not(.none ~ tr) > td", ROWS),
        ("tr:has(~ .none)", 0),
        (".even:has(~ .odd + .even)", ROWS / 2 - 1),
        ("tr:has(td) ~ tr:nth-child(2 of :has(td))", 1),
    ] {
        let selector = Selector::parse(text).expect("a selector");
        let mut pass = Pass::new(&tree);
        let all = tree
            .walk(tree.root().expect("a page"))
            .filter(|n| tree.kind(*n) == Kind::Element);
        let matches = |n: &Slot| {
            selector
                .complex()
                .iter()
                .any(|complex| pass.matches(complex, *n, false))
        };
        assert_eq!(all.filter(matches).count(), expected, "{text}");
        assert!(pass.steps < 20 * ROWS, "{text}: {} steps", pass.steps);
    }
}

#[test]
fn deep_pages_cost_no_more_than_their_elements() {
    const DEPTH: usize = 20_000;
    let tree = page(&format!(
        "{}<b/>{}",
        "<i>".repeat(DEPTH),
        "</i>".repeat(DEPTH)
    ));
    for (text, expected) in [
        (".none i i i b, .none i", 0),
        ("i i i", DEPTH - 2),
        ("i:has(.none)", 0),
        ("i:has(i b)", DEPTH - 1),
        (":not(.none *)", DEPTH + 1),
    ] {
        let selector = Selector::parse(text).expect("a selector");
        let mut pass = Pass::new(&tree);
        let all = tree
            .walk(tree.root().expect("a page"))
            .filter(|n| tree.kind(*n) == Kind::Element);
        let matches = |n: &Slot| {
            selector
                .complex()
                .iter()
                .any(|complex| pass.matches(complex, *n, false))
        };
        assert_eq!(all.filter(matches).count(), expected, "{text}");
        assert!(pass.steps < 20 * DEPTH, "{text}: {} steps", pass.steps);
    }
}

const COMPOUNDS_OF_ALL_KINDS: &[&str] = &[
    "p",
    "*",
    ".x",
    ".y",
    "#i",
    "[class~=x]",
    "[data-v^=a i]",
    ":empty",
    ":first-child",
    ":nth-child(2n+1)",
    ":nth-child(-n+2 of .x)",
    ":nth-last-child(2 of p, .y)",
    ":nth-of-type(2)",
    ":nth-last-of-type(1)",
    ":only-of-type",
    ":only-child",
    ":root",
    ":checked",
    "b:not(.x)",
    ":not(p > *, .y ~ *)",
    ":is(.x b, p + *)",
    ":has(.x)",
    ":has(> .y, + p)",
    "p:has(~ .x b)",
    ":not(:has(b))",
    ":has(:is(p .x) > b)",
];

#[test]
fn matches_what_the_crate_matches() {
    let mut random = crate::sketch::Random::new(11);
    for round in 0..400 {
        let tree = random_page(&mut random);
        for _ in 0..12 {
            let mut text = String::new();
            for part in 0..=random.below(4) {
                if part > 0 {
                    text.push_str(random.pick::<&str>(&[" ", ">", "+", "~", ","]));
                } else if random.below(12) == 0 {
                    text.push_str(random.pick::<&str>(&[":host ", ":host(.x)>"]));
                }
                text.push_str(random.pick::<&str>(COMPOUNDS_OF_ALL_KINDS));
            }
            let selector = Selector::parse(&text)
                .unwrap_or_else(|fault| panic!("round {round}: {text}: {fault}"));
            all_matched(&tree, &selector);
        }
    }
}

fn random_page(random: &mut crate::sketch::Random) -> Tree {
    let mut text = String::new();
    let mut open = Vec::new();
    for _ in 0..40 {
        match random.below(8) {
            0..=3 => {
                let tag = *random.pick(&["p", "b", "svg:p", "i"]);
                let attributes = random.pick(&[
                    "",
                    " class=x",
                    " class='y X'",
                    " class='x y' id=i",
                    " data-v=Ab",
                    " type=checkbox !state=1",
                ]);
                text.extend(["<", tag, *attributes, ">"]);
                open.push(tag);
            }
            4..=5 => text.extend(open.pop().map(|tag| format!("</{tag}>"))),
            6 => text.push_str(random.pick::<&str>(&[
                "t",
                " ",
                "<b/>",
                "<input type=checkbox !state=1/>",
            ])),
            _ if !open.is_empty() && !text.contains("<#") => {
                text.push_str("<#open><p class=x><b/></p><i class=y/></#open>");
            }
            _ => {}
        }
    }
    text.extend(open.iter().rev().map(|tag| format!("</{tag}>")));
    page_in(random.pick::<&str>(&["", "!quirks=1"]), &text)
}

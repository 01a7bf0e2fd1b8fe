use super::*;
use crate::html::serialise;
use crate::mask::{Plan, Rule};
use crate::names::mask::{BLOCK, TEXT};
use crate::sketch::{find, page, page_in};
use std::sync::Arc;

fn assets() -> Assets {
    Assets::new(b"key", "/a", 1000)
}

fn marks(tree: &Tree, rules: &[(&str, u32)]) -> Marks {
    let rule = |(selector, action): &(&str, u32)| Rule {
        selector: (*selector).into(),
        action: *action,
        label: "L".into(),
    };
    let rules: Vec<_> = rules.iter().map(rule).collect();
    let mut marks = Marks::new(Arc::new(Plan::compile(&rules).expect("rules")));
    marks.rebuild(tree);
    marks
}

/// The projection as text, the ids of assets replaced by the last part of what they stand for.
fn shown_by(text: &str, rules: &[(&str, u32)]) -> String {
    let tree = page(text);
    let mut assets = assets();
    let mut out = serialise(&tree, &marks(&tree, rules), &mut assets);
    while let Some(at) = out.find("/a/") {
        let target = assets
            .target(&out[at + 3..at + 25])
            .expect("an id")
            .to_owned();
        let name = target.rsplit('/').next().unwrap_or("").to_owned();
        out.replace_range(at..at + 25, &format!("[{name}]"));
    }
    out
}

fn shown(text: &str) -> String {
    shown_by(text, &[])
}

#[test]
fn elements_and_attributes_pass_by_the_tables() {
    for (text, expected) in [
        (
            "<p id=a class=x data-v=1 aria-label=y>t&amp;</p>",
            r#"<p id="a" class="x" data-v="1" aria-label="y">t&amp;amp;</p>"#,
        ),
        ("<x-y id=a href=b>t</x-y>", r#"<x-y id="a">t</x-y>"#),
        ("<blink id=a href=b>t</blink>", r#"<span id="a">t</span>"#),
        ("<marquee>t</marquee>", "<span>t</span>"),
        (
            "<object id=a data=b class=c><p/>t</object>",
            r#"<cobrowse-box id="a" class="c"></cobrowse-box>"#,
        ),
        (
            "<script src=x id=a>t</script>",
            "<cobrowse-void></cobrowse-void>",
        ),
        (
            "<svg:svg viewBox='0 0 1 1'><svg:path d=M0/></svg:svg>",
            r#"<svg viewBox="0 0 1 1"><path d="M0"></path></svg>"#,
        ),
        (
            "<math:mi mathvariant=bold href=x>t</math:mi>",
            r#"<mi mathvariant="bold">t</mi>"#,
        ),
        (
            "<other:x id=a y=z>t</other:x>",
            r#"<span id="a" data-page-y="z">t</span>"#,
        ),
        (
            "<p col-id=a _ngcontent-x-c1='' accept-charset=b flex='33' data-page-x=y contenteditable=true ping=p code=http://x/>",
            r#"<p col-id="a" _ngcontent-x-c1="" data-page-accept-charset="b" data-page-flex="33" data-page-contenteditable="true" data-page-code=""></p>"#,
        ),
        (
            "<a href='/p?q#f' title=t target=x>l</a>",
            r#"<a data-href="https://shop.example/p" title="t" data-page-target="x">l</a>"#,
        ),
        (
            "<a href=javascript:1 data-href=x>l</a>",
            r#"<a data-href="">l</a>"#,
        ),
        ("<a data-href=x>l</a>", r#"<a data-href="x">l</a>"#),
        ("<p data-cobrowse-mask=1>t</p>", "<p>t</p>"),
        (
            "<img src=i.png srcset='i.png 1x, j.png 2x' alt=a/>",
            r#"<img src="[i.png]" srcset="[i.png] 1x, [j.png] 2x" alt="a">"#,
        ),
        (
            "<video poster=p.jpg src=v.mp4 controls/>",
            r#"<video poster="[p.jpg]" controls=""></video>"#,
        ),
        (
            "<picture><source srcset=i.webp src=x type=image/webp/></picture>",
            r#"<picture><source srcset="[i.webp]" type="image/webp"></picture>"#,
        ),
        (
            "<img src=blob:https://shop.example/1-2/>",
            r#"<img src="[1-2]">"#,
        ),
        (
            "<img usemap=#m/><img usemap=x/>",
            r##"<img usemap="#m"><img>"##,
        ),
        (
            "<blockquote cite='/c?q'/>",
            r#"<blockquote cite="https://shop.example/c"></blockquote>"#,
        ),
        (
            "<input type=SUBMIT value=v/><input type=image src=i.png/><input type=reset/>",
            r#"<input type="button" value="v" data-cobrowse-type="submit"><input type="button" src="[i.png]" data-cobrowse-type="image"><input type="button" data-cobrowse-type="reset" value="Reset">"#,
        ),
        (
            "<td colspan=2 rowspan=70000/><td colspan=' +1001x'/><td colspan=999999999999999999999/>",
            r#"<td colspan="2" rowspan="1000"></td><td colspan="1000"></td><td colspan="1000"></td>"#,
        ),
        (
            "<p style='background:url(b.png);color:red'/>",
            r#"<p style="background:url([b.png]);color:red"></p>"#,
        ),
        (
            "<svg:image href=i.png xlink:href=#a/>",
            r##"<image href="[i.png]" xlink:href="#a"></image>"##,
        ),
        (
            "<svg:use href=#a/><svg:use href=x.svg#a/>",
            r##"<use href="#a"></use><use></use>"##,
        ),
        (
            "<svg:rect fill='url(#g)' filter='url(http://x.example/f)' transform='scale(2)'/>",
            r#"<rect fill="url(#g)" filter="url([f])" transform="scale(2)"></rect>"#,
        ),
        (
            "<div><#open><p>s</p><slot name=n/></#open><b slot=n>l</b></div>",
            r#"<div><template shadowrootmode="open"><p>s</p><slot name="n"></slot></template><b slot="n">l</b></div>"#,
        ),
        (
            "<iframe src=x srcdoc=y width=1><#document !address=https://f.example/p?q><p/></#document></iframe>",
            r#"<iframe width="1"><template data-document="https://f.example/p"><p></p></template></iframe>"#,
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn sheets_are_rewritten_against_their_base() {
    for (text, expected) in [
        (
            "<style media=print>p{b:url(i.png)}</style>",
            r#"<style media="print">p{b:url([i.png])}</style>"#,
        ),
        (
            "<style !sheet='q{b:url(j.png)}'>p{}</style>",
            "<style>q{b:url([j.png])}</style>",
        ),
        (
            "<link rel='x StyleSheet' href=c.css !sheet='q{b:url(j.png)}' !sheetbase=https://c.example/d//>",
            r#"<link rel="x StyleSheet"><style>q{b:url([j.png])}</style>"#,
        ),
        (
            "<link rel=icon href=c.ico !sheet='q{}'/>",
            r#"<link rel="icon">"#,
        ),
        (
            "<svg:style>p{fill:url(#a)}</svg:style>",
            "<style>p{fill:url(#a)}</style>",
        ),
        ("<style>p{b:'</style>'}", ""),
    ] {
        if !expected.is_empty() {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}

/// Security requirements 2, as far as they are elements, attributes and CSS. `evil.example` must not be asked, `alert` must not be there.
#[test]
fn hostile_pages_are_inert() {
    let handlers = [
        "onclick",
        "onload",
        "onerror",
        "ONMOUSEOVER",
        "onbegin",
        "onend",
        "onrepeat",
        "ontoggle",
        "onwheel",
        "onfocusin",
    ];
    let carriers = [
        "div",
        "img",
        "body",
        "svg:svg",
        "svg:animate",
        "math:math",
        "x-y",
        "iframe",
        "video",
        "link",
        "style",
        "details",
        "other:x",
    ];
    let x09 = carriers.iter().flat_map(|tag| {
        handlers
            .iter()
            .map(move |name| format!("<{tag} {name}=alert(1)/>"))
    });
    let mut pages: Vec<String> = x09.collect();
    pages.extend([
        "<script>alert(1)</script>",
        "<script src=http://evil.example/x.js/>",
        "<script src='data:text/javascript,alert(1)'/>",
        "<script type=module src=http://evil.example/x.mjs/><link rel=modulepreload href=http://evil.example/x.mjs/>",
        "<script type=importmap>{'imports':{'a':'http://evil.example/'}}</script>",
        "<svg:script>alert(1)</svg:script>",
        "<svg:script href=http://evil.example/ xlink:href=http://evil.example//>",
        "<SCRIPT src=http://evil.example/x.js/><ScRiPt src=http://evil.example//>",
        "<a href=javascript:alert(1)/><area href=' java\tscript:alert(1)'/><a href='JaVaScRiPt:alert(1)'/><a href='\u{1}javascript:alert(1)'/>",
        "<form action=javascript:alert(1) method=post><button formaction=javascript:alert(1)/><input type=image formaction=http://evil.example//></form>",
        "<iframe src=javascript:alert(1)/><object data=javascript:alert(1)/><embed src=http://evil.example//>",
        "<svg:a href=javascript:alert(1)><svg:text/></svg:a><svg:a xlink:href=javascript:alert(1)/><math:mi href=javascript:alert(1)/>",
        "<math:maction actiontype=statusline xlink:href=javascript:alert(1)/><math:semantics><math:annotation-xml encoding=text/html src=http://evil.example//></math:semantics>",
        "<iframe src='data:text/html,<script>alert(1)</script>'/><object data='data:text/html,alert(1)'/>",
        "<iframe srcdoc='<script>alert(1)</script>' sandbox='allow-scripts allow-top-navigation'/>",
        "<object data='http://evil.example/'><param name=movie value=http://evil.example//></object><embed src=http://evil.example//><applet code=http://evil.example/ archive=http://evil.example//>",
        "<frameset><frame src=http://evil.example//></frameset><portal src=http://evil.example//><fencedframe src=http://evil.example//>",
        "<meta http-equiv=refresh content='0;url=http://evil.example/'/><base href=http://evil.example/ target=_top/>",
        "<svg:a><svg:animate attributeName=href to=javascript:alert(1)/><svg:set attributeName=xlink:href to=http://evil.example//></svg:a>",
        "<svg:animate onbegin=alert(1) values='javascript:alert(1)'/><svg:animateTransform href=http://evil.example//>",
        "<svg:use href=\"data:image/svg+xml,<svg id='x'><script>alert(1)</script></svg>#x\"/><svg:use xlink:href=http://evil.example/x.svg#a/><svg:textPath href=http://evil.example/#a/>",
        "<svg:foreignObject><iframe src=http://evil.example/ srcdoc='alert(1)'/></svg:foreignObject>",
        "<template shadowrootmode=open><script>alert(1)</script></template>",
        "<h:script>alert(1)</h:script><other:script>alert(1)</other:script>",
        "<svg:linearGradient href=http://evil.example/#g/><svg:filter xlink:href=http://evil.example/#f/><svg:feImage href=http://evil.example//>",
        "<svg:rect fill='url(http://evil.example/#g)' style='fill:url(http://evil.example/)' mask='\\75 rl(http://evil.example/)' cursor='url(ftp://evil.example/)'/>",
        "<style>@import 'http://evil.example/';p{b:url(http://evil.example/);src:image-set('http://evil.example/' 1x)}</style>",
        "<p style='background:url(http://evil.example/);cursor:url(http://evil.example/),auto;--x:url(http://evil.example/)'/>",
        "<link rel=icon href=http://evil.example//><link rel=preload href=http://evil.example/ imagesrcset='http://evil.example/ 1x'/><link rel='alternate stylesheet' href=http://evil.example//>",
        "<link rel=dns-prefetch href=//evil.example//><link rel=preconnect href=http://evil.example//><link rel=prefetch href=http://evil.example//><link rel=manifest href=http://evil.example//>",
        "<img src=http://evil.example/ srcset='http://evil.example/ 1x' lowsrc=http://evil.example/ dynsrc=http://evil.example/ longdesc=http://evil.example//>",
        "<video src=http://evil.example/ poster='http://evil.example/'><source src=http://evil.example//><track src=http://evil.example//></video><audio src=http://evil.example//>",
        "<input type=image src=http://evil.example//><svg:image href=http://evil.example/ xlink:href=http://evil.example//><picture><source srcset='http://evil.example/, http://evil.example/2 2x'/></picture>",
        "<td background=http://evil.example//><body background=http://evil.example//><table background=http://evil.example//>",
        "<a ping=http://evil.example/ attributionsrc=http://evil.example//><img attributionsrc=http://evil.example//>",
        "<html manifest=http://evil.example/ xmlns:x=http://evil.example/ xml:base=http://evil.example//>",
        "<p x\u{a0}y=alert(1) \u{e9}=alert(1) x&y=alert(1) -x=alert(1) 1=alert(1) xmlns=http://evil.example//>",
        "<x-y\u{e9} onclick=alert(1)/><a-b& onclick=alert(1)/><annotation-xml href=http://evil.example//>",
        "<svg:iframe src=http://evil.example//><math:script>alert(1)</math:script><math:style>@import 'x'</math:style><svg:foreignObject><svg:script>alert(1)</svg:script></svg:foreignObject>",
        "<q cite=javascript:alert(1)/><ins cite=data:text/html,alert(1)/><img usemap=http://evil.example/#x/>",
        "<img src='data:text/html,alert(1)'/><img src='data:image/svg+xml;x,y' srcset='data:text/html,alert(1) 1x'/>",
        "<noscript><img src=http://evil.example//></noscript><noembed>alert(1)</noembed><xmp>alert(1)</xmp><plaintext>alert(1)</plaintext>",
        "<svg:handler>alert(1)</svg:handler><svg:listener handler=http://evil.example//><svg:discard href=http://evil.example//>",
    ].map(String::from));
    for text in pages {
        let tree = page(&text);
        let out = serialise(&tree, &marks(&tree, &[]), &mut assets()).to_ascii_lowercase();
        for word in [
            "evil.example",
            "alert",
            "script:",
            "<script",
            "<base",
            "<meta",
            "<object",
            "<embed",
            "<frame",
            "srcdoc",
            " on",
            "text/html",
        ] {
            assert!(!out.contains(word), "{word} in {out} of {text}");
        }
    }
}

#[test]
fn masked_places_carry_layout_alone() {
    let canary = "CANARY";
    let text = "<section id=m class=box hidden title=CANARY data-x=CANARY aria-label=CANARY style='width:1px;--x:CANARY;background:url(CANARY)'>CANARY\
        <a href=/CANARY>CANARY</a> <img src=CANARY.png srcset='CANARY.png 1x' alt=CANARY width=5/>\
        <input type=text name=CANARY value=CANARY placeholder=CANARY size=9 !value=CANARY pattern=CANARY list=CANARY min=CANARY/>\
        <input type=checkbox value=CANARY checked !state=1/><input type=file !value=CANARY/>\
        <select id=s !value=CANARY multiple><optgroup label=CANARY><option value=CANARY selected !state=4 label=CANARY>CANARY</option></optgroup></select>\
        <textarea rows=3 !value=CANARY>CANARY</textarea><svg:svg viewBox='0 0 1 1'><svg:text x=1 fill=CANARY>CANARY</svg:text><svg:title>CANARY</svg:title></svg:svg>\
        <table border=1><td colspan=2 abbr=CANARY headers=CANARY>CANARY</td></table><meter value=CANARY min=CANARY/><data value=CANARY/>\
        <x-y data-v=CANARY><#closed>CANARY<style>p{content:'CANARY'}</style></#closed></x-y><button value=CANARY>CANARY</button>\
        <iframe><#document !address=https://f.example/CANARY !title=CANARY><html><head><title>CANARY</title></head>CANARY</html></#document></iframe>\
        <blockquote cite=/CANARY>CANARY</blockquote><video poster=/CANARY/><time datetime=CANARY>CANARY</time><link rel=stylesheet !sheet='p{content:\"CANARY\"}'/></section>";
    for level in [TEXT, BLOCK] {
        let out = shown_by(text, &[("#m", level)]);
        assert!(!out.contains(canary), "{out}");
        for kept in [
            r#"class="box""#,
            r#"style="width:1px""#,
            r#"viewBox="0 0 1 1""#,
            r#"colspan="2""#,
            r#"width="5""#,
            r#"size="9""#,
            r#"rows="3""#,
            "multiple",
        ] {
            assert!(out.contains(kept), "{kept} in {out}");
        }
        assert!(
            !out.contains("data-state") && !out.contains("checked") && !out.contains("selected"),
            "{out}"
        );
    }
    assert!(shown(text).contains(canary));
}

#[test]
fn masked_texts_and_values_are_bullets_of_one_length() {
    let out = shown_by("<p id=m>a <b> </b> <i>long text</i></p>", &[("#m", TEXT)]);
    assert_eq!(
        out,
        r#"<p id="m" data-mask="1" data-label="L">••••••<b> </b> <i>••••••</i></p>"#
    );
    for input in [
        "<input id=m/>",
        "<input id=m value=x/>",
        "<input id=m !value=''/>",
        "<input id=m !value=xyz/>",
    ] {
        let out = shown_by(input, &[("#m", TEXT)]);
        assert_eq!(
            out, r#"<input id="m" data-value="••••••" data-mask="1" data-label="L">"#,
            "{input}"
        );
    }
    let out = shown_by("<input type=password !value=hunter2/>", &[]);
    assert_eq!(
        out,
        r#"<input type="text" data-cobrowse-type="password" data-value="••••••" data-mask="1" data-label="">"#
    );
}

#[test]
fn masks_are_told_of_where_they_begin() {
    let tree = page(
        "<div id=a !mask=1 !label=x !box=10><p id=b class=x><i id=c/></p><p id=d class=y/></div>",
    );
    let marks = marks(&tree, &[(".x", TEXT), (".y", BLOCK)]);
    let mut assets = assets();
    let projector = Projector::new(&tree, &marks, &mut assets);
    let mask = |id| projector.mask(find(&tree, id));
    assert_eq!(mask("a"), Some((1, "x", 10, 10)));
    assert_eq!((mask("b"), mask("c")), (None, None));
    assert_eq!(mask("d"), Some((BLOCK, "L", 0, 0)));
}

#[test]
fn documents_have_titles_and_public_addresses() {
    let text = "<html><head><title id=t>T</title></head></html>";
    let tree = page_in(
        "!title=Orders !address=https://u:p@shop.example/a?token=1#x",
        text,
    );
    let root = tree.root().expect("a page");
    let seen = |rules: &[(&str, u32)]| {
        let marks = marks(&tree, rules);
        let mut assets = assets();
        let projector = Projector::new(&tree, &marks, &mut assets);
        (
            projector.title(root).into_owned(),
            projector.address(root).into_owned(),
        )
    };
    assert_eq!(
        seen(&[]),
        ("Orders".into(), "https://shop.example/a".into())
    );
    assert_eq!(
        seen(&[("title", TEXT)]),
        (String::new(), "https://shop.example/a".into())
    );
    let masked = page_in(
        "!title=Orders !address=https://shop.example/a !mask=1",
        text,
    );
    let marks = marks(&masked, &[]);
    let mut assets = assets();
    let projector = Projector::new(&masked, &marks, &mut assets);
    let root = masked.root().expect("a page");
    assert_eq!(
        (projector.title(root), projector.address(root)),
        ("".into(), "".into())
    );
}

#[test]
fn one_attribute_is_shown_as_with_all() {
    let tree = page("<a id=a href=/x?y onclick=z title=t/><input id=i type=password value=v/>");
    let marks = marks(&tree, &[]);
    let mut assets = assets();
    let mut projector = Projector::new(&tree, &marks, &mut assets);
    for id in ["a", "i"] {
        let n = find(&tree, id);
        let all = projector.element(n).attributes;
        let names: Vec<&str> = tree.attributes(n).map(|(name, _)| name).collect();
        let each: Vec<_> = names
            .iter()
            .filter_map(|name| projector.attribute(n, name))
            .collect();
        let all: Vec<_> = all
            .into_iter()
            .filter(|(name, _)| name != "data-cobrowse-type")
            .collect();
        assert_eq!(all, each);
    }
    assert_eq!(projector.attribute(find(&tree, "a"), "nothing"), None);
}

#[test]
fn deep_pages_are_written_without_recursion() {
    let deep = format!("{}t{}", "<i>".repeat(100_000), "</i>".repeat(100_000));
    assert_eq!(shown(&deep), deep);
}

#[test]
fn a_select_does_not_say_which_masked_option_it_has() {
    let select = |options: &str| format!("<select !value=CANARY>{options}</select>");
    for options in [
        "<option class=s !state=4>CANARY</option><option>b</option>",
        "<optgroup class=s><option value=CANARY !state=4/></optgroup><option>b</option>",
        "<option class=s value=CANARY/><option>b</option>",
        "<option !state=4>b</option><option class=s value=CANARY !state=4/>",
    ] {
        let out = shown_by(&select(options), &[(".s", TEXT)]);
        assert!(!out.contains("CANARY"), "{out}");
        assert!(
            !out.contains("data-value") && !out.contains("data-state"),
            "{out}"
        );
    }
    let public = "<option class=s value=x>x</option><option !state=4>b</option>";
    let out = shown_by(&select(public), &[(".s", TEXT)]);
    assert!(out.contains(r#"<select data-value="CANARY">"#), "{out}");
    assert!(out.contains(r#"data-state="4">b"#), "{out}");
}

#[test]
fn the_focus_in_a_masked_place_is_that_of_the_place() {
    for (text, rules, expected) in [
        (
            "<div class=s id=a><p class=s id=b><input id=f !focus/></p></div>",
            TEXT,
            Some("a"),
        ),
        (
            "<div id=a><p class=s id=b><input id=f !focus/></p></div>",
            BLOCK,
            Some("b"),
        ),
        (
            "<div id=a><p id=b><input id=f class=s !focus/></p></div>",
            TEXT,
            Some("f"),
        ),
        ("<div class=s id=a/><input id=f !focus/>", TEXT, Some("f")),
        (
            "<x-y id=a><#open><p class=s id=b><input id=f !focus/></p></#open></x-y>",
            TEXT,
            Some("b"),
        ),
        (
            "<iframe id=a><#document !mask=1><input id=f !focus/></#document></iframe>",
            TEXT,
            Some("a"),
        ),
        (
            "<x-y id=a><#open><p class=s><slot/></p></#open><b id=b><input id=f !focus/></b></x-y>",
            TEXT,
            Some("b"),
        ),
    ] {
        let tree = page(text);
        let marks = marks(&tree, &[(".s", rules)]);
        let mut assets = assets();
        let projector = Projector::new(&tree, &marks, &mut assets);
        assert_eq!(
            projector.focus(),
            expected.map(|id| find(&tree, id)),
            "{text}"
        );
    }
    let tree = page_in("!mask=1", "<input id=f !focus/>");
    let marks = marks(&tree, &[]);
    let mut assets = assets();
    let projector = Projector::new(&tree, &marks, &mut assets);
    assert_eq!(projector.focus(), None);
}

#[test]
fn a_masked_title_anywhere_masks_the_title() {
    for (text, title) in [
        (
            "<html><body><div><title class=s>T</title></div></body></html>",
            "",
        ),
        ("<title class=s>T</title>", ""),
        ("<html class=s><head><title>T</title></head></html>", ""),
        (
            "<html><head><title>T</title></head><body class=s/></html>",
            "Orders",
        ),
        (
            "<svg:svg><svg:title class=s>T</svg:title></svg:svg>",
            "Orders",
        ),
        (
            "<iframe><#document><title class=s>T</title></#document></iframe>",
            "Orders",
        ),
    ] {
        let tree = page_in("!title=Orders", text);
        let marks = marks(&tree, &[(".s", TEXT)]);
        let mut assets = assets();
        let projector = Projector::new(&tree, &marks, &mut assets);
        assert_eq!(
            projector.title(tree.root().expect("a page")),
            title,
            "{text}"
        );
    }
}

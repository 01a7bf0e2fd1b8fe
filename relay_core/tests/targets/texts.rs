//! Whatever reads text of a page or a rule: selectors, style sheets, addresses.

use std::borrow::Cow;

use relay_core::assets::{Assets, NOTHING};
use relay_core::css::{self, Media};
use relay_core::limits::Limits;
use relay_core::mask::{Plan, Rule};
use relay_core::replica::Replica;
use relay_core::selector::Selector;
use relay_core::srcset;
use relay_core::url::{self, Base, Source, Use};

use super::seeds;

const RELAY: &str = "https://relay.example/a";

fn text(data: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(data)
}

/// A selector that is taken matches the same alone and as a rule's, and its parts for browser and relay are selectors too.
pub fn selector(data: &[u8]) {
    let text = text(data);
    let Ok(selector) = Selector::parse(&text) else {
        return;
    };
    let source = selector.source(&text);
    for part in [source.browser, source.relay] {
        assert!(part.is_empty() || Selector::parse(&part).is_ok(), "{part}");
    }
    let mut replica = Replica::new(Limits::default(), b"key", RELAY);
    replica.apply(&seeds::page()).expect("a right page");
    let tree = replica.tree();
    let matched: Vec<u32> = selector
        .matched(tree)
        .into_iter()
        .map(|n| tree.id(n).0)
        .collect();
    let rule = Rule {
        selector: text.clone().into_owned(),
        action: 1,
        label: String::new(),
    };
    let Ok(plan) = Plan::compile(&[rule]) else {
        return;
    };
    let audience = replica.add_audience(plan.into()).expect("an audience");
    let levels = replica.project(audience, |projector| {
        let tree = projector.tree;
        let all = tree.root().into_iter().flat_map(|root| tree.walk(root));
        let masked = all.filter(|n| projector.marks.level(*n) > 0);
        masked.map(|n| tree.id(n).0).collect::<Vec<_>>()
    });
    let levels = levels.expect("the audience is there");
    assert!(
        matched.iter().all(|id| levels.contains(id)),
        "{matched:?} of {levels:?}"
    );
}

/// The addresses that a browser would load from a text that has been rewritten.
fn loaded(again: &str, assets: &Assets) -> Vec<String> {
    let ids = again.split("https://second.example/b/").skip(1);
    ids.filter_map(|rest| assets.target(rest.get(..22)?).map(str::to_owned))
        .collect()
}

/// Whatever a sheet says, what is left of it loads from the relay alone.
pub fn css(data: &[u8]) {
    let text = text(data);
    let base = Base::new("https://shop.example/css/a.css");
    let media = Some(Media {
        features: 5,
        ratio: 2000,
    });
    for media in [None, media] {
        let mut assets = Assets::new(b"key", RELAY, 100);
        let sheet = css::sheet(&text, &base, media, &mut assets);
        let style = css::style(&text, &base, media, &mut assets).into_owned();
        for shown in [&sheet, &style] {
            let mut second = Assets::new(b"other", "https://second.example/b", 100);
            let again = css::sheet(
                shown,
                &Base::new("https://viewer.example/"),
                None,
                &mut second,
            );
            for target in loaded(&again, &second) {
                assert!(
                    target.starts_with(RELAY),
                    "{target} is loaded from {shown:?}"
                );
            }
        }
        css::media(&text, media);
    }
    let kept = css::masked_style(&text);
    assert!(
        !kept.contains("url") && !kept.contains(['"', '\'', '\\', '{', '@']),
        "{kept}"
    );
}

/// Addresses lead to http(s) and `blob:` only, and links carry no query, fragment or credentials.
pub fn url(data: &[u8]) {
    let text = text(data);
    let (base, address) = text
        .split_once('\n')
        .unwrap_or(("https://shop.example/a/b", &text));
    let base = Base::new(base);
    for place in [Use::Image, Use::Sheet] {
        match base.source(address, place) {
            Source::Asset { target, .. } => {
                let is_known = ["http://", "https://", "blob:"]
                    .iter()
                    .any(|start| target.starts_with(start));
                assert!(is_known && !target.contains('#'), "{target}");
            }
            Source::Data => assert!(address.trim_start().len() >= 5, "{address}"),
            Source::Refused => {}
        }
    }
    for link in [base.link(address), url::page(address)]
        .into_iter()
        .flatten()
    {
        let is_web = link.starts_with("http://") || link.starts_with("https://");
        let host = link.split('/').nth(2).unwrap_or("");
        assert!(
            is_web && !link.contains(['?', '#']) && !host.contains('@'),
            "{link}"
        );
    }
}

/// Read again, what is left of a `srcset` has the addresses put in and no others.
pub fn srcset(data: &[u8]) {
    let text = text(data);
    let shown = srcset::rewrite(&text, |address| {
        (address.len() % 3 != 0).then(|| format!("{RELAY}/x"))
    });
    let mut found = Vec::new();
    srcset::rewrite(&shown, |address| {
        found.push(address.to_owned());
        None
    });
    let own = format!("{RELAY}/x");
    assert!(found.iter().all(|address| *address == own), "{found:?}");
}

/// An address given out leads back to its target, and there are no more than the cap.
pub fn assets(data: &[u8]) {
    const CAP: usize = 5;
    let text = text(data);
    let mut assets = Assets::new(data.get(..4).unwrap_or(b"key"), "p", CAP);
    let mut given = std::collections::BTreeSet::new();
    for target in text.split('\n') {
        if target.is_empty() {
            assets.turn();
            given.clear();
            continue;
        }
        let address = assets.address(target);
        if address != NOTHING {
            let id = address.strip_prefix("p/").expect("the prefix");
            assert_eq!(assets.target(id), Some(target));
            given.insert(address);
        }
        assert!(given.len() <= CAP);
    }
    assert_eq!(assets.target(&text), None);
}

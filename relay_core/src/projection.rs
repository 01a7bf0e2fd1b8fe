//! What an audience may see of the replica: an allow-list, masked.
//!
//! Elements, attributes and addresses pass by the tables of `allow`, `url` and `css`; unknown means no. Everything that is asked of a
//! masked node is answered with what its level leaves (docs/protocol.md, "The tree" and "Visitor and viewer").

use crate::allow::{self, Shown, known};
use crate::assets::{Assets, Rewritten};
use crate::atoms::Atom;
use crate::cards::has_card;
use crate::css::Media;
use crate::edit::SECRET_STATES;
use crate::mask::Marks;
use crate::names::{self, BULLETS, namespace};
use crate::op::{Playback, Text};
use crate::tree::{self, Kind, Slot, Tree, Version};
use crate::url::{self, Base, Use};
use crate::{css, srcset};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// States that put an element in the top layer.
const LAYERED: u32 = names::state::MODAL | names::state::POPOVER | names::state::FULLSCREEN;

/// Most columns or rows that a cell may span.
const SPAN: u64 = 1000;

/// One audience's view of a page, for the making of one viewer frame.
pub struct Projector<'a> {
    /// The page.
    pub tree: &'a Tree,
    /// Its masks for the audience.
    pub marks: &'a Marks,
    /// Where the addresses of what the page loads are kept.
    pub assets: &'a mut Assets,
    owners: Owners,
}

impl Drop for Projector<'_> {
    fn drop(&mut self) {
        self.assets.rewrites.end();
    }
}

/// An element as viewers have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Projected<'a> {
    /// Of `names::namespace`.
    pub namespace: u32,
    /// Its tag.
    pub tag: Cow<'a, str>,
    /// Its attributes: name and value.
    pub attributes: Vec<(Cow<'a, str>, Cow<'a, str>)>,
    /// Whether children, shadow root and document are projected.
    pub content: bool,
}

type Attribute<'a> = (Cow<'a, str>, Cow<'a, str>);

impl<'a> Projector<'a> {
    /// Nothing is rewritten yet.
    pub fn new(tree: &'a Tree, marks: &'a Marks, assets: &'a mut Assets) -> Self {
        assets.rewrites.begin(&assets.limits);
        Self {
            tree,
            marks,
            assets,
            owners: Owners::default(),
        }
    }

    /// An element, with its attributes in their order.
    pub fn element(&mut self, n: Slot) -> Projected<'a> {
        let shown = self.shown(n);
        let (namespace, tag) = self.name(n, shown);
        Projected {
            namespace,
            tag: tag.into(),
            attributes: self.shown_attributes(n, shown).collect(),
            content: self.holds_content(n),
        }
    }

    /// What the element is shown as.
    pub(crate) fn shown(&self, n: Slot) -> Shown {
        let tree = self.tree;
        known::element(tree.namespace(n), tree.tag_atom(n), tree.tag(n))
    }

    /// Namespace and tag of an element that is shown so.
    pub(crate) fn name(&self, n: Slot, shown: Shown) -> (u32, &'a str) {
        match shown {
            Shown::AsIs | Shown::Custom => (self.tree.namespace(n), self.tree.tag(n)),
            Shown::Void => (namespace::HTML, "cobrowse-void"),
            Shown::Box => (namespace::HTML, "cobrowse-box"),
            Shown::Span => (namespace::HTML, "span"),
        }
    }

    /// The attributes of an element that is shown so, in their order.
    pub(crate) fn shown_attributes(
        &mut self,
        n: Slot,
        shown: Shown,
    ) -> impl Iterator<Item = Attribute<'a>> {
        let of_ours = [self.type_mark(n), self.button_text(n)];
        let records = self.tree.attribute_records(n).iter();
        records
            .filter_map(move |record| self.show(n, shown, record))
            .chain(of_ours.into_iter().flatten())
    }

    pub(crate) fn holds_content(&self, n: Slot) -> bool {
        let tree = self.tree;
        known::holds_content(tree.namespace(n), tree.tag_atom(n), tree.tag(n))
    }

    /// One attribute by the page's name for it: the name and value shown, if any.
    pub fn attribute(&mut self, n: Slot, name: &str) -> Option<Attribute<'a>> {
        let name = self.tree.atom(name)?;
        let mut records = self.tree.attribute_records(n).iter();
        let record = records.find(|record| record.name == name)?;
        self.show(n, self.shown(n), record)
    }

    /// The name and value shown of each attribute that has changed after a version; none when one of these is not shown.
    pub(crate) fn changed_attributes(
        &mut self,
        n: Slot,
        since: Version,
    ) -> Option<Vec<Attribute<'a>>> {
        let shown = self.shown(n);
        let records = self.tree.attribute_records(n).iter();
        let changed = records.filter(|record| record.changed > since);
        changed.map(|record| self.show(n, shown, record)).collect()
    }

    /// Whether a node can have anything beside its place, text and attributes.
    pub(crate) fn may_have_properties(&self, n: Slot) -> bool {
        let is_plain = self.tree.extra(n).is_none() && !self.is_masked(n);
        !is_plain || self.tree.tag_atom(n) == Atom::STYLE
    }

    /// The data of a text node.
    pub fn text(&self, n: Slot) -> Cow<'a, str> {
        let text = self.tree.text(n);
        if self.is_in_style(n) {
            return "".into();
        }
        if self.is_masked(n) && !allow::is_blank(text) {
            BULLETS.into()
        } else {
            text.into()
        }
    }

    /// The value property of a control.
    pub fn value(&self, n: Slot) -> Option<Cow<'a, str>> {
        let is_file = self
            .input_type(n)
            .is_some_and(|kind| kind.eq_ignore_ascii_case("file"));
        if is_file || self.marks.is_secret(n) {
            return None;
        }
        if !self.is_masked(n) {
            return self.tree.value(n).map(Cow::from);
        }
        self.takes_text(n).then_some(BULLETS.into())
    }

    /// State bits.
    pub fn state(&self, n: Slot) -> u32 {
        let state = self.tree.state(n);
        if self.is_masked(n) {
            state & !SECRET_STATES
        } else if self.marks.is_secret(n) {
            state & !names::state::SELECTED
        } else {
            state
        }
    }

    /// Whether what a canvas or video shows may be seen.
    pub fn shows_drawing(&self, n: Slot) -> bool {
        !self.is_masked(n) && !self.marks.is_secret(n)
    }

    /// How far a video or audio has been played; nothing of a masked one.
    pub fn playback(&self, n: Slot) -> Playback {
        let told = self.tree.playback(n).filter(|_| self.shows_drawing(n));
        told.unwrap_or_default()
    }

    /// The animations that run on an element, as CSS, rewritten as sheets are; none of a masked one.
    pub fn animation(&mut self, n: Slot) -> String {
        let animation = self
            .tree
            .extra(n)
            .and_then(|extra| extra.animation.is.as_ref());
        let Some(text) = animation.filter(|_| self.shows_drawing(n)) else {
            return String::new();
        };
        let base = self.base(n);
        self.rewritten(text, &base, |assets, media| {
            css::sheet(text, &base, media, assets)
        })
    }

    /// Node and offset of the start and the end of what is selected, unless one of them is in a masked place.
    pub fn selection(&self) -> Option<((Slot, u32), (Slot, u32))> {
        let (start, end) = self.tree.screen.selection.is?;
        let is_shown = |(n, _): &(Slot, u32)| {
            !self.tree.is_unseen(*n) && !self.is_masked(*n) && !self.marks.is_secret(*n)
        };
        (is_shown(&start) && is_shown(&end)).then_some((start, end))
    }

    /// Scroll offsets.
    pub fn scroll(&self, n: Slot) -> (i32, i32) {
        if self.is_masked(n) {
            (0, 0)
        } else {
            self.tree.scroll(n)
        }
    }

    /// The text of the sheet that a link or style element owns, every address in it rewritten.
    pub fn sheet(&mut self, n: Slot) -> Option<String> {
        let is_sheet = matches!(self.tree.tag_atom(n), Atom::LINK | Atom::STYLE);
        if !is_sheet || self.is_masked(n) || self.shown(n) != Shown::AsIs {
            return None;
        }
        let own = self.tree.extra(n).and_then(|extra| extra.sheet.is.as_ref());
        let text = match self.tree.tag(n) {
            "link" if self.is_style_link(n) => own?.text.clone(),
            "style" => own.map_or_else(|| self.style_text(n), |sheet| sheet.text.clone()),
            _ => return None,
        };
        let base = match own {
            Some(sheet) if !sheet.base.is_empty() => self.assets.rewrites.base(&sheet.base),
            _ => self.base(n),
        };
        Some(self.rewritten(&text, &base, |assets, media| {
            css::sheet(&text, &base, media, assets)
        }))
    }

    /// What a text of CSS has been rewritten to before, or is by `rewrite`; nothing of what is more than a viewer frame may have.
    fn rewritten(
        &mut self,
        text: &Text,
        base: &Base,
        rewrite: impl FnOnce(&mut Assets, Option<Media>) -> String,
    ) -> String {
        if let Some(known) = self.assets.rewrites.text(text, base) {
            return known.into();
        }
        if !self.assets.rewrites.may_rewrite() {
            return String::new();
        }
        let media = self.media();
        let shown = rewrite(self.assets, media);
        let is_paid = self.assets.rewrites.take_text(text, base, &shown);
        if is_paid { shown } else { String::new() }
    }

    /// The numbers of the constructed sheets that a document or shadow root adopts, as a list.
    pub fn adopted(&self, n: Slot) -> &'a str {
        if self.is_masked(n) {
            return "";
        }
        self.tree.adopted(n)
    }

    /// The text of a constructed sheet, rewritten as other sheets are.
    pub fn constructed(&mut self, sheet: u32) -> String {
        let Some(sheet) = self.tree.constructed(sheet) else {
            return String::new();
        };
        let base = self.assets.rewrites.base(&sheet.base);
        self.rewritten(&sheet.text, &base, |assets, media| {
            css::sheet(&sheet.text, &base, media, assets)
        })
    }

    fn media(&self) -> Option<Media> {
        let ratio = self.tree.viewport().map_or(0, |(_, _, ratio)| ratio);
        let features = self.tree.media()?;
        Some(Media { features, ratio })
    }

    /// The mask to tell viewers of: level, label, width and height of the box in CSS px (0 when unknown).
    pub fn mask(&self, n: Slot) -> Option<(u32, &'a str, u32, u32)> {
        told_mask(self.tree, self.marks, n)
    }

    /// The focused element, or the outermost masked one that it is in: where in a masked place the focus is, is not shown.
    pub fn focus(&self) -> Option<Slot> {
        self.place(self.tree.focus())
    }

    /// The element that the pointer hovers and the one that it presses; of those in a masked place the outermost masked one.
    pub fn hover(&self) -> (Option<Slot>, Option<Slot>) {
        let (hovered, active) = self.tree.hover();
        (self.place(hovered), self.place(active))
    }

    fn place(&self, n: Option<Slot>) -> Option<Slot> {
        let n = n.filter(|n| !self.tree.is_unseen(*n))?;
        let above = std::iter::successors(Some(n), |n| self.tree.composed_parent(*n));
        let outermost = above.take_while(|n| self.is_masked(*n)).last();
        let shown = outermost.unwrap_or(n);
        if self.tree.kind(shown) == Kind::Element {
            return Some(shown);
        }
        // A masked document: its frame element has the focus, if it is in one.
        self.tree.host(shown)
    }

    /// Whether a state puts the element in the top layer.
    pub fn is_layered(&self, n: Slot) -> bool {
        !self.tree.is_unseen(n) && self.state(n) & LAYERED != 0
    }

    /// The title of a document; empty when it, or a `title` element of it, is masked or was.
    pub fn title(&self, document: Slot) -> Cow<'a, str> {
        if self.is_masked(document) || self.marks.is_secret(document) {
            return "".into();
        }
        let title = &self.tree.document(document).title;
        #[cfg(feature = "testing")]
        crate::testing::panic_if_asked(title, "delta");
        if has_card(title) {
            return BULLETS.into();
        }
        title.as_str().into()
    }

    /// The address of a document without query and fragment; empty when it is masked or not of the web.
    pub fn address(&self, document: Slot) -> Cow<'a, str> {
        if self.is_masked(document) {
            return "".into();
        }
        url::page(&self.tree.document(document).address)
            .filter(|address| !has_card(address))
            .unwrap_or_default()
            .into()
    }

    fn is_masked(&self, n: Slot) -> bool {
        self.marks.level(n) > 0
    }

    fn base(&mut self, n: Slot) -> Base {
        let document = self.tree.document(self.owners.document(self.tree, n));
        let own = if document.base.is_empty() {
            &document.address
        } else {
            &document.base
        };
        self.assets.rewrites.base(own)
    }

    fn is_html(&self, n: Slot, tag: &str) -> bool {
        self.tree.namespace(n) == namespace::HTML && self.tree.tag(n) == tag
    }

    fn input_type(&self, n: Slot) -> Option<&'a str> {
        (self.tree.tag_atom(n) == Atom::INPUT && self.is_html(n, "input"))
            .then(|| self.tree.attribute(n, "type").unwrap_or("text"))
    }

    /// What style sheets find instead of the type of an input that is shown as another one.
    fn type_mark(&self, n: Slot) -> Option<Attribute<'a>> {
        let own = self.input_type(n)?;
        let is_another = shown_input_type(own) != own;
        is_another.then(|| ("data-cobrowse-type".into(), own.to_ascii_lowercase().into()))
    }

    /// What browsers write on a button whose page does not say, and not on one of the type that it is shown as.
    fn button_text(&self, n: Slot) -> Option<Attribute<'a>> {
        let own = self.input_type(n)?;
        if self.is_masked(n) || self.tree.attribute(n, "value").is_some() {
            return None;
        }
        let text = match own.to_ascii_lowercase().as_str() {
            "submit" => "Submit",
            "reset" => "Reset",
            _ => return None,
        };
        Some(("value".into(), text.into()))
    }

    fn takes_text(&self, n: Slot) -> bool {
        self.is_html(n, "input") || self.is_html(n, "textarea")
    }

    fn is_in_style(&self, n: Slot) -> bool {
        self.tree
            .parent(n)
            .is_some_and(|parent| self.tree.tag_atom(parent) == Atom::STYLE)
    }

    fn is_style_link(&self, n: Slot) -> bool {
        let rel = self.tree.attribute(n, "rel").unwrap_or("");
        self.is_html(n, "link")
            && rel
                .split_ascii_whitespace()
                .any(|word| word.eq_ignore_ascii_case("stylesheet"))
    }

    fn style_text(&self, n: Slot) -> Text {
        let tree = self.tree;
        let mut texts = self.children(n).filter_map(|child| tree.text_data(child));
        let first = texts.next().cloned().unwrap_or_default();
        texts.fold(first, |all, text| all + text.as_str())
    }

    fn children(&self, n: Slot) -> impl Iterator<Item = Slot> {
        let tree = self.tree;
        std::iter::successors(tree.first_child(n), |child| tree.next_sibling(*child))
    }

    fn show(
        &mut self,
        n: Slot,
        shown: Shown,
        record: &'a tree::Attribute,
    ) -> Option<Attribute<'a>> {
        let (namespace, tag) = (self.tree.namespace(n), self.tree.tag(n));
        let (name, value) = (self.tree.atoms.name(record.name), &record.value);
        let element = (self.tree.tag_atom(n), tag, shown);
        if !known::attribute(namespace, element, (record.name, name)) {
            return self.show_aside(n, shown, name, value);
        }
        if self.is_masked(n) {
            let is_layout = known::layout(record.name, name);
            return is_layout.then(|| self.show_masked(n, name, value));
        }
        if name == "style" {
            return Some((name.into(), self.style(n, value)));
        }
        match (shown, namespace) {
            (Shown::AsIs, namespace::HTML) => self.show_html(n, name, value),
            (Shown::AsIs, namespace::SVG) => self.show_svg(n, name, value),
            _ => Some((name.into(), value.as_str().into())),
        }
    }

    /// What means something to browsers on this element, or nothing to anybody but the page: only style sheets still find it.
    fn show_aside(
        &self,
        n: Slot,
        shown: Shown,
        name: &'a str,
        value: &'a str,
    ) -> Option<Attribute<'a>> {
        let is_private = self.is_masked(n) || self.marks.is_secret(n);
        let is_shown = !is_private && allow::aside(shown, name);
        // Nothing of the page's own is an address or code here.
        let value = if value.contains([':', '/', '<', '(']) {
            ""
        } else {
            value
        };
        is_shown.then(|| (format!("{}{name}", allow::ASIDE).into(), value.into()))
    }

    fn show_masked(&self, n: Slot, name: &'a str, value: &'a str) -> Attribute<'a> {
        let value = match name {
            "style" => css::masked_style(value).into(),
            "type" if self.is_html(n, "input") => shown_input_type(value).into(),
            "colspan" | "rowspan" | "span" => span(value),
            _ => value.into(),
        };
        (name.into(), value)
    }

    fn show_html(&mut self, n: Slot, name: &'a str, value: &'a str) -> Option<Attribute<'a>> {
        let shown: Cow<'a, str> = match (self.tree.tag(n), name) {
            ("a" | "area", "href") => {
                // What leads elsewhere than to a page is still a link to style sheets.
                let base = self.base(n);
                let link = self.assets.link(&base, value).unwrap_or_default();
                return Some(("data-href".into(), link.into()));
            }
            ("a" | "area", "data-href") if self.tree.attribute(n, "href").is_some() => return None,
            ("link" | "style" | "source", "media") => css::media(value, self.media()),
            (_, "cite") => {
                let base = self.base(n);
                self.assets.link(&base, value)?.into()
            }
            (_, "src" | "poster") => self.image(n, value)?,
            (_, "srcset") => {
                let base = self.base(n);
                srcset::rewrite(value, |address| {
                    self.image_at(&base, address).map(Cow::into_owned)
                })
                .into()
            }
            ("input", "type") => shown_input_type(value).into(),
            (_, "usemap") => value.starts_with('#').then_some(value)?.into(),
            (_, "colspan" | "rowspan" | "span") => span(value),
            _ => value.into(),
        };
        Some((name.into(), shown))
    }

    /// Same-document references stay, images are assets, links lead nowhere; other attributes may hold `url()` like CSS.
    fn show_svg(&mut self, n: Slot, name: &'a str, value: &'a Text) -> Option<Attribute<'a>> {
        if name != "href" && name != "xlink:href" {
            return Some((name.into(), self.style(n, value)));
        }
        if self.tree.tag(n) == "a" {
            return None;
        }
        if value.starts_with('#') {
            return Some((name.into(), value.as_str().into()));
        }
        if self.tree.tag(n) != "image" {
            return None;
        }
        Some((name.into(), self.image(n, value)?))
    }

    fn style(&mut self, n: Slot, value: &'a Text) -> Cow<'a, str> {
        if css::is_plain(value) {
            return value.as_str().into();
        }
        let base = self.base(n);
        let shown = self.rewritten(value, &base, |assets, media| {
            css::style(value, &base, media, assets).into_owned()
        });
        shown.into()
    }

    fn image(&mut self, n: Slot, value: &'a str) -> Option<Cow<'a, str>> {
        let base = self.base(n);
        self.image_at(&base, value)
    }

    fn image_at<'v>(&mut self, base: &Base, value: &'v str) -> Option<Cow<'v, str>> {
        match self.assets.rewrite(base, value, Use::Image) {
            Rewritten::Same => Some(value.into()),
            Rewritten::Address(address) => Some(String::from(address).into()),
            Rewritten::Nothing => None,
        }
    }
}

/// The documents that nodes are in, found without going all the way up again and again.
#[derive(Default)]
struct Owners {
    /// The last node above one that was asked for, and its document.
    last: Option<(Slot, Slot)>,
    /// Those of some nodes on the way up.
    known: FxHashMap<Slot, Slot>,
}

/// One node in so many, by its depth, is remembered.
const REMEMBERED: u16 = 16;

impl Owners {
    fn document(&mut self, tree: &Tree, n: Slot) -> Slot {
        let Some(above) = tree
            .composed_parent(n)
            .filter(|_| tree.kind(n) != Kind::Document)
        else {
            return n;
        };
        if let Some((_, document)) = self.last.filter(|(last, _)| *last == above) {
            return document;
        }
        let mut passed = Vec::new();
        let mut at = above;
        let document = loop {
            if tree.kind(at) == Kind::Document {
                break at;
            }
            if tree.node(at).depth.is_multiple_of(REMEMBERED) {
                if let Some(known) = self.known.get(&at) {
                    break *known;
                }
                passed.push(at);
            }
            match tree.composed_parent(at) {
                Some(parent) => at = parent,
                None => break at,
            }
        };
        self.known.extend(passed.into_iter().map(|n| (n, document)));
        self.last = Some((above, document));
        document
    }
}

/// A mask is told of only at the element or document where it begins. Of a text that has left a masked place only the text tells.
pub(crate) fn told_mask<'a>(
    tree: &'a Tree,
    marks: &'a Marks,
    n: Slot,
) -> Option<(u32, &'a str, u32, u32)> {
    let level = marks.own(n);
    if level == 0 || !matches!(tree.kind(n), Kind::Element | Kind::Document) {
        return None;
    }
    let above = tree.composed_parent(n);
    if level <= above.map_or(0, |parent| marks.level(parent)) {
        return None;
    }
    let mask = tree.source_mask(n);
    let (width, height) = mask.map_or((0, 0), |(_, _, width, height)| (width, height));
    Some((level, marks.label(n), width, height))
}

/// Types of inputs that would send something or make the browser offer passwords are shown as harmless ones.
fn shown_input_type(kind: &str) -> &str {
    match kind.to_ascii_lowercase().as_str() {
        "password" => "text",
        "submit" | "image" | "reset" => "button",
        _ => kind,
    }
}

/// A span of columns or rows, at most as large as browsers need.
fn span(value: &str) -> Cow<'_, str> {
    let digits = value.trim_start().trim_start_matches('+');
    let end = digits
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(digits.len());
    let too_large = match digits[..end].parse::<u64>() {
        Ok(number) => number > SPAN,
        Err(_) => end > 0,
    };
    if too_large {
        SPAN.to_string().into()
    } else {
        value.into()
    }
}

#[cfg(test)]
mod tests;

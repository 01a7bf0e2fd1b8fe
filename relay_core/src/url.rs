//! Addresses found on a page: resolved, sorted by what may be done with them, cut where they could tell secrets.
//!
//! Parsing is the WHATWG's (`url` crate); what follows uses parsed parts only. Nothing is fetched here.

use std::sync::Arc;
use url::Url;

/// Longest address that is looked at; longer ones are not shown.
const ADDRESS_LENGTH: usize = 8192;
/// Largest `data:` images and fonts, in bytes of content (security requirements 2.6).
const DATA_RASTER: usize = 1 << 20;
const DATA_SVG: usize = 256 << 10;
const DATA_FONT: usize = 2 << 20;

const RASTER: &[&str] = &[
    "image/apng",
    "image/avif",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/jpg",
    "image/png",
    "image/vnd.microsoft.icon",
    "image/webp",
    "image/x-icon",
];
const FONT: &[&str] = &[
    "application/font-woff",
    "application/font-woff2",
    "application/vnd.ms-fontobject",
    "application/x-font-opentype",
    "application/x-font-ttf",
    "application/x-font-woff",
    "application/x-font-woff2",
    "font/otf",
    "font/sfnt",
    "font/ttf",
    "font/woff",
    "font/woff2",
];

/// The address that the relative addresses of a document or a sheet stand against; absent when it is none.
#[derive(Clone, Debug)]
pub struct Base(Option<Arc<Url>>);

/// What may be done with an address that a browser would load something from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Served by the relay under an address of its own. Canonical, without fragment and credentials.
    Asset {
        /// The address to fetch.
        target: String,
        /// What in it is meant, without `#`.
        fragment: Option<String>,
    },
    /// A `data:` address that stays as it is.
    Data,
    /// Nothing: not shown.
    Refused,
}

/// Where an address that loads something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Use {
    /// An image of an element.
    Image,
    /// A style sheet, where an address can be of an image or a font.
    Sheet,
}

impl Base {
    /// From an absolute address.
    pub fn new(address: &str) -> Self {
        if address.len() > ADDRESS_LENGTH {
            return Self(None);
        }
        Self(Url::parse(address).ok().map(Arc::new))
    }

    /// Tells bases apart that are there at the same time.
    pub(crate) fn number(&self) -> usize {
        self.0.as_ref().map_or(0, |url| Arc::as_ptr(url).addr())
    }

    fn resolve(&self, text: &str) -> Option<Url> {
        if text.len() > ADDRESS_LENGTH {
            return None;
        }
        match &self.0 {
            Some(base) => base.join(text).ok(),
            None => Url::parse(text).ok(),
        }
    }

    /// What an address loads, in its place.
    pub fn source(&self, text: &str, place: Use) -> Source {
        if is_data(text) {
            return if data_is_allowed(text, place) {
                Source::Data
            } else {
                Source::Refused
            };
        }
        match self.resolve(text) {
            Some(url) if matches!(url.scheme(), "http" | "https" | "blob") => asset(url),
            _ => Source::Refused,
        }
    }

    /// The address of a link without query and fragment; none unless it is http(s).
    pub fn link(&self, text: &str) -> Option<String> {
        self.resolve(text).and_then(public_part)
    }
}

/// An absolute address without credentials, query and fragment; none unless it is http(s).
pub fn page(address: &str) -> Option<String> {
    Base(None).link(address)
}

fn public_part(mut url: Url) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_query(None);
    url.set_fragment(None);
    without_credentials(url).map(String::from)
}

fn without_credentials(mut url: Url) -> Option<Url> {
    if url.scheme() != "blob" {
        url.set_username("").ok()?;
        url.set_password(None).ok()?;
    }
    Some(url)
}

fn asset(mut url: Url) -> Source {
    let fragment = url.fragment().map(str::to_owned);
    url.set_fragment(None);
    match without_credentials(url) {
        Some(url) => Source::Asset {
            target: url.into(),
            fragment,
        },
        None => Source::Refused,
    }
}

/// Only the plain spelling counts: what a parser would first have to repair is resolved like any other address, and refused.
pub(crate) fn is_data(text: &str) -> bool {
    text.as_bytes()
        .get(..5)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case(b"data:"))
}

/// Raster images, fonts (in sheets) and SVG (as an image), each up to its size.
fn data_is_allowed(text: &str, place: Use) -> bool {
    let Some((head, content)) = text[5..].split_once(',') else {
        return false;
    };
    let mut parts = head.split(';');
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let base64 = parts
        .next_back()
        .is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
    let size = if base64 {
        content.len() / 4 * 3
    } else {
        content.len()
    };
    let is = |table: &[&str]| table.binary_search(&kind.as_str()).is_ok();
    (is(RASTER) && size <= DATA_RASTER)
        || (kind == "image/svg+xml" && size <= DATA_SVG)
        || (place == Use::Sheet && is(FONT) && size <= DATA_FONT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base() -> Base {
        Base::new("https://shop.example/a/b.html?q=1#f")
    }

    #[test]
    fn links_lose_query_and_fragment() {
        for (text, shown) in [
            ("c?token=1#x", Some("https://shop.example/a/c")),
            ("#top", Some("https://shop.example/a/b.html")),
            ("//other.example/?a", Some("https://other.example/")),
            (
                "https://user:secret@x.example/p",
                Some("https://x.example/p"),
            ),
            ("javascript:alert(1)", None),
            (" java\nscript:alert(1)", None),
            ("\u{1}JaVaScRiPt:alert(1)", None),
            ("data:text/html,x", None),
            ("vbscript:x", None),
            ("mailto:a@b.example", None),
            ("http://[", None),
        ] {
            assert_eq!(base().link(text).as_deref(), shown, "{text}");
        }
        assert_eq!(
            page("https://a.example/x?y#z").as_deref(),
            Some("https://a.example/x")
        );
        assert_eq!(page("about:blank"), None);
    }

    #[test]
    fn sources() {
        let asset = |target: &str, fragment: Option<&str>| Source::Asset {
            target: target.into(),
            fragment: fragment.map(str::to_owned),
        };
        for (text, source) in [
            ("i.png?v=2", asset("https://shop.example/a/i.png?v=2", None)),
            (
                "i.svg#part",
                asset("https://shop.example/a/i.svg", Some("part")),
            ),
            ("http://u:p@x.example/i", asset("http://x.example/i", None)),
            (
                "blob:https://shop.example/1-2",
                asset("blob:https://shop.example/1-2", None),
            ),
            ("data:image/png;base64,AAAA", Source::Data),
            ("DATA:image/GIF,AAAA", Source::Data),
            ("data:image/svg+xml,%3Csvg/%3E", Source::Data),
            ("data:text/html,<script>", Source::Refused),
            ("data:application/xhtml+xml,x", Source::Refused),
            ("data:font/woff2;base64,AAAA", Source::Refused),
            ("data:image/png", Source::Refused),
            ("da\tta:image/png,x", Source::Refused),
            ("file:///etc/passwd", Source::Refused),
            ("ftp://x.example/", Source::Refused),
            ("javascript:1", Source::Refused),
            ("about:blank", Source::Refused),
            ("chrome://settings", Source::Refused),
        ] {
            assert_eq!(base().source(text, Use::Image), source, "{text}");
        }
        assert_eq!(base().source("data:font/woff2,x", Use::Sheet), Source::Data);
        assert_eq!(Base::new("").source("i.png", Use::Image), Source::Refused);
    }

    #[test]
    fn data_has_sizes() {
        let raster = format!("data:image/png,{}", "a".repeat(DATA_RASTER));
        let svg = format!("data:image/svg+xml,{}", "a".repeat(DATA_SVG));
        assert_eq!(base().source(&raster, Use::Image), Source::Data);
        assert_eq!(base().source(&(raster + "a"), Use::Image), Source::Refused);
        assert_eq!(base().source(&svg, Use::Image), Source::Data);
        assert_eq!(base().source(&(svg + "a"), Use::Image), Source::Refused);
    }

    #[test]
    fn tables_are_sorted() {
        assert!(RASTER.is_sorted() && FONT.is_sorted());
    }
}

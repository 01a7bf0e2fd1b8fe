//! The addresses under which the relay serves what a page loads: made here, and turned back into their targets.
//!
//! An id is a keyed hash of the target, so the same picture keeps its address through a session and nobody without the key can guess
//! one. The target itself never appears in the address (security requirements 4.2). Nothing is fetched here.

use crate::limits::Limits;
use crate::op::Text;
use crate::rewrites::Rewrites;
use crate::url::{Base, Source, Use, is_data};
use hmac::{Hmac, KeyInit, Mac};
use rustc_hash::FxHashMap;
use sha2::Sha256;

/// Characters of an id: 132 bits of the hash.
const ID_LENGTH: usize = 22;
/// Shown in place of an address that is refused; loads nothing.
pub const NOTHING: &str = "about:invalid";

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// What a session's page loads, by asset id, and what the page before it loaded: requests may come late.
pub struct Assets {
    given: Given,
    pub(crate) limits: Limits,
    /// Of the viewer frame that is being made.
    pub(crate) rewrites: Rewrites,
}

/// The addresses given out.
struct Given {
    /// Keyed, with nothing hashed yet; absent only if a key could be refused, which HMAC does not.
    mac: Option<Hmac<Sha256>>,
    prefix: String,
    page: FxHashMap<String, String>,
    before: FxHashMap<String, String>,
    /// Bytes of the present page's targets.
    held: usize,
}

impl Assets {
    /// `prefix` is the address of the session's assets without a slash at its end; `cap` how many a page may have.
    pub fn new(key: &[u8], prefix: &str, cap: usize) -> Self {
        let limits = Limits {
            assets: cap,
            ..Limits::default()
        };
        Self::within(key, prefix, limits)
    }

    /// Within the limits of a session.
    pub fn within(key: &[u8], prefix: &str, limits: Limits) -> Self {
        let mut rewrites = Rewrites::default();
        rewrites.begin(&limits);
        Self {
            given: Given {
                mac: Hmac::new_from_slice(key).ok(),
                prefix: prefix.to_owned(),
                page: FxHashMap::default(),
                before: FxHashMap::default(),
                held: 0,
            },
            limits,
            rewrites,
        }
    }

    /// Another page takes the place of the present one; what only the one before that loaded is forgotten.
    pub fn turn(&mut self) {
        self.given.before = std::mem::take(&mut self.given.page);
        self.given.held = 0;
    }

    /// The address of a canonical target; `about:invalid` when the page has as many as it may.
    pub fn address(&mut self, url: &str) -> String {
        self.given.address(url, &self.limits)
    }

    /// The target of an id that was given out for this page or the one before.
    pub fn target(&self, id: &str) -> Option<&str> {
        let given = &self.given;
        let known = given.page.get(id).or_else(|| given.before.get(id));
        known.map(String::as_str)
    }

    /// What stands for an address that loads something: an asset's address, the address itself (none is returned), or nothing.
    pub(crate) fn rewrite(&mut self, base: &Base, text: &str, place: Use) -> Rewritten {
        let (given, limits) = (&mut self.given, &self.limits);
        if is_data(text) {
            return given.look(base, text, place, limits);
        }
        let look = || given.look(base, text, place, limits);
        self.rewrites.address((base, text, place), look)
    }

    /// The address of a link without query and fragment; none unless it is http(s), or when the frame has as many addresses as it may.
    pub(crate) fn link(&mut self, base: &Base, text: &str) -> Option<String> {
        if !self.rewrites.may_address() {
            return None;
        }
        let link = base.link(text).unwrap_or_default();
        let is_paid = self.rewrites.pay_for_address(link.len().max(text.len()));
        Some(link).filter(|link| is_paid && !link.is_empty())
    }
}

impl Given {
    fn look(&mut self, base: &Base, text: &str, place: Use, limits: &Limits) -> Rewritten {
        match base.source(text, place) {
            Source::Data => Rewritten::Same,
            Source::Refused => Rewritten::Nothing,
            Source::Asset { target, fragment } => {
                let mut address = self.address(&target, limits);
                if let Some(fragment) = fragment.filter(|_| address != NOTHING) {
                    address.push('#');
                    address.push_str(&fragment);
                }
                Rewritten::Address(address.into())
            }
        }
    }

    fn address(&mut self, url: &str, limits: &Limits) -> String {
        let Some(id) = self.id(url) else {
            return NOTHING.to_owned();
        };
        if !self.page.contains_key(&id) {
            if self.page.len() >= limits.assets || self.held + url.len() > limits.target_text {
                return NOTHING.to_owned();
            }
            self.held += url.len();
            self.page.insert(id.clone(), url.to_owned());
        }
        format!("{}/{id}", self.prefix)
    }

    fn id(&self, url: &str) -> Option<String> {
        let mut mac = self.mac.clone()?;
        mac.update(url.as_bytes());
        Some(base64url(&mac.finalize().into_bytes()))
    }
}

/// What stands for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rewritten {
    Address(Text),
    Same,
    Nothing,
}

/// The first characters of the hash in base64url, without padding.
fn base64url(hash: &[u8]) -> String {
    let mut id = String::with_capacity(ID_LENGTH + 2);
    for three in hash.chunks_exact(3) {
        let bits = u32::from(three[0]) << 16 | u32::from(three[1]) << 8 | u32::from(three[2]);
        for shift in [18, 12, 6, 0] {
            id.push(char::from(ALPHABET[(bits >> shift & 63) as usize]));
        }
    }
    id.truncate(ID_LENGTH);
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_keyed_and_stable() {
        let mut assets = Assets::new(b"key", "https://relay.example/cobrowse/assets/s1", 10);
        let address = assets.address("https://shop.example/a.png?token=s3cret");
        assert_eq!(
            address,
            assets.address("https://shop.example/a.png?token=s3cret")
        );
        let id = address
            .strip_prefix("https://relay.example/cobrowse/assets/s1/")
            .unwrap();
        assert_eq!(id.len(), ID_LENGTH);
        assert!(id.bytes().all(|b| ALPHABET.contains(&b)));
        assert_eq!(
            assets.target(id),
            Some("https://shop.example/a.png?token=s3cret")
        );
        assert_eq!(assets.target("nope"), None);
        let mut other = Assets::new(b"other key", "p", 10);
        assert_ne!(
            other.address("https://shop.example/a.png?token=s3cret"),
            format!("p/{id}")
        );
    }

    #[test]
    fn hash_is_hmac_sha256() {
        // RFC 4231, case 2: 5bdcc146bf60754e6a042426089575c7…
        let mut assets = Assets::new(b"Jefe", "p", 1);
        let address = assets.address("what do ya want for nothing?");
        assert_eq!(address, "p/W9zBRr9gdU5qBCQmCJV1x1");
    }

    #[test]
    fn ids_live_as_long_as_their_page_and_the_next() {
        let mut assets = Assets::new(b"key", "p", 1);
        let one = assets.address("https://a.example/1");
        let id = one.strip_prefix("p/").expect("an address");
        assets.turn();
        assert_eq!(assets.target(id), Some("https://a.example/1"));
        assert_ne!(assets.address("https://a.example/2"), NOTHING);
        assets.turn();
        assert_eq!(assets.target(id), None);
        assert_eq!(assets.address("https://a.example/1"), one);
        assert_eq!(assets.target(id), Some("https://a.example/1"));
    }

    #[test]
    fn there_is_a_cap() {
        let mut assets = Assets::new(b"key", "p", 1);
        let first = assets.address("https://a.example/1");
        assert_eq!(assets.address("https://a.example/2"), NOTHING);
        assert_eq!(assets.address("https://a.example/1"), first);
    }
}

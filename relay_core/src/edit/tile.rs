//! What moves: pictures of what canvases and videos show, how far videos and audio have been played, animations. Only what they are is checked, not what is in them: the viewer's browser draws them
//! as it draws any picture.

use super::Edit;
use super::undo::Undo;
use crate::error::Refused;
use crate::limits::within;
use crate::names::{limit, namespace, placeholder, playback};
use crate::op::{NodeNumber, Playback, Text};
use crate::tree::{Slot, Tile};

/// Beginnings of PNG, WebP and JPEG files in base64.
const SIGNATURES: &[&str] = &["iVBORw0KGgo", "UklGR", "/9j/"];

const PLAYBACK: u32 =
    playback::PAUSED | playback::MUTED | playback::ENDED | playback::WAITING | playback::LIVE;

impl Edit<'_> {
    pub(super) fn set_tile(
        &mut self,
        node: NodeNumber,
        place: (u32, u32),
        picture: &Text,
    ) -> Result<(), Refused> {
        let n = self.element(node)?;
        let is_html = self.tree.namespace(n) == namespace::HTML;
        let places = match self.tree.tag(n) {
            "canvas" if is_html => limit::TILE_PLACE,
            "video" if is_html => 1,
            _ => return Err(Refused::WrongKind(node)),
        };
        if place.0.max(place.1) as usize >= places {
            return Err(Refused::Field("tile"));
        }
        within(picture.len(), self.limits.picture, "picture")?;
        if !is_picture(picture) {
            return Err(Refused::Field("picture"));
        }
        if self.tree.node(n).masked > 0 {
            self.outcome.alarms += u32::from(!picture.is_empty());
            return Ok(());
        }
        let tile = Tile {
            picture: picture.clone(),
            changed: self.version,
        };
        let was = self.tree.replace_tile(n, place, Some(tile));
        self.journal.push(Undo::Tile {
            n,
            place,
            was,
            changed: self.tree.node(n).changed,
        });
        self.changed(n);
        let tiles = self.tree.extra(n).map_or(0, |extra| extra.tiles.len());
        within(tiles, self.limits.tiles, "tiles")
    }

    pub(super) fn set_playback(
        &mut self,
        node: NodeNumber,
        playback: Playback,
    ) -> Result<(), Refused> {
        let n = self.element(node)?;
        let is_html = self.tree.namespace(n) == namespace::HTML;
        if !is_html || !matches!(self.tree.tag(n), "video" | "audio") {
            return Err(Refused::WrongKind(node));
        }
        if playback.bits & !PLAYBACK != 0 {
            return Err(Refused::Field("bits"));
        }
        if self.tree.node(n).masked > 0 {
            self.outcome.alarms += 1;
            return Ok(());
        }
        let playback = self.dated(Some(playback));
        self.alter(n, |extra| extra.playback = playback);
        Ok(())
    }

    pub(super) fn set_animation(&mut self, node: NodeNumber, text: &Text) -> Result<(), Refused> {
        let n = self.element(node)?;
        within(text.len(), self.limits.animation, "animation")?;
        if self.tree.node(n).masked > 0 {
            self.outcome.alarms += u32::from(!text.is_empty());
            return Ok(());
        }
        let animation = self.dated((!text.is_empty()).then(|| text.clone()));
        self.alter(n, |extra| extra.animation = animation);
        Ok(())
    }

    /// Its animations are forgotten; says whether there were any.
    pub(super) fn erase_animation(&mut self, n: Slot) -> bool {
        let is_animated = !self.tree.animation(n).is_empty();
        if is_animated {
            let nothing = self.dated(None);
            self.alter(n, |extra| extra.animation = nothing);
        }
        is_animated
    }

    /// How far it has been played is forgotten; says whether anybody knew.
    pub(super) fn erase_playback(&mut self, n: Slot) -> bool {
        let is_told = self.tree.playback(n).is_some();
        if is_told {
            let nothing = self.dated(None);
            self.alter(n, |extra| extra.playback = nothing);
        }
        is_told
    }

    /// What was drawn leaves, and the reason is shown in its place; says whether there was anything.
    pub(super) fn erase_tiles(&mut self, n: Slot) -> bool {
        let is_drawn = self
            .tree
            .extra(n)
            .is_some_and(|extra| !extra.tiles.is_empty());
        if is_drawn {
            let reason = self.dated(Some(undrawn(self.tree.tag(n))));
            self.alter(n, |extra| {
                extra.tiles.clear();
                extra.placeholder = reason;
            });
        }
        is_drawn
    }
}

/// Why what was drawn by such an element is not shown.
pub(crate) fn undrawn(tag: &str) -> u32 {
    match tag {
        "canvas" => placeholder::CANVAS,
        _ => placeholder::MEDIA,
    }
}

fn is_picture(base64: &str) -> bool {
    let digits = base64.trim_end_matches('=');
    let is_digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
    let is_whole = base64.len().is_multiple_of(4) && base64.len() - digits.len() <= 2;
    let is_known = SIGNATURES.iter().any(|start| digits.starts_with(start));
    base64.is_empty() || (is_whole && is_known && digits.bytes().all(is_digit))
}

#[cfg(test)]
mod tests {
    use super::is_picture;

    #[test]
    fn pictures_are_whole_base64_of_known_types() {
        for picture in ["", "iVBORw0KGgo=", "UklGRgAA", "/9j/", "/9j/AA=="] {
            assert!(is_picture(picture), "{picture}");
        }
        for other in [
            "/9j/A", "/9j/A===", "PHN2Zz48", "R0lGODlh", "/9j/ AAA", "/9j/=AAA", "====",
        ] {
            assert!(!is_picture(other), "{other}");
        }
    }
}

//! Panics on demand. Only in builds with the feature `testing`, which no wheel has: tests use it to prove that a panic ends one session.

/// Panics when a page's title asks for it at this place.
///
/// # Panics
/// The title is `panic in ` and the place.
#[track_caller]
pub(crate) fn panic_if_asked(title: &str, place: &str) {
    let asked = title.strip_prefix("panic in ");
    assert!(asked != Some(place), "asked for by {title}");
}

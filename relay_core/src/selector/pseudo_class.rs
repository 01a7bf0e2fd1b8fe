//! The pseudo-classes that depend on state and not on structure: which of them the relay knows, and why not the others.

use super::direction::Direction;
use super::grammar::Names;
use cssparser::ToCss;
use selectors::parser::{NonTSPseudoClass, Selector};
use std::fmt::{self, Write};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PseudoClass {
    /// `:link`, `:any-link`
    Link,
    Checked,
    Default,
    Defined,
    Dir(Direction),
    Disabled,
    Enabled,
    Focus,
    FocusVisible,
    FocusWithin,
    HostContext(Selector<Names>),
    Indeterminate,
    InRange,
    Lang(Ranges),
    Modal,
    /// Of a disclosure or dialog.
    Open,
    Optional,
    OutOfRange,
    PlaceholderShown,
    PopoverOpen,
    ReadOnly,
    ReadWrite,
    Required,
}

/// Of languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ranges {
    pub(super) list: Box<[Box<str>]>,
    /// Written as browsers know it that only take names without wildcards.
    pub(super) are_plain: bool,
}

const NAMES: &[(&str, PseudoClass)] = &[
    ("any-link", PseudoClass::Link),
    ("checked", PseudoClass::Checked),
    ("default", PseudoClass::Default),
    ("defined", PseudoClass::Defined),
    ("disabled", PseudoClass::Disabled),
    ("enabled", PseudoClass::Enabled),
    ("focus", PseudoClass::Focus),
    ("focus-visible", PseudoClass::FocusVisible),
    ("focus-within", PseudoClass::FocusWithin),
    ("in-range", PseudoClass::InRange),
    ("indeterminate", PseudoClass::Indeterminate),
    ("link", PseudoClass::Link),
    ("modal", PseudoClass::Modal),
    ("open", PseudoClass::Open),
    ("optional", PseudoClass::Optional),
    ("out-of-range", PseudoClass::OutOfRange),
    ("placeholder-shown", PseudoClass::PlaceholderShown),
    ("popover-open", PseudoClass::PopoverOpen),
    ("read-only", PseudoClass::ReadOnly),
    ("read-write", PseudoClass::ReadWrite),
    ("required", PseudoClass::Required),
];

/// Real pseudo-classes of which the relay does not know when they match, by what they depend on.
const UNSEEN: &[(&[&str], &str)] = &[
    (
        &["active", "hover"],
        "depends on the visitor's pointer, from one moment to the next",
    ),
    (
        &["visited", "local-link"],
        "depends on the visitor's history or address, which browsers tell nobody",
    ),
    (
        &["target", "target-within", "target-current"],
        "depends on the fragment of the page's address, which never leaves the visitor's browser",
    ),
    (
        &["autofill", "-webkit-autofill"],
        "depends on what the visitor's browser has filled in, which it does not tell",
    ),
    (
        &["valid", "invalid", "user-valid", "user-invalid"],
        "depends on checks that the page's script can add to (setCustomValidity)",
    ),
    (
        &[
            "buffering",
            "fullscreen",
            "muted",
            "paused",
            "picture-in-picture",
            "playing",
            "seeking",
            "stalled",
            "volume-locked",
            "xr-overlay",
        ],
        "depends on a player or screen, whose state is not shared",
    ),
    (
        &[
            "active-view-transition",
            "active-view-transition-type",
            "current",
            "future",
            "interest-source",
            "interest-target",
            "past",
            "state",
        ],
        "depends on a state inside the visitor's browser that is not shared",
    ),
    (
        &[
            "blank",
            "closed",
            "has-slotted",
            "heading",
            "nth-col",
            "nth-last-col",
        ],
        "is not known to visitors' browsers, or not to most of them",
    ),
    (
        &["-moz-any", "-webkit-any", "matches"],
        "is an old name: write :is()",
    ),
];

const UNKNOWN: &str = "is no pseudo-class that the relay knows";

impl PseudoClass {
    /// The pseudo-class of a name, or why it is refused.
    pub(super) fn named(name: &str) -> Result<Self, &'static str> {
        let known = NAMES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name));
        known
            .map(|(_, class)| class.clone())
            .ok_or_else(|| Self::why_not(name))
    }

    pub(super) fn why_not(name: &str) -> &'static str {
        let is_it = |unseen: &&str| unseen.eq_ignore_ascii_case(name);
        UNSEEN
            .iter()
            .find(|(names, _)| names.iter().any(is_it))
            .map_or(UNKNOWN, |(_, why)| why)
    }

    /// Whether it may hold where it does not surely: the relay does not know, or browsers differ.
    pub(super) fn is_bounded(&self) -> bool {
        self.is_guessed()
            || matches!(
                self,
                Self::Checked
                    | Self::Disabled
                    | Self::Enabled
                    | Self::FocusWithin
                    | Self::Lang(_)
                    | Self::Optional
                    | Self::PlaceholderShown
                    | Self::ReadOnly
                    | Self::ReadWrite
            )
    }

    /// Whether the relay only knows it roughly: whether a custom element is defined, how the focus came, and whether a host with the
    /// focus inside is said to have it.
    pub(super) fn is_guessed(&self) -> bool {
        matches!(self, Self::Defined | Self::Focus | Self::FocusVisible)
    }

    pub(super) fn name(&self) -> &'static str {
        let named = NAMES.iter().find(|(_, class)| class == self);
        named.map_or("", |(name, _)| name)
    }
}

impl NonTSPseudoClass for PseudoClass {
    fn is_active_or_hover(&self) -> bool {
        false
    }

    fn is_user_action_state(&self) -> bool {
        matches!(self, Self::Focus | Self::FocusVisible | Self::FocusWithin)
    }
}

impl ToCss for PseudoClass {
    fn to_css<W: Write>(&self, dest: &mut W) -> fmt::Result {
        match self {
            Self::Lang(ranges) => {
                dest.write_str(":lang(")?;
                for (index, range) in ranges.list.iter().enumerate() {
                    dest.write_str(if index == 0 { "" } else { ", " })?;
                    cssparser::serialize_string(range, dest)?;
                }
                dest.write_char(')')
            }
            Self::Dir(direction) => write!(dest, ":dir({})", direction.name()),
            Self::HostContext(inner) => {
                dest.write_str(":host-context(")?;
                inner.to_css(dest)?;
                dest.write_char(')')
            }
            _ => write!(dest, ":{}", self.name()),
        }
    }
}

//! The pseudo-classes that depend on state and not on structure: which of them the relay knows, and why not the others.

use cssparser::ToCss;
use selectors::parser::NonTSPseudoClass;
use std::fmt::{self, Write};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PseudoClass {
    /// `:link`, `:any-link`
    Link,
    Checked,
    Default,
    Disabled,
    Enabled,
    /// `:focus`, `:focus-visible`: the relay does not know how the focus came.
    Focus,
    FocusWithin,
    Indeterminate,
    Lang(Box<[Box<str>]>),
    Modal,
    Optional,
    PlaceholderShown,
    PopoverOpen,
    ReadOnly,
    ReadWrite,
    Required,
}

const NAMES: &[(&str, PseudoClass)] = &[
    ("any-link", PseudoClass::Link),
    ("checked", PseudoClass::Checked),
    ("default", PseudoClass::Default),
    ("disabled", PseudoClass::Disabled),
    ("enabled", PseudoClass::Enabled),
    ("focus", PseudoClass::Focus),
    ("focus-visible", PseudoClass::Focus),
    ("focus-within", PseudoClass::FocusWithin),
    ("indeterminate", PseudoClass::Indeterminate),
    ("link", PseudoClass::Link),
    ("modal", PseudoClass::Modal),
    ("optional", PseudoClass::Optional),
    ("placeholder-shown", PseudoClass::PlaceholderShown),
    ("popover-open", PseudoClass::PopoverOpen),
    ("read-only", PseudoClass::ReadOnly),
    ("read-write", PseudoClass::ReadWrite),
    ("required", PseudoClass::Required),
];

/// Real pseudo-classes of which the relay does not know when they match.
const UNSEEN: &[&str] = &[
    "active",
    "active-view-transition",
    "active-view-transition-type",
    "autofill",
    "blank",
    "buffering",
    "current",
    "defined",
    "dir",
    "fullscreen",
    "future",
    "has-slotted",
    "host-context",
    "hover",
    "in-range",
    "invalid",
    "local-link",
    "muted",
    "open",
    "out-of-range",
    "past",
    "paused",
    "picture-in-picture",
    "playing",
    "seeking",
    "stalled",
    "state",
    "target",
    "target-within",
    "user-invalid",
    "user-valid",
    "valid",
    "visited",
    "volume-locked",
];

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
        if UNSEEN
            .iter()
            .any(|unseen| unseen.eq_ignore_ascii_case(name))
        {
            "depends on what the relay does not see: it cannot be masked by"
        } else {
            "is no pseudo-class that the relay knows"
        }
    }
}

impl NonTSPseudoClass for PseudoClass {
    fn is_active_or_hover(&self) -> bool {
        false
    }

    fn is_user_action_state(&self) -> bool {
        matches!(self, Self::Focus | Self::FocusWithin)
    }
}

impl ToCss for PseudoClass {
    fn to_css<W: Write>(&self, dest: &mut W) -> fmt::Result {
        if let Self::Lang(ranges) = self {
            dest.write_str(":lang(")?;
            for (index, range) in ranges.iter().enumerate() {
                dest.write_str(if index == 0 { "" } else { ", " })?;
                cssparser::serialize_string(range, dest)?;
            }
            return dest.write_char(')');
        }
        let name = NAMES
            .iter()
            .find(|(_, class)| class == self)
            .map_or("", |(name, _)| name);
        write!(dest, ":{name}")
    }
}

//! Language ranges (`:lang()`): extended filtering of RFC 4647, section 3.3.2.

/// Whether a language tag is in a range. An empty range is that of elements without a language.
pub(super) fn is_in_range(tag: &str, range: &str) -> bool {
    if tag.is_empty() || range.is_empty() {
        return tag.is_empty() && range.is_empty();
    }
    let mut tags = tag.split('-');
    let mut ranges = range.split('-');
    let (first_tag, first_range) = (tags.next().unwrap_or(""), ranges.next().unwrap_or(""));
    if first_range != "*" && !first_range.eq_ignore_ascii_case(first_tag) {
        return false;
    }
    ranges
        .filter(|range| *range != "*")
        .all(|range| skip_to(&mut tags, range))
}

/// Whether a range is the first subtags of a language tag.
pub(super) fn starts_with(tag: &str, range: &str) -> bool {
    let mut tags = tag.split('-');
    range.split('-').all(|range| {
        tags.next()
            .is_some_and(|tag| tag.eq_ignore_ascii_case(range))
    })
}

/// Subtags may be skipped until the wanted one, but not a singleton.
fn skip_to<'a>(tags: &mut impl Iterator<Item = &'a str>, range: &str) -> bool {
    for tag in tags {
        if tag.eq_ignore_ascii_case(range) {
            return true;
        }
        if tag.len() == 1 {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_in_range;

    #[test]
    fn ranges() {
        for (tag, range, expected) in [
            ("de", "de", true),
            ("de-CH", "de", true),
            ("de-Latn-CH", "de-ch", true),
            ("de-x-CH", "de-CH", false),
            ("de", "de-CH", false),
            ("deu", "de", false),
            ("fr-CH", "*-CH", true),
            ("fr", "*", true),
            ("", "*", false),
            ("", "", true),
            ("fr", "", false),
        ] {
            assert_eq!(is_in_range(tag, range), expected, "{tag} in {range}");
        }
    }
}

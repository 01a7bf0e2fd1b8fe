//! `srcset` attributes: which addresses they hold (HTML standard, "parse a srcset attribute"), and the same with others in their place.

/// The attribute with every address replaced by what `shown` makes of it; candidates without one, or with a descriptor that is none, go.
pub fn rewrite(value: &str, mut shown: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::new();
    let mut rest = value;
    loop {
        rest = rest.trim_start_matches(|c| is_space(c) || c == ',');
        if rest.is_empty() {
            return out;
        }
        let end = rest.find(is_space).unwrap_or(rest.len());
        let (address, after) = rest.split_at(end);
        let bare = address.trim_end_matches(',');
        let (descriptor, after) = if bare.len() < address.len() {
            ("", after)
        } else {
            split_descriptor(after)
        };
        rest = after;
        if let Some(shown) = shown(bare).filter(|_| is_descriptor(descriptor)) {
            push(&mut out, &shown, descriptor);
        }
    }
}

fn push(out: &mut String, address: &str, descriptor: &str) {
    if !out.is_empty() {
        out.push_str(", ");
    }
    out.push_str(address);
    if !descriptor.is_empty() {
        out.push(' ');
        out.push_str(descriptor);
    }
}

/// Up to a comma outside of parentheses.
fn split_descriptor(text: &str) -> (&str, &str) {
    let mut open = false;
    for (at, c) in text.char_indices() {
        match c {
            '(' => open = true,
            ')' => open = false,
            ',' if !open => return (text[..at].trim_matches(is_space), &text[at + 1..]),
            _ => {}
        }
    }
    (text.trim_matches(is_space), "")
}

fn is_descriptor(text: &str) -> bool {
    text.bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b' '))
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\x0c' | '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates() {
        for (value, expected) in [
            ("a.png", "<a.png>"),
            ("a.png 1x, b.png 2x", "<a.png> 1x, <b.png> 2x"),
            ("  a.png  100w  ,b.png\t200w", "<a.png> 100w, <b.png> 200w"),
            ("a.png, b.png", "<a.png>, <b.png>"),
            ("a.png,b.png 2x", "<a.png,b.png> 2x"),
            ("a.png,, b.png", "<a.png>, <b.png>"),
            ("data:image/png,x 1x", "<data:image/png,x> 1x"),
            ("bad 1x, a.png 2x", "<a.png> 2x"),
            ("a.png foo(1,2) 1x, b.png", "<b.png>"),
            ("", ""),
            (" , ", ""),
        ] {
            let out = rewrite(value, |address| {
                (address != "bad").then(|| format!("<{address}>"))
            });
            assert_eq!(out, expected, "{value}");
        }
    }
}

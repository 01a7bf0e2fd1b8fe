//! `:in-range` and `:out-of-range`: whether the value of an input is between its limits (HTML, 4.10.5.1 and 4.10.5.3.7).

use super::forms::{input_type, is_barred, is_html};
use crate::tree::{Slot, Tree};

/// Whether its value is between its limits; none when it has none, or is not checked.
pub(super) fn is_in_range(tree: &Tree, n: Slot) -> Option<bool> {
    if !is_html(tree, n, "input") || is_barred(tree, n) {
        return None;
    }
    let kind = input_type(tree, n);
    let limit = |name| tree.attribute(n, name).and_then(|text| read(&kind, text));
    let (min, max) = match kind.as_str() {
        // Its value is always put between them.
        "range" => return Some(true),
        "date" | "datetime-local" | "month" | "number" | "time" | "week" => {
            (limit("min"), limit("max"))
        }
        _ => return None,
    };
    if min.is_none() && max.is_none() {
        return None;
    }
    let value = tree.value(n).or_else(|| tree.attribute(n, "value"));
    let Some(value) = value.and_then(|text| read(&kind, text)) else {
        return Some(true);
    };
    let under = min.is_some_and(|min| value < min);
    let over = max.is_some_and(|max| value > max);
    Some(match (min, max) {
        // Times go round: a night is from ten to six.
        (Some(min), Some(max)) if kind == "time" && max < min => !(under && over),
        _ => !(under || over),
    })
}

/// A number that orders the values of a type.
fn read(kind: &str, text: &str) -> Option<f64> {
    match kind {
        "number" => number(text),
        "date" => date(text),
        "month" => month(text),
        "week" => week(text),
        "time" => time(text),
        _ => {
            let (day, clock) = text.split_once(['T', ' '])?;
            Some(date(day)? + time(clock)? / DAY)
        }
    }
}

const DAY: f64 = 86_400.0;

/// A valid floating-point number: no plus, no bare point, no white space.
fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent),
        None => (unsigned, "0"),
    };
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let has_whole = is_digits(whole) || (whole.is_empty() && mantissa.contains('.'));
    (has_whole && is_digits(part) && is_digits(exponent))
        .then(|| text.parse::<f64>().ok())
        .flatten()
        .filter(|number| number.is_finite())
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn digits(text: &str, length: usize, range: std::ops::RangeInclusive<i32>) -> Option<i32> {
    let number = (text.len() == length && is_digits(text)).then(|| text.parse().ok())??;
    range.contains(&number).then_some(number)
}

/// A year of four digits and more, and what comes after it.
fn year(text: &str) -> Option<(i32, &str)> {
    let (year, rest) = text.split_once('-')?;
    let sound = year.len() >= 4 && is_digits(year);
    let year = sound.then(|| year.parse().ok())??;
    (1..=LAST_YEAR).contains(&year).then_some((year, rest))
}

/// Of the dates that scripts can hold.
const LAST_YEAR: i32 = 275_760;

fn month(text: &str) -> Option<f64> {
    let (year, month) = year(text)?;
    Some(f64::from(year * 12 + digits(month, 2, 1..=12)?))
}

/// Days since a day long ago, by counting those of whole years from March on.
fn day_number(year: i32, month: i32, day: i32) -> i32 {
    let (year, month) = if month < 3 {
        (year - 1, month + 9)
    } else {
        (year, month - 3)
    };
    year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day
}

fn date(text: &str) -> Option<f64> {
    let (year, rest) = year(text)?;
    let (month, day) = rest.split_once('-')?;
    let (month, day) = (digits(month, 2, 1..=12)?, digits(day, 2, 1..=31)?);
    let next = if month == 12 {
        day_number(year + 1, 1, 1)
    } else {
        day_number(year, month + 1, 1)
    };
    let number = day_number(year, month, day);
    (number < next).then(|| f64::from(number))
}

/// The Monday of the week of a year that has the fourth of January in it.
fn first_week(year: i32) -> i32 {
    let fourth = day_number(year, 1, 4);
    fourth - (fourth - day_number(2024, 1, 1)).rem_euclid(7)
}

fn week(text: &str) -> Option<f64> {
    let (year, rest) = year(text)?;
    let week = digits(rest.strip_prefix('W')?, 2, 1..=53)?;
    let start = first_week(year) + (week - 1) * 7;
    (start < first_week(year + 1)).then(|| f64::from(start))
}

fn time(text: &str) -> Option<f64> {
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 2, 0..=23)?;
    let minute = digits(parts.next()?, 2, 0..=59)?;
    let mut second = 0.0;
    if let Some(text) = parts.next() {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let part = (part.len() <= 3 && is_digits(part)).then_some(part)?;
        second = f64::from(digits(whole, 2, 0..=59)?) + format!("0.{part}").parse::<f64>().ok()?;
    }
    let minutes = f64::from(hour * 60 + minute);
    parts.next().is_none().then_some(minutes * 60.0 + second)
}

//! Values as exports spell them: names of columns, enumerations, times, digests.

use std::borrow::Cow;

use base64::Engine as _;

use crate::format::text::lenient;
use crate::format::{hex, unhex};
use crate::model::{DigestKind, SignerDigest, Timestamp};

/// Lower case, without white space and `_ - . ( ) /`: how names of columns and
/// values of enumerations are compared.
pub fn normal(text: &str) -> String {
    letters(text).collect()
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !(c.is_whitespace() || "_-.()/".contains(*c))).flat_map(char::to_lowercase)
}

/// The row of a table of normalised values that `text` falls under.
pub(super) fn find<T>(table: &'static [T], text: &str, key: impl Fn(&T) -> &'static str) -> Option<&'static T> {
    table.iter().find(|row| is_spelled(text, key(row)))
}

/// The value is spelled as a normalised one, or begins so where that ends in `*`.
fn is_spelled(text: &str, key: &str) -> bool {
    fn fits<T: PartialEq>(mut text: impl Iterator<Item = T>, mut key: impl Iterator<Item = T>, rest: bool) -> bool {
        if rest { key.all(|k| text.next() == Some(k)) } else { text.eq(key) }
    }
    let (key, rest) = key.strip_suffix('*').map_or((key, false), |start| (start, true));
    if text.is_ascii() {
        return fits(ascii_letters(text), key.bytes(), rest);
    }
    fits(letters(text), key.chars(), rest)
}

/// [`letters`] of nearly every value: no table of the world's letters is needed.
fn ascii_letters(text: &str) -> impl Iterator<Item = u8> + '_ {
    let space = |b: &u8| matches!(b, b'\t'..=b'\r' | b' ' | b'_' | b'-' | b'.' | b'(' | b')' | b'/');
    text.bytes().filter(move |b| !space(b)).map(|b| b.to_ascii_lowercase())
}

/// [`find`] in a table of many words, none of which ends in `*`.
pub(super) fn find_word<T>(table: &'static [T], text: &str, key: impl Fn(&T) -> &'static str) -> Option<&'static T> {
    const LONGEST: usize = 32;
    let mut plain = [0; LONGEST];
    if !text.is_ascii() || text.len() > LONGEST {
        return find(table, text, key);
    }
    let len = plain.iter_mut().zip(ascii_letters(text)).map(|(slot, letter)| *slot = letter).count();
    table.iter().find(|row| key(row).as_bytes() == &plain[..len])
}

/// A point in time: RFC 3339, also without zone (UTC) and with a space for the
/// `T`. Spellings that depend on a country are no statement.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(time) = Timestamp::parse(text) {
        return Some(time);
    }
    if let (Some(time), Some(zone)) =
        (text.get(..text.len().saturating_sub(5)), text.get(text.len().saturating_sub(5)..))
        && zone.starts_with(['+', '-'])
        && zone.bytes().skip(1).all(|b| b.is_ascii_digit())
        && let (Some(hours), Some(minutes)) = (zone.get(..3), zone.get(3..))
        && let Some(time) = Timestamp::parse(&format!("{time}{hours}:{minutes}"))
    {
        return Some(time);
    }
    let (date, clock) = (text.get(..10)?, text.get(11..)?);
    if !matches!(text.as_bytes().get(10), Some(b'T' | b' ')) {
        return None;
    }
    let clock = clock.trim();
    let zoned = clock.ends_with(['Z', 'z']) || clock.get(8..).is_some_and(|rest| rest.contains(['+', '-']));
    Timestamp::parse(&format!("{date}T{clock}{}", if zoned { "" } else { "Z" }))
}

/// 8-4-4-4-12 hex digits: an id of a fixed length that cannot be cut unnoticed.
pub(super) fn is_guid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(n, b)| match n {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// The bytes of a GUID, whatever the case of its digits.
#[inline]
pub(super) fn guid(text: &[u8]) -> Option<[u8; 16]> {
    const AT: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    let text: &[u8; 36] = text.try_into().ok()?;
    let mut out = [0; 16];
    let mut wrong = [8, 13, 18, 23].iter().fold(0, |wrong, at| wrong | (text[*at] ^ b'-'));
    for (byte, at) in out.iter_mut().zip(AT) {
        let (high, low) = (DIGIT[usize::from(text[at])], DIGIT[usize::from(text[at + 1])]);
        wrong |= (high | low) & 0xf0;
        *byte = high << 4 | low;
    }
    (wrong == 0).then_some(out)
}

/// Values of hexadecimal digits; 255 of other bytes.
const DIGIT: [u8; 256] = {
    let mut table = [255; 256];
    let mut n = 0;
    while n < 16 {
        table[b"0123456789abcdef"[n] as usize] = n as u8;
        table[b"0123456789ABCDEF"[n] as usize] = n as u8;
        n += 1;
    }
    table
};

/// A device id in the namespace of its system and tenant (`-`: not told).
pub(super) fn mdm_id(system: &str, tenant: &str, id: &str) -> String {
    let mut out = String::with_capacity(system.len() + tenant.len() + id.len() + 2);
    out.push_str(system);
    for part in [tenant, id] {
        out.push('/');
        for piece in part.split_inclusive(['%', '/']) {
            match piece.strip_suffix('%') {
                Some(text) => out.extend([text, "%25"]),
                None => match piece.strip_suffix('/') {
                    Some(text) => out.extend([text, "%2F"]),
                    None => out.push_str(piece),
                },
            }
        }
    }
    if is_guid(id.as_bytes()) {
        let from = out.len() - id.len();
        out[from..].make_ascii_lowercase();
    }
    out
}

/// It looks like a package name or bundle identifier, rather than a title or an
/// opaque key.
pub(super) fn looks_like_identifier(text: &str) -> bool {
    text.len() >= 3
        && text.split('.').count() >= 2
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-'))
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

/// The same, or the one package whose name has no dot.
pub(super) fn is_identifier(text: &str) -> bool {
    looks_like_identifier(text) || text == "android"
}

/// The text of a formula that is nothing but a text, as spreadsheets are told to
/// leave a value alone: `="WeChat"`.
pub(super) fn formula_text(text: &str) -> &str {
    text.strip_prefix("=\"").and_then(|t| t.strip_suffix('"')).unwrap_or(text)
}

/// An identifier that is one and whose characters are all there: none was
/// replaced, and none is a control character or white space, of which no
/// identifier has any.
pub(super) fn is_undamaged(id: &str) -> bool {
    let none = ["true", "false", "null", "none", "unknown", "undefined"];
    let odd = |c: char| c == char::REPLACEMENT_CHARACTER || c.is_control() || c.is_whitespace();
    id.chars().any(char::is_alphabetic) && !id.chars().any(odd) && !none.iter().any(|n| id.eq_ignore_ascii_case(n))
}

/// A name that was lost on its way here, so that nobody can tell what app it is:
/// a program that knew no such letters wrote question marks for them, took the
/// bytes of one encoding for those of another, or wrote references of HTML.
pub(super) fn is_lost(name: &str) -> bool {
    if name.is_ascii() {
        let marks = name.bytes().filter(|b| *b == b'?').count();
        let letters = name.bytes().any(|b| b.is_ascii_alphanumeric());
        let reference = || name.match_indices("&#").any(|(at, _)| name[at..].contains(';'));
        return name.bytes().any(|b| b.is_ascii_control()) || (marks > 0 && !letters) || reference();
    }
    name.contains([char::REPLACEMENT_CHARACTER, '\0']) || is_misread(name)
}

/// UTF-8 that was read as Windows-1252: the bytes of its letters are UTF-8, which
/// those of no text of western Europe are by chance.
fn is_misread(name: &str) -> bool {
    let byte = |c: char| match u32::from(c) {
        code @ 0..=0xff => u8::try_from(code).ok(),
        _ => (0x80..=0x9f_u8).find(|b| lenient(&[*b]).0.chars().eq([c])),
    };
    let bytes: Option<Vec<u8>> = name.chars().map(byte).collect();
    bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok())
}

/// SHA-256 of a certificate from base64; `None` for another length.
pub(super) fn signer_sha256(text: &str) -> Option<SignerDigest> {
    let bytes = base64::engine::general_purpose::STANDARD_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    digest(DigestKind::Sha256, 32, &bytes)
}

/// SHA-1 of a certificate from hex, colons allowed; `None` for another length.
pub(super) fn signer_sha1(text: &str) -> Option<SignerDigest> {
    let text = if text.contains(':') { Cow::Owned(text.replace(':', "")) } else { Cow::Borrowed(text) };
    digest(DigestKind::Sha1, 20, &unhex(text.as_bytes())?)
}

fn digest(kind: DigestKind, length: usize, bytes: &[u8]) -> Option<SignerDigest> {
    (bytes.len() == length).then(|| SignerDigest { kind, value: hex(bytes), past: false })
}

/// An identifier as spreadsheets leave it (`="0123"`, `'0123`), without that.
pub(super) fn bare(text: &str) -> &str {
    text.trim().trim_start_matches(['=', '\'']).trim_matches('"').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns_compare_without_case_and_punctuation() {
        for text in ["Last check-in", "LastCheckIn", "last_check_in", "Last (check.in)"] {
            assert_eq!(normal(text), "lastcheckin");
        }
        const TABLE: &[(&str, u8)] = &[("iosipados", 1), ("android*", 2)];
        assert_eq!(find(TABLE, "iOS/iPadOS", |r| r.0).unwrap().1, 1);
        assert_eq!(find(TABLE, "Android (fully managed)", |r| r.0).unwrap().1, 2);
        assert!(find(TABLE, "ios", |r| r.0).is_none());
    }

    #[test]
    fn a_guid_is_sixteen_bytes_and_nothing_else_is_one() {
        let text = "0123abcd-4567-89AB-cdef-00ff10ee20dd";
        let bytes = [0x01, 0x23, 0xab, 0xcd, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x00, 0xff, 0x10, 0xee, 0x20, 0xdd];
        assert_eq!(guid(text.as_bytes()), Some(bytes));
        for at in 0..36 {
            for wrong in [b'g', b'-', b'0', b' ', 0xff] {
                let mut text = text.as_bytes().to_vec();
                text[at] = wrong;
                assert_eq!(guid(&text).is_some(), is_guid(&text), "{at} {wrong}");
            }
        }
        assert_eq!(guid(&text.as_bytes()[..35]), None);
    }

    #[test]
    fn a_name_that_was_lost_is_told_from_an_odd_one() {
        for lost in [
            "??",
            "? ?",
            "???-??",
            "a\u{fffd}b",
            "å¾®ä¿¡",
            "â€™",
            "&#24494;&#20449;",
            "Wei&#120;in",
            "We\u{0}Chat",
            "Ã¼",
        ] {
            assert!(is_lost(lost), "{lost}");
        }
        for name in
            ["WeChat", "微信", "Who am I?", "2048?", "Café", "Çelik", "Où est-ce ?", "AT&T; #1", "Ölüm", "Москва", "Ü"]
        {
            assert!(!is_lost(name), "{name}");
        }
    }

    #[test]
    fn times_without_a_zone_are_utc_and_local_spellings_are_none() {
        for text in ["2026-03-01 12:00:00.0000000", "2026-03-01T12:00:00", "2026-03-01T13:00:00+01:00"] {
            assert_eq!(time(text).unwrap().to_string(), "2026-03-01T12:00:00Z", "{text}");
        }
        for text in ["3/1/2026 12:00:00 PM", "", "2026-03-0112:00:00", "never"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn digests_of_another_length_are_none() {
        assert_eq!(signer_sha256(&format!("{}=", "A".repeat(43))).unwrap().value, "0".repeat(64));
        assert_eq!(signer_sha256("AAAA"), None);
        assert_eq!(signer_sha1(&"0a".repeat(20)).unwrap().value, "0a".repeat(20));
        assert_eq!(signer_sha1(&"A".repeat(43)), None);
        assert_eq!(signer_sha1(&format!("{}=", "A".repeat(43))), None);
    }

    #[test]
    fn identifiers_are_told_from_titles_and_keys() {
        for text in ["com.tencent.mm", "com.alipay.iphoneclient", "cn.wps.moffice_eng"] {
            assert!(looks_like_identifier(text), "{text}");
        }
        for text in ["WeChat", "windows-store-app-002", "1.0.2", "WPS Office 1.2", "a..b", ""] {
            assert!(!looks_like_identifier(text), "{text}");
        }
        assert_eq!(
            mdm_id("intune", "-", "AAAAAAAA-0000-4000-8000-00000000000F"),
            "intune/-/aaaaaaaa-0000-4000-8000-00000000000f"
        );
        assert_eq!(mdm_id("x", "a/b", "c/d"), "x/a%2Fb/c%2Fd");
    }
}

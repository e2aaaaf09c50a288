//! Values that are known to be harmless: words of the report's own vocabulary,
//! times, versions, names that our signatures publish.

use std::collections::BTreeSet;

use crate::artifact::PARSERS;
use crate::model::Timestamp;
use crate::report::CLEAR_SPEAKS_FOR_ITS_TIME;
use crate::signature::SignatureSet;
use crate::verdict::{Scope, Word};

pub(super) const PLATFORMS: [&str; 4] = ["ios", "android", "harmonyos", "unknown"];

/// Texts that are public because this program ships them: names, identifiers
/// and indicators of apps, titles of policies, sentences about artifacts.
pub(super) fn published() -> BTreeSet<String> {
    let mut out: BTreeSet<String> = BTreeSet::new();
    out.insert(CLEAR_SPEAKS_FOR_ITS_TIME.to_owned());
    out.extend(PARSERS.iter().flat_map(|p| p.spec().artifacts).map(|a| a.does_not_prove.to_owned()));
    // Without them less is public; nothing else depends on it.
    let Ok(set) = SignatureSet::builtin() else { return out };
    for app in set.apps() {
        out.extend([app.id.clone(), app.name.clone()]);
        out.extend(app.indicators.iter().flat_map(|i| [i.id.clone(), i.value.clone()]));
    }
    for policy in set.policies() {
        out.extend([policy.id.clone(), policy.title.clone()]);
        out.extend(policy.citation.clone());
        out.extend(policy.entries.iter().map(|e| e.named.clone()));
    }
    let policies: Vec<_> = set.policies().iter().collect();
    let scope = Scope::new(&set, &policies, Timestamp::now(), 0);
    out.extend(scope.rests_on_all().flat_map(|(_, sentences)| sentences.iter().map(|s| s.to_string())));
    out
}

/// A sentence of the program: it begins like one, and no word in it could be a
/// number, an address or a path. The fields that hold such sentences are filled
/// by the program alone; this guards against a file somebody else wrote.
pub(super) fn is_sentence(text: &str) -> bool {
    let word = |w: &str| {
        let w = w.trim_matches(['.', ',', ';', ':', '(', ')', '“', '”', '`', '"']);
        let plain = w.chars().all(|c| c.is_ascii_alphabetic() || "-.'’_".contains(c));
        let option = w.strip_prefix("--").is_some_and(|o| o.chars().all(|c| c.is_ascii_lowercase() || c == '-'));
        w.len() <= 30 && (plain || option || (w.len() <= 2 && w.chars().all(|c| c.is_ascii_digit())))
    };
    let begins = text.chars().next().is_some_and(|c| c.is_ascii_uppercase());
    begins && text.len() <= 500 && text.split(' ').count() >= 4 && text.split(' ').all(word)
}

/// A word in kebab-case, as the report's own code writes them: letters, or two
/// digits, between hyphens. Serial numbers mix the two.
pub(super) fn is_word(text: &str) -> bool {
    let letters = |p: &str| p.len() <= 20 && p.bytes().all(|b| b.is_ascii_lowercase());
    let digits = |p: &str| p.len() <= 2 && p.bytes().all(|b| b.is_ascii_digit());
    text.len() <= 60 && text.split('-').all(|p| !p.is_empty() && (letters(p) || digits(p)))
}

/// One of these words, else the last of them.
pub(super) fn one_of(text: &str, known: &[&'static str]) -> Word {
    known.iter().find(|k| **k == text).or(known.last()).map(|k| (*k).into()).unwrap_or_default()
}

/// A time in the form the report writes.
pub(super) fn time(text: &Option<String>) -> Option<String> {
    text.as_deref().and_then(Timestamp::parse).map(|t| t.to_string())
}

/// Digits and full stops, as versions have them; no long number, which could
/// be that of a device.
pub(super) fn version(text: &Option<String>) -> Option<String> {
    let text = text.as_deref()?;
    let part = |p: &str| !p.is_empty() && p.len() <= 6 && p.bytes().all(|b| b.is_ascii_digit());
    let parts = text.split('.').count();
    (parts <= 5 && text.split('.').all(part)).then(|| text.to_owned())
}

/// `iPhone14,7`: a kind of device, not one.
pub(super) fn apple_model(text: &str) -> bool {
    let Some(rest) = ["iPhone", "iPad", "iPod"].iter().find_map(|m| text.strip_prefix(m)) else { return false };
    let number = |n: &str| (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit());
    rest.split_once(',').is_some_and(|(a, b)| number(a) && number(b))
}

/// `byte=10+20`.
pub(super) fn is_byte_range(fragment: &str) -> bool {
    let number = |n: &str| (1..=19).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit());
    fragment.strip_prefix("byte=").and_then(|r| r.split_once('+')).is_some_and(|(at, len)| number(at) && number(len))
}

/// The id of an artifact that this program reads.
pub(super) fn is_artifact(text: &str) -> bool {
    PARSERS.iter().any(|p| p.spec().artifacts.iter().any(|a| a.id == text))
}

/// Lower-case hex of a SHA-256.
pub(super) fn sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// `e12`.
pub(super) fn item_id(text: &str) -> bool {
    text.strip_prefix('e').is_some_and(|n| (1..=10).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
}

/// Who installed an app, where it is a shop everybody has.
pub(super) const SHOPS: [&str; 6] = [
    "com.android.vending",
    "com.google.android.packageinstaller",
    "com.android.packageinstaller",
    "com.sec.android.app.samsungapps",
    "com.amazon.venezia",
    "com.huawei.appmarket",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_the_program_pass_and_what_hides_among_them_does_not() {
        let assumed = "The export has no end mark: it is taken not to have been cut off between two rows.";
        assert!(is_sentence(assumed));
        for text in [
            "Dana",
            "Serial number of it is F2LXQ0AAHG04.",
            "Write to dana@example.org about it.",
            "see /home/dana for it",
        ] {
            assert!(!is_sentence(text), "{text}");
        }
        let known = published();
        for text in ["WeChat Pay", "com.tencent.mm", "us-eo-13971"] {
            assert!(known.contains(text), "{text}");
        }
    }

    #[test]
    fn what_looks_like_an_identifier_does_not_pass() {
        let some = |text: &str| Some(text.to_owned());
        for text in ["F2LXQ0AAHG04", "490154203237518", "f2lxq0aahg04", "c39jk4xxmm1", "Dana", "a b", ""] {
            assert!(!is_word(text), "{text}");
            assert_eq!(version(&some(text)), None, "{text}");
        }
        assert!(is_word("prohibited-app-present"));
        assert_eq!(version(&some("8.0.50")), some("8.0.50"));
        assert_eq!(version(&some("1.490154203237518")), None);
        assert!(apple_model("iPhone14,7") && !apple_model("iPhone of Dana") && !apple_model("iPhone14,123"));
        assert!(is_byte_range("byte=1+20") && !is_byte_range("byte=1+x"));
    }
}

//! Display names and publishers: how they are made comparable, and a gate that
//! turns away nearly every name of an inventory before it is.
//!
//! Names are compared whole, never as substrings: ™ ® © ℠ and
//! default-ignorable code points are removed, then NFKC (Unicode Standard
//! Annex 15), full case folding (Unicode `CaseFolding.txt`, statuses C and F),
//! white space collapsed and trimmed.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// A name made comparable.
pub fn fold_name(name: &str) -> String {
    if name.is_ascii() {
        // Normalisation leaves ASCII alone; the words are what remains.
        return words(&name.to_ascii_lowercase());
    }
    let kept: String = name.chars().filter(|&c| !is_mark(c) && !is_default_ignorable(c)).nfkc().collect();
    let folded = caseless::default_case_fold_str(&kept);
    words(&folded)
}

fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// A publisher made comparable: upper case, without punctuation, symbols and white space.
pub fn fold_publisher(name: &str) -> String {
    name.nfkc().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// An identifier without what nobody sees: control characters, white space and
/// default-ignorable code points go, compatible forms become plain ones.
pub(super) fn visible(identifier: &str) -> Cow<'_, str> {
    if identifier.bytes().all(|b| b.is_ascii_graphic()) {
        return Cow::Borrowed(identifier);
    }
    let seen = |c: &char| !c.is_control() && !c.is_whitespace() && !is_default_ignorable(*c);
    Cow::Owned(identifier.chars().filter(seen).nfkc().collect())
}

fn is_mark(c: char) -> bool {
    matches!(c, '™' | '®' | '©' | '℠')
}

/// `Default_Ignorable_Code_Point` of `DerivedCoreProperties.txt`, Unicode 16.
fn is_default_ignorable(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Turns away text that cannot be one of a set of folded names, without folding
/// it. Asked once for each row of an export; errs on the side of yes.
///
/// A character beyond ASCII may vanish or compose with the one before it, so
/// two letters are compared only where the second is ASCII, and three only
/// where a fourth does not follow or is ASCII too.
#[derive(Debug)]
pub(super) struct NameGate {
    /// For each first byte, which second bytes occur (a bit each).
    seconds: Box<[[u64; 4]; 256]>,
    /// Which first three bytes occur, by hash (a bit each).
    thirds: Box<[u64; 64]>,
    /// For each first byte, which lengths below 127 occur (a bit each); longer ones share the last.
    lengths: Box<[u128; 256]>,
    /// First characters that are CJK ideographs.
    ideographs: Vec<char>,
    /// Scripts of other first characters, a bit each.
    scripts: u8,
}

impl Default for NameGate {
    fn default() -> Self {
        Self {
            seconds: Box::new([[0; 4]; 256]),
            thirds: Box::new([0; 64]),
            lengths: Box::new([0; 256]),
            ideographs: Vec::new(),
            scripts: 0,
        }
    }
}

/// CJK ideographs neither fold nor compose.
const IDEOGRAPHS: std::ops::RangeInclusive<char> = '\u{4e00}'..='\u{9fff}';

/// A bit for each script whose letters stay in it when they are normalised,
/// folded or composed with a mark that follows.
fn script_after(c: char) -> u8 {
    match c {
        '\u{400}'..='\u{52f}' => 1,
        '\u{600}'..='\u{6ff}' => 2,
        '\u{e01}'..='\u{e3a}' => 4,
        '\u{3041}'..='\u{30ff}' => 8,
        '\u{ac00}'..='\u{d7a3}' => 16,
        _ => 0,
    }
}

/// The same before folding: the plain letters of those scripts only.
fn script_before(c: char) -> u8 {
    match c {
        '\u{410}'..='\u{44f}' | '\u{620}'..='\u{64a}' | '\u{e01}'..='\u{e2e}' => script_after(c),
        '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}' | '\u{ac00}'..='\u{d7a3}' => script_after(c),
        _ => 0,
    }
}

/// ASCII as folding sees it: lower case, and any white space is a space.
fn ascii(byte: u8) -> u8 {
    if byte.is_ascii_whitespace() || byte == 0x0b { b' ' } else { byte.to_ascii_lowercase() }
}

/// Word and bit of the hash of three bytes.
fn third(bytes: [u8; 3]) -> (usize, u64) {
    let [a, b, c] = bytes.map(u32::from);
    let hash = (a | b << 8 | c << 16).wrapping_mul(0x9e37_79b1) >> 20;
    ((hash >> 6) as usize & 63, 1 << (hash & 63))
}

impl NameGate {
    /// Lets a folded name through.
    pub(super) fn admit(&mut self, folded: &str) {
        let bytes = folded.as_bytes();
        let Some(&first) = bytes.first() else { return };
        let row = &mut self.seconds[usize::from(first)];
        match bytes.get(1) {
            // A plain second letter may fold or compose to it.
            Some(second) if !second.is_ascii() => *row = [u64::MAX; 4],
            Some(&second) => row[usize::from(second >> 6)] |= 1 << (second & 63),
            None => row[0] |= 1 << b' ',
        }
        if let &[a, b, c, ..] = bytes {
            let (word, bit) = third([a, b, c]);
            self.thirds[word] |= bit;
        }
        self.lengths[usize::from(first)] |= 1 << bytes.len().min(127);
        match folded.chars().next() {
            Some(c) if IDEOGRAPHS.contains(&c) => self.ideographs.push(c),
            Some(c) => self.scripts |= script_after(c),
            None => {}
        }
    }

    /// `false`: no admitted name folds like this one.
    pub(super) fn may_match(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let Some(start) = bytes.iter().position(|&b| ascii(b) != b' ') else { return false };
        let rest = &bytes[start..];
        let first = ascii(rest[0]);
        if !first.is_ascii() {
            return self.may_match_other(&name[start..]);
        }
        let second = rest.get(1).map_or(b' ', |&b| ascii(b));
        if !second.is_ascii() {
            return true;
        }
        if self.seconds[usize::from(first)][usize::from(second >> 6)] & (1 << (second & 63)) == 0 {
            return false;
        }
        if rest.iter().take(4).all(u8::is_ascii)
            && let &[_, _, c, ..] = rest
            && second != b' '
            && ascii(c) != b' '
        {
            let (word, bit) = third([first, second, ascii(c)]);
            if self.thirds[word] & bit == 0 {
                return false;
            }
        }
        !rest.is_ascii() || self.lengths[usize::from(first)] & (1 << folded_length(rest).min(127)) != 0
    }

    #[cold]
    fn may_match_other(&self, name: &str) -> bool {
        let Some(first) = name.chars().next() else { return false };
        if IDEOGRAPHS.contains(&first) {
            return self.ideographs.contains(&first);
        }
        let script = script_before(first);
        script == 0 || self.scripts & script != 0
    }
}

/// Length of ASCII text with white space collapsed and trimmed.
fn folded_length(text: &[u8]) -> usize {
    let (mut length, mut space) = (0, false);
    for &byte in text {
        if ascii(byte) == b' ' {
            space = length > 0;
        } else {
            length += 1 + usize::from(space);
            space = false;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::{NameGate, fold_name, fold_publisher};

    #[test]
    fn names_are_folded_as_the_contract_says() {
        for (raw, folded) in [
            ("  WPS\u{a0}\t Office ", "wps office"),
            ("SHAREit™", "shareit"),
            ("Cam\u{ad}Scanner®", "camscanner"),
            ("\u{feff}We\u{200b}Chat", "wechat"),
            ("ＷｅＣｈａｔ", "wechat"),
            ("STRASSE ﬁ", "strasse fi"),
            ("Straße", "strasse"),
            ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
            ("QQ 輕聊版", "qq 輕聊版"),
            ("微信", "微信"),
            ("™", ""),
            ("", ""),
        ] {
            assert_eq!(fold_name(raw), folded, "{raw:?}");
        }
    }

    #[test]
    fn publishers_lose_punctuation_and_spaces() {
        assert_eq!(fold_publisher("Alipay (Hangzhou) Technology Co., Ltd."), "ALIPAYHANGZHOUTECHNOLOGYCOLTD");
        assert_eq!(fold_publisher("金山办公"), "金山办公");
        assert_eq!(fold_publisher("WPS SOFTWARE PTE.LTD."), fold_publisher("WPS Software Pte. Ltd."));
    }

    fn gate(names: &[&str]) -> NameGate {
        let mut gate = NameGate::default();
        for name in names {
            gate.admit(&fold_name(name));
        }
        gate
    }

    #[test]
    fn the_gate_never_turns_away_a_spelling_that_folds_to_an_admitted_name() {
        let gate = gate(&["WPS Office", "微信", "Q", "é", "Яндекс", "Wé", "QQí", "TIM", "が", "가방"]);
        for spelling in [
            "wps office",
            " WPS \t\u{b} OFFICE\n",
            "ＷPS Office",
            "W\u{200b}PS Office",
            "\u{feff}wps office",
            "WPS® Office™",
            "微信",
            " 微信 ",
            "微\u{200b}信",
            "\u{200b}微信",
            "q",
            "Q™",
            "𝐐",
            "é",
            "e\u{301}",
            "É",
            "яндекс",
            "ЯНДЕКС",
            "qqi\u{301}",
            "QQ\u{200b}\u{ed}",
            "tim",
            "T\u{ad}IM",
            "ＴＩＭ",
            "か\u{3099}",
            "が",
            "가방",
            "가\u{200b}방",
            "w\u{e9}",
            "We\u{301}",
            "wÉ",
            "\u{a0}WPS\u{3000}Office",
        ] {
            assert!(gate.may_match(spelling), "{spelling:?}");
        }
    }

    #[test]
    fn the_gate_turns_away_ordinary_names_without_folding_them() {
        let gate = gate(&["WPS Office", "微信", "QQ"]);
        for name in [
            "",
            " ",
            "Word",
            "WPS Offic",
            "WPS Office Pro",
            "q",
            "Gmail",
            "软件",
            "設定",
            "Карты",
            "カメラ",
            "إعدادات",
            "설정",
            "WPX Office",
            "Wpsoffice",
            "Wordpress",
        ] {
            assert!(!gate.may_match(name), "{name:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_folds_to_an_admitted_name_passes_the_gate(
            parts in proptest::collection::vec("[qQwWpPsStTiIｗé微信がか가яЯk \u{9}\u{200b}\u{301}\u{3099}\u{ad}™\u{212a}]", 0..7),
        ) {
            let text = parts.concat();
            // The text itself is admitted, so that every one of them must pass.
            proptest::prop_assume!(!fold_name(&text).is_empty());
            assert!(gate(&[&text]).may_match(&text), "{text:?}");
            assert!(gate(&[&text]).may_match(&text.to_uppercase()) || fold_name(&text.to_uppercase()) != fold_name(&text));
        }
    }
}

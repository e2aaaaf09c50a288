//! Display names and publishers: how they are made comparable, and a gate that
//! turns away nearly every name of an inventory before it is.
//!
//! Names are compared whole, never as substrings: ™ ® © ℠ and
//! default-ignorable code points are removed, then NFKC (Unicode Standard
//! Annex 15), full case folding (Unicode `CaseFolding.txt`, statuses C and F),
//! white space collapsed and trimmed.

use unicode_normalization::UnicodeNormalization;

/// A name made comparable.
pub fn fold_name(name: &str) -> String {
    let kept: String = name.chars().filter(|&c| !is_mark(c) && !is_default_ignorable(c)).nfkc().collect();
    let folded = caseless::default_case_fold_str(&kept);
    let mut out = String::with_capacity(folded.len());
    for word in folded.split_whitespace() {
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
#[derive(Debug)]
pub(super) struct NameGate {
    /// For each first byte, which second bytes occur (a bit each).
    seconds: Box<[[u64; 4]; 256]>,
    /// For each first byte, which lengths below 128 occur (a bit each); longer ones set bit 127.
    lengths: Box<[u128; 256]>,
    /// First characters that are CJK ideographs.
    ideographs: Vec<char>,
    /// Blocks of 256 code points in which other first characters lie.
    blocks: Vec<u32>,
}

impl Default for NameGate {
    fn default() -> Self {
        Self {
            seconds: Box::new([[0; 4]; 256]),
            lengths: Box::new([0; 256]),
            ideographs: Vec::new(),
            blocks: Vec::new(),
        }
    }
}

const IDEOGRAPHS: std::ops::RangeInclusive<char> = '\u{4e00}'..='\u{9fff}';

/// Scripts whose letters stay within their block of 256 when normalised, folded
/// or composed with a following mark: Cyrillic, Arabic, Thai, Kana, Hangul syllables.
fn stays_in_block(c: char) -> bool {
    matches!(c, '\u{410}'..='\u{44f}' | '\u{620}'..='\u{64a}' | '\u{e01}'..='\u{e2e}' | '\u{3041}'..='\u{3096}'
        | '\u{30a1}'..='\u{30fa}')
}

/// ASCII as folding sees it: lower case, and any white space is a space.
fn ascii(byte: u8) -> u8 {
    if byte.is_ascii_whitespace() || byte == 0x0b { b' ' } else { byte.to_ascii_lowercase() }
}

impl NameGate {
    /// Lets a folded name through.
    pub(super) fn admit(&mut self, folded: &str) {
        let bytes = folded.as_bytes();
        let Some(&first) = bytes.first() else { return };
        let row = &mut self.seconds[usize::from(first)];
        match bytes.get(1) {
            // What follows may compose with it or fold to it: any second byte will do.
            Some(second) if !second.is_ascii() => *row = [u64::MAX; 4],
            Some(&second) => row[usize::from(second >> 6)] |= 1 << (second & 63),
            None => row[0] |= 1 << b' ',
        }
        self.lengths[usize::from(first)] |= 1 << bytes.len().min(127);
        if let Some(c) = folded.chars().next().filter(|c| !c.is_ascii()) {
            if IDEOGRAPHS.contains(&c) {
                self.ideographs.push(c);
            } else {
                self.blocks.push(c as u32 >> 8);
            }
        }
    }

    /// `false`: no admitted name folds like this one.
    pub(super) fn may_match(&self, name: &str) -> bool {
        let bytes = name.as_bytes();
        let Some(start) = bytes.iter().position(|&b| ascii(b) != b' ') else { return false };
        let first = ascii(bytes[start]);
        if !first.is_ascii() {
            return self.may_match_other(&name[start..]);
        }
        let second = bytes.get(start + 1).map_or(b' ', |&b| ascii(b));
        let row = &self.seconds[usize::from(first)];
        if second.is_ascii() {
            if row[usize::from(second >> 6)] & (1 << (second & 63)) == 0 {
                return false;
            }
        } else {
            return *row != [0; 4];
        }
        let rest = &bytes[start..];
        if !rest.is_ascii() {
            return true;
        }
        let mut length = 0;
        let mut space = false;
        for &byte in rest {
            if ascii(byte) == b' ' {
                space = true;
            } else {
                length += 1 + usize::from(space);
                space = false;
            }
        }
        self.lengths[usize::from(first)] & (1 << length.min(127)) != 0
    }

    #[cold]
    fn may_match_other(&self, name: &str) -> bool {
        let Some(first) = name.chars().next() else { return false };
        if IDEOGRAPHS.contains(&first) {
            return self.ideographs.contains(&first);
        }
        !stays_in_block(first) || self.blocks.contains(&(first as u32 >> 8))
    }
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
        let gate = gate(&["WPS Office", "微信", "Q", "é", "Яндекс", "Wé"]);
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
        for name in
            ["", " ", "Word", "WPS Offic", "WPS Office Pro", "q", "Gmail", "微软", "設定", "Карты", "カメラ", "إعدادات"]
        {
            assert!(!gate.may_match(name), "{name:?}");
        }
    }
}

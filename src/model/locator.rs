//! Where a fact came from: `PATH('!/'MEMBER)*('#'FRAGMENT)?`.

use std::fmt;
use std::sync::Arc;

/// A place in the evidence, already escaped for people and programs.
///
/// PATH is the path as the user gave it, with `/` on every system; `!/` stands
/// where a container opens; the fragment is a JSON Pointer for property lists
/// and JSON, `byte=OFFSET+LENGTH` for rows and text, `TABLE/ROWID/COLUMN` for
/// databases. `%`, `!`, `#`, control characters, bidirectional controls and
/// bytes that are no UTF-8 are percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locator(Arc<str>);

impl Locator {
    /// The path a user gave, unescaped bytes.
    pub fn path(raw: &[u8]) -> Self {
        Self(escape_component(raw).into())
    }

    /// A file below this folder.
    pub fn child(&self, relative: &[u8]) -> Self {
        if relative.is_empty() {
            return self.clone();
        }
        let slash = if self.0.ends_with('/') { "" } else { "/" };
        Self(format!("{}{slash}{}", self.0, escape_component(relative)).into())
    }

    /// A member of this container.
    pub fn member(&self, name: &[u8]) -> Self {
        Self(format!("{}!/{}", self.0, escape_component(name)).into())
    }

    /// A place inside this file. `fragment` is escaped except for `/` and `=`.
    pub fn fragment(&self, fragment: &str) -> Self {
        Self(format!("{}#{}", self.0, escape_component(fragment.as_bytes())).into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Characters that could end a part of a locator, move the cursor or reorder text.
fn must_escape(c: char) -> bool {
    matches!(c, '%' | '!' | '#')
        || c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{061c}')
}

/// Percent-encodes what a locator may not hold raw.
pub fn escape_component(raw: &[u8]) -> String {
    let mut out = String::with_capacity(raw.len());
    for chunk in raw.utf8_chunks() {
        for c in chunk.valid().chars() {
            if must_escape(c) {
                let mut buf = [0; 4];
                for b in c.encode_utf8(&mut buf).bytes() {
                    push_hex(&mut out, b);
                }
            } else {
                out.push(c);
            }
        }
        for &b in chunk.invalid() {
            push_hex(&mut out, b);
        }
    }
    out
}

fn push_hex(out: &mut String, byte: u8) {
    use fmt::Write as _;
    let _ = write!(out, "%{byte:02X}");
}

#[cfg(test)]
mod tests {
    use super::Locator;

    #[test]
    fn joins_paths_members_and_fragments() {
        let l = Locator::path(b"HQ.zip").member(b"dev1/Manifest.plist").fragment("/Applications/com.tencent.xin");
        assert_eq!(l.as_str(), "HQ.zip!/dev1/Manifest.plist#/Applications/com.tencent.xin");
    }

    #[test]
    fn hostile_names_cannot_fake_a_container_or_move_the_cursor() {
        let l = Locator::path(b"a!/b#c%\x1b[2J\xff\xe2\x80\xae");
        assert_eq!(l.as_str(), "a%21/b%23c%25%1B[2J%FF%E2%80%AE");
    }
}

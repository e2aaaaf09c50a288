//! The rules for device roots, compiled: which landmarks make a root, and what
//! becomes of the names in one. Folders and archives share it, so that the same
//! tree gives the same answer in both.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use super::root::{ROOTS, RootRule, fits};
use super::{Blob, EvidenceError, File, Member, Pattern};
use crate::limits::Leash;

/// Every landmark once; roots are sets of them, as bits.
pub(super) struct Layout {
    /// Position is the bit.
    pub(super) landmarks: Vec<Pattern>,
    alternatives: Vec<(usize, u64)>,
    /// Own folders of each rule.
    own: Vec<Own>,
}

/// The own folders of a rule; their position is their bit.
struct Own {
    rule: &'static RootRule,
    literal: Lasts,
    /// Names with a star or with digits.
    shaped: Vec<(u32, &'static str)>,
}

impl Own {
    fn new(rule: &'static RootRule) -> Self {
        let all = || rule.own_folders.iter().enumerate().map(|(at, name)| (at as u32, *name));
        let shaped = |(_, name): &(u32, &str)| name.contains(['*', '<']);
        let literal: Vec<(u32, Pattern)> = all().filter(|n| !shaped(n)).map(|(at, n)| (at, Pattern::new(n))).collect();
        let literal = Lasts::new(literal.iter().map(|(at, pattern)| (*at, pattern)));
        Self { rule, literal, shaped: all().filter(shaped).collect() }
    }

    /// The bits of a name: none if it is not the device's own.
    fn bits(&self, name: &[u8]) -> u64 {
        let mut bits = 0;
        self.literal.hits(name, |at| bits |= 1 << (at & 63));
        self.shaped.iter().filter(|(_, shape)| fits(shape, name)).fold(bits, |bits, (at, _)| bits | 1 << (at & 63))
    }
}

/// The compiled rules.
pub(super) static LAYOUT: LazyLock<Layout> = LazyLock::new(|| {
    let own = ROOTS.iter().map(Own::new).collect();
    let mut layout = Layout { landmarks: Vec::new(), alternatives: Vec::new(), own };
    for (rule, row) in ROOTS.iter().enumerate() {
        for set in row.landmarks {
            let bits = set.iter().fold(0, |bits, path| bits | layout.bit(path));
            layout.alternatives.push((rule, bits));
        }
    }
    layout
});

impl Layout {
    /// A 65th landmark would share a bit, which a test forbids.
    fn bit(&mut self, path: &'static str) -> u64 {
        let pattern = Pattern::new(path);
        let at = self.landmarks.iter().position(|p| *p == pattern).unwrap_or_else(|| {
            self.landmarks.push(pattern);
            self.landmarks.len() - 1
        });
        1 << (at & 63)
    }

    /// The rules that these landmarks satisfy, each once.
    pub(super) fn rules(&self, seen: u64) -> Vec<&'static RootRule> {
        let mut out: Vec<usize> =
            self.alternatives.iter().filter(|(_, bits)| seen & bits == *bits).map(|(rule, _)| *rule).collect();
        out.dedup();
        out.into_iter().filter_map(|rule| ROOTS.get(rule)).collect()
    }
}

/// What becomes of files that are no device's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Manner {
    /// They are evidence in their own right.
    Loose,
    /// They are the device's, too: searched for roots, not handed on.
    Quiet,
}

/// A folder that is a device root, or several at once.
#[derive(Clone, Default)]
pub(super) struct Ground {
    /// The rules it satisfies; none for an ordinary folder.
    pub(super) rules: Vec<&'static RootRule>,
    /// Own folders of each rule, and which of them were seen, as bits.
    own: Vec<(&'static Own, u64)>,
}

impl Ground {
    /// A root of these rules.
    pub(super) fn new(rules: Vec<&'static RootRule>) -> Self {
        let own = LAYOUT.own.iter().filter(|own| rules.iter().any(|rule| std::ptr::eq(*rule, own.rule)));
        Self { own: own.map(|own| (own, 0)).collect(), rules }
    }

    /// The folder of that name is a device's own.
    pub(super) fn owns_folder(&self, name: &[u8]) -> bool {
        self.own.iter().any(|(own, _)| own.bits(name) != 0)
    }

    /// The file of that name is a device's own.
    pub(super) fn owns_file(&self, name: &[u8]) -> bool {
        self.rules.iter().any(|r| r.own_files.iter().any(|own| fits(own, name)))
    }

    /// Notes that the root holds a folder of that name.
    pub(super) fn saw_folder(&mut self, name: &[u8]) {
        for (own, seen) in &mut self.own {
            *seen |= own.bits(name);
        }
    }

    /// Whether the folders seen may make the root whole at all.
    pub(super) fn may_be_whole(&self) -> bool {
        self.rules.iter().any(|r| r.whole_from < usize::MAX)
    }

    /// The root is whole: what it does not own by name is the device's, too.
    pub(super) fn is_whole(&self) -> bool {
        self.own.iter().any(|(own, seen)| seen.count_ones() as usize >= own.rule.whole_from)
    }
}

/// Litter of macOS that says nothing: folders and files by name, since there
/// is one for each file that a Mac wrote to a foreign file system.
pub(super) fn is_apple_double(name: &[u8]) -> bool {
    name.starts_with(b"._") || name == b"__MACOSX"
}

/// Patterns by their last components: nearly every name is rejected after one
/// look at a table.
pub(super) struct Lasts {
    sieve: [u64; 64],
    literal: HashMap<&'static [u8], Vec<u32>>,
    /// What comes before and after the star.
    starred: Vec<(&'static [u8], &'static [u8], u32)>,
}

impl Lasts {
    /// Patterns with their numbers.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = (u32, &'p Pattern)>) -> Self {
        let mut out = Self { sieve: [0; 64], literal: HashMap::new(), starred: Vec::new() };
        for (id, pattern) in patterns {
            let Some(last) = pattern.components.last().copied() else { continue };
            if let Some((before, after)) = last.split_once('*') {
                out.starred.push((before.as_bytes(), after.as_bytes(), id));
            } else {
                let (slot, bit) = sieve(last.as_bytes());
                out.sieve[slot] |= bit;
                out.literal.entry(last.as_bytes()).or_default().push(id);
            }
        }
        out
    }

    /// Calls `hit` with each pattern whose last component fits.
    pub(super) fn hits(&self, name: &[u8], mut hit: impl FnMut(u32)) {
        let (slot, bit) = sieve(name);
        if self.sieve[slot] & bit != 0
            && let Some(ids) = self.literal.get(name)
        {
            ids.iter().for_each(|id| hit(*id));
        }
        for (before, after, id) in &self.starred {
            if name.len() >= before.len() + after.len() && name.ends_with(after) && name.starts_with(before) {
                hit(*id);
            }
        }
    }
}

fn sieve(name: &[u8]) -> (usize, u64) {
    let first = name.first().copied().unwrap_or(0);
    let last = name.last().copied().unwrap_or(0);
    (name.len() & 63, 1 << ((first.wrapping_mul(31) ^ last) & 63))
}

/// Where the next `/` or backslash is, eight bytes at a time.
pub(super) fn separator(bytes: &[u8], from: usize) -> Option<usize> {
    const LOW: u64 = 0x0101_0101_0101_0101;
    let holds = |word: u64, byte: u8| {
        let x = word ^ (LOW * u64::from(byte));
        x.wrapping_sub(LOW) & !x & (LOW << 7)
    };
    let mut at = from;
    while let Some(chunk) = bytes.get(at..at + 8).and_then(|c| c.try_into().ok()) {
        let word = u64::from_le_bytes(chunk);
        let hits = holds(word, b'/') | holds(word, b'\\');
        if hits != 0 {
            // The lowest hit is exact; carries only make false ones above it.
            return Some(at + (hits.trailing_zeros() / 8) as usize);
        }
        at += 8;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|b| matches!(b, b'/' | b'\\')).map(|n| at + n)
}

/// The components of a claim that are still to be found where the user pointed.
pub(super) fn inside<'p>(pattern: &'p Pattern, rule: &RootRule) -> Option<&'p [&'static str]> {
    if rule.inside.is_empty() {
        return Some(&pattern.components);
    }
    let (first, rest) = pattern.components.split_first()?;
    (*first == rule.inside && !rest.is_empty()).then_some(rest)
}

/// The folder at the front of a path (empty, or ending in `/`) that a claim on
/// a folder means.
pub(super) fn strip_front<'a>(folder: &'a [u8], components: &[&str]) -> Option<&'a [u8]> {
    let mut end = 0;
    for component in components {
        let len = folder.get(end..)?.iter().position(|b| *b == b'/')?;
        if !Pattern::component_fits(component, &folder[end..end + len]) {
            return None;
        }
        end += len + 1;
    }
    folder.get(..end)
}

/// A claimed folder, as a file that cannot be read. Its path ends in `/`.
pub(super) fn folder_file(path: Vec<u8>) -> File {
    struct Folder;
    impl Member for Folder {
        fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
            Err(EvidenceError::Unsupported("a folder, which has no bytes".into()))
        }
    }
    File { path: path.into(), size: None, mtime: None, member: Arc::new(Folder) }
}

/// Takes components off the end of a folder (empty, or ending in `/`) while
/// they fit; what remains is the folder that the pattern hangs on.
pub(super) fn strip_back<'a>(folder: &'a [u8], components: &[&str]) -> Option<&'a [u8]> {
    let mut rest = folder;
    for component in components.iter().rev() {
        let body = rest.strip_suffix(b"/")?;
        let start = body.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
        if !Pattern::component_fits(component, &body[start..]) {
            return None;
        }
        rest = &rest[..start];
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_landmark_has_a_bit_of_its_own() {
        assert!(LAYOUT.landmarks.len() <= 64, "{}", LAYOUT.landmarks.len());
        for row in ROOTS {
            assert!(!row.landmarks.is_empty() && row.own_folders.len() <= 64);
            for path in row.landmarks.iter().flat_map(|set| set.iter()) {
                let first = path.split('/').next().unwrap();
                assert!(first.matches('*').count() <= 1 && !path.contains("//"), "{path}");
                // The first component of a deeper landmark is looked up by name.
                assert!(!path.contains('/') || !first.contains('*'), "{path}");
                // A root owns the folder it is recognised by.
                let ground = Ground::new(vec![row]);
                assert!(!path.contains('/') || ground.owns_folder(first.as_bytes()), "{path}");
            }
        }
    }

    #[test]
    fn a_set_of_landmarks_must_be_complete() {
        let seen = |paths: &[&'static str]| {
            paths.iter().fold(0, |bits, path| {
                let at = LAYOUT.landmarks.iter().position(|p| *p == Pattern::new(path)).unwrap();
                bits | 1 << at
            })
        };
        assert!(LAYOUT.rules(seen(&["Info.plist"])).is_empty());
        let both = LAYOUT.rules(seen(&["Info.plist", "Manifest.db", "Status.plist"]));
        assert_eq!(both.len(), 1);
        let two = LAYOUT.rules(seen(&["main_entry.txt", "packages.json", "getprop.txt"]));
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn separators_are_found_wherever_they_stand() {
        for len in 0..40 {
            for at in 0..len {
                let mut bytes = vec![b'0'; len];
                bytes[at] = if at % 2 == 0 { b'/' } else { b'\\' };
                assert_eq!(separator(&bytes, 0), Some(at));
                assert_eq!(separator(&bytes, at + 1), None);
                bytes[len - 1] = b'/';
                assert_eq!(separator(&bytes, at.min(3)), Some(if at < at.min(3) { len - 1 } else { at }));
            }
        }
        assert_eq!(separator(&[0x2e, 0x30, 0x5b, 0x5d, 0xaf, 0xdc, 0, 0xff, b'.'], 0), None);
    }

    #[test]
    fn patterns_are_taken_off_the_end_of_a_folder() {
        assert_eq!(strip_back(b"a/private/var/system/", &["system"]), Some(b"a/private/var/".as_slice()));
        assert_eq!(strip_back(b"system/", &["system"]), Some(b"".as_slice()));
        assert_eq!(strip_back(b"subsystem/", &["system"]), None);
        assert_eq!(strip_back(b"", &["system"]), None);
        assert_eq!(strip_back(b"x/users/10/", &["users", "*"]), Some(b"x/".as_slice()));
    }

    #[test]
    fn the_table_of_last_components_loses_nothing() {
        let patterns = [Pattern::new("a/Info.plist"), Pattern::new("b/*.app"), Pattern::new("Info.plist")];
        let lasts = Lasts::new(patterns.iter().enumerate().map(|(i, p)| (i as u32, p)));
        let hits = |name: &[u8]| {
            let mut out = Vec::new();
            lasts.hits(name, |id| out.push(id));
            out
        };
        assert_eq!(hits(b"Info.plist"), [0, 2]);
        assert_eq!(hits(b"X.app"), [1]);
        assert!(hits(b"info.plist").is_empty());
        assert!(hits(b"").is_empty());
    }
}

//! Texts, as they stand in an export, that need no second look.
//!
//! A fleet has the same few thousand apps on every device, so most rows and most
//! app objects were read before, byte for byte. What a reader found then holds
//! for the same bytes now; one comparison tells that they are the same.

/// What is remembered of texts: each has two places to be, so that memory is
/// fixed and few displace each other. The texts lie close together, for a fetch
/// from memory costs more than all the rest.
pub(super) struct Passing<T> {
    slots: Vec<Slot>,
    /// What was found in the text of each slot.
    found: Vec<T>,
    /// Mark of the last text that came to each slot and is not kept.
    met: Vec<u32>,
    /// The texts, each behind its length.
    texts: Vec<u8>,
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// Of the text that is kept; 0: there is none.
    mark: u32,
    /// Where it begins in the texts.
    at: u32,
}

/// Place and mark of a text.
#[derive(Clone, Copy)]
pub(super) struct Key(u64);

impl<T: Copy + Default> Passing<T> {
    const SLOTS: usize = 1 << 14;
    /// Longer texts are rare, and not worth their memory.
    const LONGEST: usize = 2 << 10;
    /// Bytes of all texts that are kept.
    const ROOM: usize = 4 << 20;

    /// Remembers nothing yet.
    pub(super) fn new() -> Self {
        let n = Self::SLOTS;
        Self { slots: vec![Slot::default(); n], found: vec![T::default(); n], met: vec![0; n], texts: Vec::new() }
    }

    /// Remembers nothing, ever.
    pub(super) fn none() -> Self {
        Self { slots: Vec::new(), found: Vec::new(), met: Vec::new(), texts: Vec::new() }
    }

    /// Whether texts are remembered at all.
    pub(super) fn is_used(&self) -> bool {
        !self.slots.is_empty()
    }

    /// What is remembered under a key: the text, which the caller compares, and
    /// what was found in it.
    #[inline]
    pub(super) fn get(&self, key: Key) -> Option<(&[u8], T)> {
        let place = key.places().into_iter().find(|n| self.slots.get(*n).is_some_and(|s| s.mark == key.mark()))?;
        let (len, rest) = self.texts.get(self.slots.get(place)?.at as usize..)?.split_first_chunk()?;
        Some((rest.get(..usize::from(u16::from_le_bytes(*len)))?, *self.found.get(place)?))
    }

    /// Keeps a text when it is met again, so that what occurs once costs nothing
    /// and displaces nothing.
    pub(super) fn learn(&mut self, key: Key, text: &[u8], found: T) {
        if text.len() > Self::LONGEST || self.get(key).is_some_and(|(known, _)| known == text) {
            return;
        }
        let Some(met) = self.met.get_mut(key.slot()) else { return };
        if std::mem::replace(met, key.mark()) != key.mark() {
            return;
        }
        let Ok(len) = u16::try_from(text.len()) else { return };
        if self.texts.len() + 2 + text.len() > Self::ROOM {
            self.texts.clear();
            self.slots.fill(Slot::default());
        }
        let Ok(at) = u32::try_from(self.texts.len()) else { return };
        self.texts.extend_from_slice(&len.to_le_bytes());
        self.texts.extend_from_slice(text);
        let [first, second] = key.places();
        let taken = self.slots[first].mark != 0 && self.slots[first].mark != key.mark();
        let place = if taken { second } else { first };
        self.slots[place] = Slot { mark: key.mark(), at };
        self.found[place] = found;
    }
}

impl Passing<()> {
    /// This very text is remembered.
    #[inline]
    pub(super) fn knows(&self, text: &[u8]) -> bool {
        self.get(Key::of(text)).is_some_and(|(known, ())| known == text)
    }
}

impl Key {
    /// Of bytes. Whoever makes keys collide gains nothing: texts are compared.
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut hash = bytes.len() as u64;
        // Products do not wait for each other, only their sum does.
        let mut add = |a: u64, b: u64| {
            let product = u128::from(a ^ 0x2d35_8dcc_aa6c_78a5) * u128::from(b ^ 0x8bb8_4b93_962e_acc9);
            hash = hash.rotate_left(23) ^ (product as u64) ^ (product >> 64) as u64;
        };
        let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        // The last words may overlap those before: no copy of a part of one.
        if let Some(last) = bytes.last_chunk::<16>() {
            let halves = |pair: &[u8; 16]| u128::from_le_bytes(*pair);
            let (pairs, _) = bytes.as_chunks::<16>();
            pairs.iter().chain([last]).for_each(|pair| add(halves(pair) as u64, (halves(pair) >> 64) as u64));
        } else if let (Some(first), Some(last)) = (bytes.first_chunk(), bytes.last_chunk()) {
            add(word(first), word(last));
        } else {
            add(bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte)), 0);
        }
        Self(hash.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn slot(self) -> usize {
        (self.0 >> 50) as usize
    }

    /// Neighbours, which are fetched together.
    fn places(self) -> [usize; 2] {
        [self.slot(), self.slot() ^ 1]
    }

    /// Never 0, the mark of an empty slot.
    fn mark(self) -> u32 {
        (self.0 >> 18) as u32 | 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_kept_when_it_is_met_again() {
        for text in ["", "a", "{\"id\":7}", "{\"id\":\"abcdef\"}", "{\"id\":\"org.example.app\",\"name\":\"App\"}"] {
            let mut passing = Passing::new();
            let key = Key::of(text.as_bytes());
            passing.learn(key, text.as_bytes(), 1);
            assert!(passing.get(key).is_none(), "met once");
            (0..4).for_each(|_| passing.learn(key, text.as_bytes(), 2));
            assert_eq!(passing.texts.len(), 2 + text.len(), "kept once");
            assert_eq!(passing.get(key), Some((text.as_bytes(), 2)));
            assert!(Passing::<()>::none().get(key).is_none());
        }
    }

    #[test]
    fn memory_has_an_end_and_what_comes_then_is_kept() {
        let mut passing = Passing::new();
        let text = |n: u32| [n.to_le_bytes().as_slice(), &[b'x'; 1000]].concat();
        for n in 0..100_000 {
            let text = text(n);
            (0..4).for_each(|_| passing.learn(Key::of(&text), &text, ()));
            assert!(passing.texts.len() <= Passing::<()>::ROOM);
            assert!(passing.knows(&text));
        }
        let kept = (0..100_000).filter(|n| passing.knows(&text(*n))).count();
        assert!((1000..=(4 << 20) / 1006).contains(&kept), "{kept}");
        let long = [b'y'; 4096];
        passing.learn(Key::of(&long), &long, ());
        passing.learn(Key::of(&long), &long, ());
        assert!(!passing.knows(&long));
    }

    #[test]
    fn like_texts_lie_apart() {
        let slots: std::collections::HashSet<usize> =
            (0..1000).map(|n| Key::of(format!("com.example.application{n:04}").as_bytes()).slot()).collect();
        assert!(slots.len() > 900, "{}", slots.len());
    }
}

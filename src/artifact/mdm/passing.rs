//! Texts, as they stand in an export, that need no second look.
//!
//! A fleet has the same few thousand apps on every device, so most rows and most
//! app objects were read before, byte for byte. What a reader found then holds
//! for the same bytes now; one comparison tells that they are the same.

/// What is remembered of texts: each has two places to be, so that memory has an
/// end and few displace each other. The texts lie close together, for a fetch
/// from memory costs more than all the rest. Nothing is taken before the first
/// text is kept: there may be a hundred thousand files of one device each.
/// With each text `N` bytes of what was found in it.
pub(super) struct Passing<const N: usize> {
    size: Size,
    slots: Vec<Slot>,
    /// Mark of the last text that came to each slot and is not kept.
    met: Vec<u32>,
    /// The texts, each behind its length and what was found in it.
    texts: Vec<u8>,
}

/// How much is remembered at the most.
#[derive(Clone, Copy)]
pub(super) struct Size {
    /// There are two to the power of this many slots.
    bits: u32,
    /// Bytes of all texts.
    room: usize,
}

impl Size {
    /// Enough for the apps of a fleet.
    pub(super) const APPS: Self = Self { bits: 14, room: 4 << 20 };
    /// Enough for some hundred thousand devices.
    pub(super) const DEVICES: Self = Self { bits: 18, room: 24 << 20 };
    const NONE: Self = Self { bits: 0, room: 0 };
}

#[derive(Clone, Copy, Default)]
struct Slot {
    /// Of the text that is kept; 0: there is none.
    mark: u32,
    /// Where it begins in the texts.
    at: u32,
}

/// Place and mark of a text.
#[derive(Clone, Copy, Default)]
pub(super) struct Key(u64);

impl<const N: usize> Passing<N> {
    /// Longer texts are rare, and not worth their memory.
    const LONGEST: usize = 2 << 10;

    /// Remembers nothing yet.
    pub(super) fn new(size: Size) -> Self {
        Self { size, slots: Vec::new(), met: Vec::new(), texts: Vec::new() }
    }

    /// Remembers nothing, ever.
    pub(super) fn none() -> Self {
        Self::new(Size::NONE)
    }

    /// Whether texts are remembered at all.
    pub(super) fn is_used(&self) -> bool {
        self.size.room > 0
    }

    /// What is remembered under a key: the text, which the caller compares, and
    /// what was found in it.
    #[inline]
    pub(super) fn get(&self, key: Key) -> Option<(&[u8], [u8; N])> {
        self.at(self.place(key)?)
    }

    /// Where something is remembered under a key: the first of the two fetches
    /// from memory that [`Self::get`] takes.
    #[inline]
    pub(super) fn place(&self, key: Key) -> Option<usize> {
        let [first, second] = key.places(self.size);
        let is_here = |place: usize| Some(self.slots.get(place)?.mark == key.mark());
        let place = if is_here(first)? { first } else { second };
        is_here(place)?.then_some(place)
    }

    /// What is remembered at a place: the second fetch.
    #[inline]
    pub(super) fn at(&self, place: usize) -> Option<(&[u8], [u8; N])> {
        let (len, rest) = self.texts.get(self.slots.get(place)?.at as usize..)?.split_first_chunk()?;
        let (found, rest) = rest.split_first_chunk()?;
        Some((rest.get(..usize::from(u16::from_le_bytes(*len)))?, *found))
    }

    /// Keeps a text when it is met again, so that what occurs once costs nothing
    /// and displaces nothing.
    pub(super) fn learn(&mut self, key: Key, text: &[u8], found: [u8; N]) {
        if !self.is_used() || self.get(key).is_some_and(|(known, _)| known == text) {
            return;
        }
        self.met.resize(1 << self.size.bits, 0);
        let Some(met) = self.met.get_mut(key.slot(self.size)) else { return };
        if std::mem::replace(met, key.mark()) == key.mark() {
            self.keep(key, text, found);
        }
    }

    /// Keeps a text.
    pub(super) fn keep(&mut self, key: Key, text: &[u8], found: [u8; N]) {
        let Ok(len) = u16::try_from(text.len()) else { return };
        if text.len() > Self::LONGEST || !self.is_used() {
            return;
        }
        if self.slots.is_empty() {
            self.slots.resize(1 << self.size.bits, Slot::default());
        }
        if self.texts.len() + 2 + N + text.len() > self.size.room {
            self.texts.clear();
            self.slots.fill(Slot::default());
        }
        let Ok(at) = u32::try_from(self.texts.len()) else { return };
        self.texts.extend_from_slice(&len.to_le_bytes());
        self.texts.extend_from_slice(&found);
        self.texts.extend_from_slice(text);
        let [first, second] = key.places(self.size);
        let taken = self.slots[first].mark != 0 && self.slots[first].mark != key.mark();
        let place = if taken { second } else { first };
        self.slots[place] = Slot { mark: key.mark(), at };
    }
}

impl Passing<0> {
    /// This very text is remembered.
    #[inline]
    pub(super) fn knows(&self, text: &[u8]) -> bool {
        self.get(Key::of(text)).is_some_and(|(known, [])| known == text)
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

    fn slot(self, size: Size) -> usize {
        // The shift is below 64: there are at least two slots where there are any.
        (self.0 >> (64 - size.bits.max(1))) as usize
    }

    /// Neighbours, which are fetched together.
    fn places(self, size: Size) -> [usize; 2] {
        [self.slot(size), self.slot(size) ^ 1]
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
            let mut passing = Passing::new(Size::APPS);
            let key = Key::of(text.as_bytes());
            passing.learn(key, text.as_bytes(), [1]);
            assert!(passing.get(key).is_none(), "met once");
            (0..4).for_each(|_| passing.learn(key, text.as_bytes(), [2]));
            assert_eq!(passing.texts.len(), 3 + text.len(), "kept once");
            assert_eq!(passing.get(key), Some((text.as_bytes(), [2])));
            assert!(Passing::<0>::none().get(key).is_none());
        }
    }

    #[test]
    fn memory_has_an_end_and_what_comes_then_is_kept() {
        let mut passing = Passing::new(Size::APPS);
        let text = |n: u32| [n.to_le_bytes().as_slice(), &[b'x'; 1000]].concat();
        for n in 0..100_000 {
            let text = text(n);
            (0..4).for_each(|_| passing.learn(Key::of(&text), &text, []));
            assert!(passing.texts.len() <= Size::APPS.room);
            assert!(passing.knows(&text));
        }
        let kept = (0..100_000).filter(|n| passing.knows(&text(*n))).count();
        assert!((1000..=Size::APPS.room / 1006).contains(&kept), "{kept}");
        let long = [b'y'; 4096];
        passing.learn(Key::of(&long), &long, []);
        passing.learn(Key::of(&long), &long, []);
        assert!(!passing.knows(&long));
    }

    #[test]
    fn like_texts_lie_apart() {
        let slots: std::collections::HashSet<usize> =
            (0..1000).map(|n| Key::of(format!("com.example.application{n:04}").as_bytes()).slot(Size::APPS)).collect();
        assert!(slots.len() > 900, "{}", slots.len());
    }
}

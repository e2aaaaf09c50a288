//! Texts, as they stand in an export, that need no second look.
//!
//! A fleet has the same few thousand apps on every device, so most rows and most
//! app objects were read before, byte for byte. What a reader found then holds
//! for the same bytes now; one comparison tells that they are the same.

/// What is remembered of a text: direct-mapped, so that its memory is fixed.
pub(super) struct Passing<T> {
    slots: Vec<Slot<T>>,
    /// Bytes of texts that may still be kept.
    room: usize,
}

struct Slot<T> {
    known: Option<(Box<[u8]>, T)>,
    /// The last text that came here and is not kept.
    met: u32,
}

/// Place and mark of a key.
#[derive(Clone, Copy)]
pub(super) struct Key(u64);

impl<T> Passing<T> {
    const SLOTS: usize = 1 << 14;
    /// Longer texts are rare, and not worth their memory.
    const LONGEST: usize = 2 << 10;
    /// Bytes of all texts that are kept.
    const ROOM: usize = 4 << 20;

    /// Remembers nothing yet.
    pub(super) fn new() -> Self {
        let slots = (0..Self::SLOTS).map(|_| Slot { known: None, met: 0 }).collect();
        Self { slots, room: Self::ROOM }
    }

    /// Remembers nothing, ever.
    pub(super) fn none() -> Self {
        Self { slots: Vec::new(), room: 0 }
    }

    /// Whether texts are remembered at all.
    pub(super) fn is_used(&self) -> bool {
        !self.slots.is_empty()
    }

    /// What is remembered under a key: the text, which the caller compares, and
    /// what was found in it.
    #[inline]
    pub(super) fn get(&self, key: Key) -> Option<(&[u8], &T)> {
        let slot = self.slots.get(key.slot())?;
        slot.known.as_ref().map(|(text, found)| (text.as_ref(), found))
    }

    /// Keeps a text when it is met again, so that what occurs once costs nothing
    /// and displaces nothing.
    pub(super) fn learn(&mut self, key: Key, text: &[u8], found: T) {
        let Some(slot) = self.slots.get_mut(key.slot()).filter(|_| text.len() <= Self::LONGEST) else { return };
        if std::mem::replace(&mut slot.met, key.mark()) != key.mark() {
            return;
        }
        let freed = slot.known.take().map_or(0, |(text, _)| text.len());
        self.room += freed;
        if let Some(left) = self.room.checked_sub(text.len()) {
            self.room = left;
            slot.known = Some((text.into(), found));
        }
    }
}

impl Key {
    /// Of bytes. Whoever makes keys collide gains nothing: texts are compared.
    #[inline]
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut hash = bytes.len() as u64;
        let mut add = |word: u64| hash = (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
        // The last word may overlap the one before: no copy of a part of one.
        match bytes.last_chunk::<8>() {
            Some(last) => {
                let (words, _) = bytes.as_chunks::<8>();
                words.iter().for_each(|word| add(u64::from_le_bytes(*word)));
                add(u64::from_le_bytes(*last));
            }
            None => bytes.iter().for_each(|byte| add(u64::from(*byte))),
        }
        Self(hash)
    }

    fn slot(self) -> usize {
        (self.0 >> 50) as usize
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
        let mut passing = Passing::new();
        let key = Key::of(b"{\"id\":\"a\"}");
        passing.learn(key, b"{\"id\":\"a\"}", 1);
        assert!(passing.get(key).is_none(), "met once");
        passing.learn(key, b"{\"id\":\"a\"}", 2);
        assert_eq!(passing.get(key), Some((b"{\"id\":\"a\"}".as_slice(), &2)));
        assert!(Passing::<()>::none().get(key).is_none());
    }

    #[test]
    fn memory_has_an_end() {
        let mut passing = Passing::new();
        for n in 0..100_000_u32 {
            let text = [n.to_le_bytes().as_slice(), &[b'x'; 1000]].concat();
            let key = Key::of(&text);
            passing.learn(key, &text, ());
            passing.learn(key, &text, ());
        }
        let kept: usize = passing.slots.iter().filter_map(|s| s.known.as_ref()).map(|(text, ())| text.len()).sum();
        assert!(kept <= Passing::<()>::ROOM);
        assert_eq!(passing.room + kept, Passing::<()>::ROOM);
        let long = [b'y'; 4096];
        let key = Key::of(&long);
        passing.learn(key, &long, ());
        passing.learn(key, &long, ());
        assert!(passing.get(key).is_none_or(|(text, ())| text != long));
    }
}

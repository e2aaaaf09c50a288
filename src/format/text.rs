//! Text of exports: which encoding it is in, and a stream of it as UTF-8.
//!
//! Detection is by the byte order mark, else by where the NUL bytes of ASCII
//! characters fall (RFC 8259 and its forerunner RFC 4627 section 3 describe the
//! pattern). Windows PowerShell 5.1 writes UTF-16LE with a mark, portals write
//! UTF-8 with or without one; old tools write Windows-1252.
//!
//! Offsets matter: a locator names bytes of the file as it lies there, so the
//! length in the source of any decoded text can be computed
//! ([`Encoding::source_len`]).

use std::borrow::Cow;
use std::io::{self, Read};

/// How characters are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, ASCII, or an 8-bit code page that cannot be told from it here.
    #[default]
    Utf8,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

impl Encoding {
    /// The encoding and the length of the byte order mark of text that begins so.
    pub fn detect(head: &[u8]) -> (Self, usize) {
        match head {
            [0xef, 0xbb, 0xbf, ..] => (Self::Utf8, 3),
            [0xff, 0xfe, ..] => (Self::Utf16Le, 2),
            [0xfe, 0xff, ..] => (Self::Utf16Be, 2),
            _ => (Self::by_nul_pattern(head), 0),
        }
    }

    /// Headers and keys of exports are ASCII, so in UTF-16 every other byte is NUL.
    fn by_nul_pattern(head: &[u8]) -> Self {
        let pairs = &head[..head.len().min(64) & !1];
        let (mut first, mut second) = (0, 0);
        for pair in pairs.chunks_exact(2) {
            first += usize::from(pair[0] == 0);
            second += usize::from(pair[1] == 0);
        }
        let most = pairs.len() / 2 * 3 / 4;
        if second > 0 && second >= most && first <= second / 8 {
            Self::Utf16Le
        } else if first > 0 && first >= most && second <= first / 8 {
            Self::Utf16Be
        } else {
            Self::Utf8
        }
    }

    /// How many bytes of the source this decoded text took.
    pub fn source_len(self, utf8: &[u8]) -> u64 {
        match self {
            Self::Utf8 => utf8.len() as u64,
            // A code unit for each character, and a second one where UTF-8 takes four bytes.
            _ => 2 * utf8.iter().map(|b| u64::from((b & 0xc0) != 0x80) + u64::from(*b >= 0xf0)).sum::<u64>(),
        }
    }

    /// The bytes of the source that this decoded text was; `None` where a
    /// replacement character hides them.
    pub fn source_bytes(self, utf8: &[u8]) -> Option<Cow<'_, [u8]>> {
        if self == Self::Utf8 {
            return Some(utf8.into());
        }
        let text = std::str::from_utf8(utf8).ok().filter(|t| !t.contains('\u{fffd}'))?;
        let bytes = |unit: u16| if self == Self::Utf16Le { unit.to_le_bytes() } else { unit.to_be_bytes() };
        Some(Cow::Owned(text.encode_utf16().flat_map(bytes).collect()))
    }

    /// Decodes the head of a file for a look at it; what is cut at its end is left out.
    pub fn decode_head(head: &[u8]) -> Cow<'_, [u8]> {
        let (encoding, mark) = Self::detect(head);
        if encoding == Self::Utf8 {
            return Cow::Borrowed(&head[mark..]);
        }
        let mut decoder = Decoder { encoding, ..Decoder::default() };
        let mut out = Vec::with_capacity(head.len());
        decoder.push(&head[mark..], &mut out);
        Cow::Owned(out)
    }
}

/// Text that should be UTF-8, as a string; where it is not, as Windows-1252,
/// which is what tools that predate UTF-8 write in the Americas and western
/// Europe. The flag says that the bytes were not UTF-8.
pub fn lenient(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (Cow::Owned(bytes.iter().map(|b| windows_1252(*b)).collect()), true),
    }
}

/// One byte of Windows-1252 (WHATWG Encoding Standard, index windows-1252).
fn windows_1252(byte: u8) -> char {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => HIGH[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

/// UTF-16 that arrives in pieces.
#[derive(Debug, Default)]
struct Decoder {
    encoding: Encoding,
    /// A byte whose partner has not arrived.
    odd: Option<u8>,
    /// A high surrogate whose partner has not arrived.
    high: Option<u16>,
}

impl Decoder {
    fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) {
        if let (Some(odd), Some((first, rest))) = (self.odd, bytes.split_first()) {
            self.odd = None;
            bytes = rest;
            self.unit([odd, *first], out);
        }
        let pairs = bytes.chunks_exact(2);
        if let [odd] = pairs.remainder() {
            self.odd = Some(*odd);
        }
        for pair in pairs {
            self.unit([pair[0], pair[1]], out);
        }
    }

    fn unit(&mut self, pair: [u8; 2], out: &mut Vec<u8>) {
        let unit = if self.encoding == Encoding::Utf16Le { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) };
        if unit < 0x80 && self.high.is_none() {
            out.push(unit as u8);
            return;
        }
        let mut push = |c: char| out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        if let Some(high) = self.high.take() {
            if let Some(Ok(c)) = char::decode_utf16([high, unit]).next() {
                return push(c);
            }
            push('\u{fffd}');
        }
        match char::from_u32(u32::from(unit)) {
            Some(c) => push(c),
            None if unit < 0xdc00 => self.high = Some(unit),
            None => push('\u{fffd}'),
        }
    }
}

/// How many bytes are read at a time.
const BLOCK: usize = 64 << 10;

/// A stream of any of the encodings, read as UTF-8 without its mark. UTF-8 is
/// passed through as it is, invalid bytes included.
#[derive(Debug)]
pub struct Utf8Reader<R> {
    input: R,
    decoder: Decoder,
    mark: usize,
    /// Raw bytes: the head that detection looked at, later one block of UTF-16.
    raw: Vec<u8>,
    /// Decoded bytes that did not fit into the caller's buffer.
    ready: Vec<u8>,
    at: usize,
    ended: bool,
}

impl<R: Read> Utf8Reader<R> {
    /// Looks at the first bytes and decides.
    pub fn new(mut input: R) -> io::Result<Self> {
        let mut head = vec![0; 64];
        let mut n = 0;
        while n < head.len() {
            match input.read(&mut head[n..]) {
                Ok(0) => break,
                Ok(more) => n += more,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        head.truncate(n);
        let (encoding, mark) = Encoding::detect(&head);
        let mut decoder = Decoder { encoding, ..Decoder::default() };
        let mut ready = Vec::new();
        if encoding == Encoding::Utf8 {
            ready.extend_from_slice(&head[mark..]);
        } else {
            decoder.push(&head[mark..], &mut ready);
        }
        Ok(Self { input, decoder, mark, raw: Vec::new(), ready, at: 0, ended: false })
    }

    /// What was detected.
    pub fn encoding(&self) -> Encoding {
        self.decoder.encoding
    }

    /// Length of the byte order mark in the source.
    pub fn mark(&self) -> u64 {
        self.mark as u64
    }

    /// The stream underneath.
    pub fn into_inner(self) -> R {
        self.input
    }

    fn refill(&mut self) -> io::Result<()> {
        self.ready.clear();
        self.at = 0;
        self.raw.resize(BLOCK, 0);
        while self.ready.is_empty() && !self.ended {
            match self.input.read(&mut self.raw) {
                Ok(0) => {
                    self.ended = true;
                    // A byte or a surrogate without its partner: the text was cut.
                    if self.decoder.odd.take().is_some() | self.decoder.high.take().is_some() {
                        self.ready.extend_from_slice("\u{fffd}".as_bytes());
                    }
                }
                Ok(n) => self.decoder.push(&self.raw[..n], &mut self.ready),
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Utf8Reader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.at == self.ready.len() {
            if self.decoder.encoding == Encoding::Utf8 {
                return self.input.read(buf);
            }
            self.refill()?;
        }
        let n = buf.len().min(self.ready.len() - self.at);
        buf[..n].copy_from_slice(&self.ready[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives a byte at a time, which is the hardest way to deliver UTF-16.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buf.len()).min(1);
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn utf16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
    }

    fn decoded(bytes: &[u8]) -> (Encoding, String) {
        let mut reader = Utf8Reader::new(Drip(bytes)).unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        (reader.encoding(), text)
    }

    const TEXT: &str = "ApplicationName,DeviceId,OSDescription,Platform,UserName,EmailAddress,Version\n微信,1,📱,x\n";

    #[test]
    fn every_encoding_reads_as_the_same_text() {
        let marked = [b"\xef\xbb\xbf".as_slice(), TEXT.as_bytes()].concat();
        assert_eq!(decoded(TEXT.as_bytes()), (Encoding::Utf8, TEXT.to_owned()));
        assert_eq!(decoded(&marked), (Encoding::Utf8, TEXT.to_owned()));
        for (big, mark, encoding) in [(false, b"\xff\xfe", Encoding::Utf16Le), (true, b"\xfe\xff", Encoding::Utf16Be)] {
            let plain = utf16(TEXT, big);
            assert_eq!(decoded(&plain), (encoding, TEXT.to_owned()));
            assert_eq!(decoded(&[mark.as_slice(), &plain].concat()), (encoding, TEXT.to_owned()));
        }
    }

    #[test]
    fn text_of_other_scripts_is_not_taken_for_utf_16() {
        assert_eq!(Encoding::detect("名前,機種\n".as_bytes()), (Encoding::Utf8, 0));
        assert_eq!(Encoding::detect(b""), (Encoding::Utf8, 0));
        assert_eq!(Encoding::detect(b"\0\0\0\0"), (Encoding::Utf8, 0));
    }

    #[test]
    fn lengths_and_bytes_of_the_source_are_known() {
        for (encoding, big) in [(Encoding::Utf16Le, false), (Encoding::Utf16Be, true)] {
            assert_eq!(encoding.source_len(TEXT.as_bytes()), utf16(TEXT, big).len() as u64);
            assert_eq!(encoding.source_bytes(TEXT.as_bytes()).unwrap(), utf16(TEXT, big));
            assert_eq!(encoding.source_bytes("\u{fffd}".as_bytes()), None);
        }
        assert_eq!(Encoding::Utf8.source_len(TEXT.as_bytes()), TEXT.len() as u64);
    }

    #[test]
    fn cut_utf_16_ends_in_a_replacement_character_not_in_silence() {
        let mut bytes = utf16("name,version\n📱", false);
        bytes.pop();
        assert_eq!(decoded(&bytes).1, "name,version\n\u{fffd}");
        bytes.truncate(bytes.len() - 1);
        assert_eq!(decoded(&bytes).1, "name,version\n\u{fffd}");
        // An unpaired surrogate in the middle swallows nothing behind it.
        let mut bytes = utf16("name,version,", false);
        bytes.extend_from_slice(&0xd800u16.to_le_bytes());
        bytes.extend(utf16("WeChat", false));
        assert_eq!(decoded(&bytes).1, "name,version,\u{fffd}WeChat");
    }

    #[test]
    fn old_code_pages_are_read_and_flagged() {
        assert_eq!(lenient(b"Caf\xe9 \x80"), ("Café €".into(), true));
        assert_eq!(lenient("微信".as_bytes()), ("微信".into(), false));
    }
}

//! Lines of text evidence, one at a time, in bounded memory.

use std::io::{self, BufRead, Read};

use crate::format::utf8::Utf8Reader;

/// Bytes of one line that are kept; the rest of it is passed over.
pub(super) const LONGEST: usize = 64 << 10;

/// One line without its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'a> {
    /// Its characters, at most [`LONGEST`] bytes.
    pub(super) text: &'a str,
    /// Where it begins, in bytes of the text as read.
    pub(super) offset: u64,
    /// Bytes it takes, its end included.
    pub(super) len: u64,
    /// It ended with a line feed (a carriage return in texts without any); the last line of a cut file does not.
    pub(super) ended: bool,
}

/// Reads UTF-8 or UTF-16 text line by line. `\r` before the line feed is dropped.
pub(super) struct Lines<R: Read> {
    input: Utf8Reader<io::BufReader<R>>,
    offset: u64,
    /// What ends a line.
    feed: u8,
    kept: Vec<u8>,
    text: String,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R) -> io::Result<Self> {
        let mut input = Utf8Reader::open(io::BufReader::with_capacity(64 << 10, input))?;
        let offset = input.skipped();
        // Old Macintosh texts, and what some editors make of them.
        let head = input.fill_buf()?;
        let feed = if head.contains(&b'\r') && !head.contains(&b'\n') { b'\r' } else { b'\n' };
        Ok(Self { input, offset, feed, kept: Vec::new(), text: String::new() })
    }

    /// Offsets are those of the file (not so in UTF-16).
    pub(super) fn keeps_offsets(&self) -> bool {
        self.input.keeps_offsets()
    }

    /// The next line; `None` at the end.
    pub(super) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
        self.kept.clear();
        let offset = self.offset;
        let mut len = 0;
        let mut ended = false;
        while !ended {
            let block = match self.input.fill_buf() {
                Ok(block) => block,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => return Err(e),
            };
            if block.is_empty() {
                break;
            }
            let end = block.iter().position(|b| *b == self.feed);
            let used = end.map_or(block.len(), |at| at + 1);
            let body = end.unwrap_or(used);
            let room = LONGEST.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(&block[..body.min(room)]);
            ended = end.is_some();
            len += used as u64;
            self.input.consume(used);
        }
        self.offset += len;
        if len == 0 {
            return Ok(None);
        }
        if self.kept.last() == Some(&b'\r') {
            self.kept.pop();
        }
        // Only the cut at `LONGEST` can have split a character.
        self.text.clear();
        self.text.push_str(&String::from_utf8_lossy(&self.kept));
        Ok(Some(Line { text: &self.text, offset, len, ended }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<(String, u64, u64, bool)> {
        let mut lines = Lines::new(bytes).unwrap();
        let mut out = Vec::new();
        while let Some(l) = lines.next_line().unwrap() {
            out.push((l.text.to_owned(), l.offset, l.len, l.ended));
        }
        out
    }

    #[test]
    fn lines_know_where_they_are_and_whether_they_ended() {
        let got = all(b"\xef\xbb\xbfa\r\n\nlast");
        assert_eq!(got, [("a".into(), 3, 3, true), (String::new(), 6, 1, true), ("last".into(), 7, 4, false)]);
    }

    #[test]
    fn carriage_returns_end_lines_where_no_line_feed_is() {
        let texts = |bytes: &[u8]| all(bytes).into_iter().map(|l| (l.0, l.1)).collect::<Vec<_>>();
        assert_eq!(texts(b"a\r\rb\rc"), [("a".into(), 0), (String::new(), 2), ("b".into(), 3), ("c".into(), 5)]);
        assert_eq!(texts(b"a\rb\nc"), [("a\rb".into(), 0), ("c".into(), 4)]);
    }

    #[test]
    fn long_lines_are_cut_but_the_next_one_is_found() {
        let mut bytes = vec![b'x'; 3 * LONGEST];
        bytes.extend_from_slice(b"\nnext\n");
        let got = all(&bytes);
        assert_eq!(got[0].0.len(), LONGEST);
        assert_eq!((got[1].0.as_str(), got[1].1), ("next", 3 * LONGEST as u64 + 1));
    }

    #[test]
    fn utf_16_text_reads_as_lines() {
        let bytes: Vec<u8> = "\u{feff}päckage\r\nx".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let got: Vec<_> = all(&bytes).into_iter().map(|l| l.0).collect();
        assert_eq!(got, ["päckage", "x"]);
    }
}

//! Delimited text by blocks (RFC 4180 and what spreadsheets and portals make of
//! it): `,` `;` tab or `|`, quoted fields with line breaks, CRLF or LF, the
//! `sep=;` line of Excel and the `#TYPE` line of PowerShell.
//!
//! A row is split only as far as its reader asked; the rest is searched for
//! line end and quotes, and split when somebody looks. Nothing is allocated for
//! a row. Memory is a block, or the longest row up to the limit.
//!
//! A row that breaks the rules is returned with a [`Fault`], never passed over:
//! its list is not complete. After an unclosed quote reading goes on at the next
//! line, so that a stray quote cannot hide the rows behind it.

mod row;

use std::io::{self, Read};

use memchr::{memchr, memchr_iter, memchr2_iter};

use self::row::{Field, field};
pub use self::row::{Row, cell_text, unquote, unquote_into};

use super::text::{Encoding, lenient};

/// How many bytes are read at a time.
const BLOCK: usize = 256 << 10;

/// Rows of which more columns are wanted are split field by field.
const MOST_SPANS: usize = 64;

/// What is wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Fewer columns than the header.
    Few,
    /// More columns than the header, and not only empty ones.
    Many,
    /// Text after a closing quote, or a quote that is never closed.
    Quote,
    /// Longer than the limit on records.
    Long,
    /// Zero bytes, or those of erased memory: a part was overwritten, and the row
    /// may be made of two.
    Damaged,
}

/// Where a row lies in the buffer.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Bytes of the row without its line end.
    len: usize,
    /// Bytes to the next row.
    next: usize,
    columns: usize,
    terminated: bool,
    fault: Option<Fault>,
}

/// The rest of a row behind the columns that are always split. Rows of one
/// device follow each other and end alike: an equal rest needs no search.
#[derive(Debug, Clone, Copy)]
struct Tail {
    from: usize,
    to: usize,
    columns: usize,
}

/// Reads rows from UTF-8 text.
#[derive(Debug)]
pub struct Reader<R> {
    input: R,
    encoding: Encoding,
    delimiter: u8,
    longest: usize,
    split: usize,
    columns: usize,
    buf: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    skipping: bool,
    offset: u64,
    spans: Vec<(u32, u32)>,
    tail: Option<Tail>,
    /// The column from which on the row before is kept.
    part: usize,
    /// The row before, if it was sound, from that column to its end.
    before: Option<(usize, usize)>,
}

impl<R: Read> Reader<R> {
    /// Skips the lines that are no rows and finds the delimiter. `offset` is
    /// where `input` begins in the source; `longest` bounds one row.
    pub fn new(input: R, encoding: Encoding, offset: u64, longest: usize) -> io::Result<Self> {
        Self::with_block(input, encoding, offset, longest, BLOCK)
    }

    /// The same with blocks of another size: a look at the head of a file needs
    /// no large one.
    pub fn with_block(input: R, encoding: Encoding, offset: u64, longest: usize, block: usize) -> io::Result<Self> {
        let mut reader = Self {
            input,
            encoding,
            delimiter: 0,
            longest: longest.clamp(1, u32::MAX as usize / 2),
            split: usize::MAX,
            columns: 0,
            buf: vec![0; block.max(1)],
            start: 0,
            end: 0,
            ended: false,
            skipping: false,
            offset,
            spans: Vec::new(),
            tail: None,
            part: usize::MAX,
            before: None,
        };
        while reader.end < reader.buf.len() && !reader.ended {
            reader.fill()?;
        }
        reader.preamble();
        if reader.delimiter == 0 {
            reader.delimiter = sniff(&reader.buf[reader.start..reader.end]);
        }
        Ok(reader)
    }

    /// The delimiter in use.
    pub fn delimiter(&self) -> u8 {
        self.delimiter
    }

    /// Columns of the header.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// The stream underneath.
    pub fn into_inner(self) -> R {
        self.input
    }

    /// Reads the header. Rows are measured against its number of columns.
    /// `None`: there is no row at all.
    pub fn header(&mut self) -> io::Result<Option<Vec<String>>> {
        let Some(row) = self.next_row()? else { return Ok(None) };
        let names = (0..row.columns)
            .map(|c| lenient(&unquote(row.raw(c).unwrap_or_default())).0.trim().to_owned())
            .collect::<Vec<_>>();
        self.columns = names.len();
        Ok(Some(names))
    }

    /// Only columns up to this one are split on every row.
    pub fn split_upto(&mut self, column: usize) {
        self.split = column;
        self.tail = None;
    }

    /// The column from which on [`Self::row_before`] is kept; one of those that are
    /// split.
    pub fn part_at(&mut self, column: usize) {
        self.part = column;
    }

    /// What is buffered from the next row on; maybe nothing.
    #[inline]
    pub fn buffered(&self) -> &[u8] {
        &self.buf[self.start..self.end]
    }

    /// The row before from the column of [`Self::part_at`] on to its end, if it
    /// was sound and is still buffered.
    #[inline]
    pub fn row_before(&self) -> Option<&[u8]> {
        self.before.map(|(from, to)| &self.buf[from..to])
    }

    /// Passes over so many buffered bytes: rows with their line ends, each put
    /// together of [`Row::head`] of a sound row and [`Self::row_before`] of
    /// another. The last row is the row before from now on; `part`: where its
    /// column of [`Self::part_at`] begins in what is buffered.
    pub fn pass(&mut self, len: usize, part: usize) {
        let next = (self.start + len).min(self.end);
        self.before = Some(((self.start + part).min(next), next));
        self.offset += self.encoding.source_len(&self.buf[self.start..next]);
        self.start = next;
    }

    /// The longest row that is none of the faults.
    pub fn longest(&self) -> usize {
        self.longest
    }

    /// The next row that is not empty.
    pub fn next_row(&mut self) -> io::Result<Option<Row<'_>>> {
        loop {
            if self.skipping {
                self.skip_line()?;
            }
            if self.start == self.end && self.ended {
                return Ok(None);
            }
            let Some(found) = self.plain().or_else(|| self.scan()) else {
                self.fill()?;
                continue;
            };
            let (from, offset) = (self.start, self.offset);
            self.start += found.next;
            self.offset += self.encoding.source_len(&self.buf[from..self.start]);
            if found.len == 0 {
                continue;
            }
            let (bytes, spans) = (&self.buf[from..from + found.len], self.spans.as_slice());
            let (delimiter, encoding) = (self.delimiter, self.encoding);
            let Found { columns, terminated, mut fault, .. } = found;
            let row = Row { bytes, spans, delimiter, encoding, offset, columns, terminated, fault };
            if fault.is_none() && self.columns > 0 && columns != self.columns {
                fault = row.miscount(self.columns);
            }
            if fault.is_none() && is_damaged(bytes) {
                fault = Some(Fault::Damaged);
            }
            let parted = spans.get(self.part).filter(|_| fault.is_none() && terminated);
            self.before = parted.map(|(at, _)| (from + *at as usize, self.start));
            return Ok(Some(Row { fault, ..row }));
        }
    }

    /// A row without any quote, which is nearly every row: its line end and its
    /// delimiters are what they look like. `None`: look closer.
    #[inline]
    fn plain(&mut self) -> Option<Found> {
        if self.split >= MOST_SPANS {
            return None;
        }
        let rest = &self.buf[self.start..self.end];
        let next = memchr(b'\n', rest)? + 1;
        let line = &rest[..next];
        let tail = self.tail.map(|t| (&self.buf[t.from..t.to], t.columns)).filter(|(t, _)| line.ends_with(t));
        let head = &line[..next - tail.map_or(0, |(t, _)| t.len())];
        if memchr(b'"', head).is_some() {
            return None;
        }
        let len = next - 1 - usize::from(next > 1 && line[next - 2] == b'\r');
        self.spans.clear();
        let mut from = 0;
        let mut delimiters = memchr_iter(self.delimiter, head);
        for at in delimiters.by_ref().take(self.split + 1) {
            self.spans.push((from as u32, at as u32));
            from = at + 1;
        }
        let split = self.spans.len();
        let columns = match tail {
            // The head must end where the columns end that are always split.
            Some((_, columns)) if split == self.split + 1 && from == head.len() => split + columns,
            Some(_) => return None,
            None if split <= self.split => {
                self.spans.push((from as u32, len as u32));
                split + 1
            }
            None => {
                let more = delimiters.count() + 1;
                self.tail = Some(Tail { from: self.start + from, to: self.start + next, columns: more });
                split + more
            }
        };
        let found = Found { len, next, columns, terminated: true, fault: None };
        if len > self.longest { self.fault(Fault::Long) } else { Some(found) }
    }

    /// Finds the end of the row at `start`; `None`: more bytes are needed.
    fn scan(&mut self) -> Option<Found> {
        self.spans.clear();
        let (mut at, mut columns, mut rest) = (0, 0, None);
        let found = loop {
            let (end, after) = match field(&self.buf[self.start + at..self.end], self.delimiter, self.ended) {
                Field::Delimiter(end) => (end, None),
                Field::Line { end, next, terminated } => (end, Some((next, terminated))),
                Field::Fault => return self.fault(Fault::Quote),
                Field::More => return self.wait(),
            };
            if columns <= self.split {
                self.spans.push((at as u32, (at + end) as u32));
            }
            columns += 1;
            if let Some((next, terminated)) = after {
                break Found { len: at + end, next: at + next, columns, terminated, fault: None };
            }
            at += end + 1;
            if columns > self.split && rest.is_none() {
                rest = Some((at, columns));
                if let Some(found) = self.rest(self.start + at, columns) {
                    break found;
                }
            }
        };
        if let Some((at, before)) = rest.filter(|_| found.terminated) {
            let (from, to) = (self.start + at, self.start + found.next);
            self.tail = Some(Tail { from, to, columns: found.columns - before });
        }
        match () {
            () if found.len > self.longest => self.fault(Fault::Long),
            () if self.swallows(found.len) => self.fault(Fault::Quote),
            () => Some(found),
        }
    }

    /// The row is made of several: a stray quote in one and another behind it
    /// made a field of all that is between.
    fn swallows(&self, len: usize) -> bool {
        let row = &self.buf[self.start..self.start + len];
        if self.columns < 3 || memchr(b'\n', row).is_none() {
            return false;
        }
        // A cell of several lines is text; several lines of so many cells are rows.
        let is_row = |line: &&[u8]| memchr_iter(self.delimiter, line).count() + 1 >= self.columns;
        row.split(|b| *b == b'\n').filter(is_row).count() >= 2
    }

    /// The rest of a row from `from` (in the buffer) on, without splitting it.
    /// `None`: it holds a quote, or its end has not been read.
    #[inline]
    fn rest(&self, from: usize, before: usize) -> Option<Found> {
        let rest = &self.buf[from..self.end];
        let (to, columns) = match self.tail {
            Some(tail) if rest.starts_with(&self.buf[tail.from..tail.to]) => (tail.to - tail.from, tail.columns),
            _ => {
                let to = memchr(b'\n', rest)? + 1;
                if memchr(b'"', &rest[..to]).is_some() {
                    return None;
                }
                (to, memchr_iter(self.delimiter, &rest[..to]).count() + 1)
            }
        };
        let cr = usize::from(to > 1 && rest[to - 2] == b'\r');
        let next = from + to - self.start;
        Some(Found { len: next - 1 - cr, next, columns: before + columns, terminated: true, fault: None })
    }

    /// More bytes are needed, unless the row is too long already.
    fn wait(&mut self) -> Option<Found> {
        if self.end - self.start > self.longest { self.fault(Fault::Long) } else { None }
    }

    /// A row that breaks the rules ends at its first line end, whatever its
    /// quotes say: what is behind must be seen.
    fn fault(&mut self, fault: Fault) -> Option<Found> {
        self.spans.clear();
        let rest = &self.buf[self.start..self.end];
        let fault = Some(fault);
        match memchr(b'\n', rest) {
            Some(end) => {
                let len = end - usize::from(end > 0 && rest[end - 1] == b'\r');
                // Never empty, or it would pass for a blank line.
                Some(Found { len: len.max(1), next: end + 1, columns: 0, terminated: true, fault })
            }
            None if self.ended => {
                Some(Found { len: rest.len(), next: rest.len(), columns: 0, terminated: false, fault })
            }
            None if rest.len() > self.longest => {
                let (len, next) = (rest.len(), rest.len());
                self.skipping = true;
                Some(Found { len, next, columns: 0, terminated: true, fault })
            }
            None => None,
        }
    }

    /// Passes over the rest of a line that is too long.
    fn skip_line(&mut self) -> io::Result<()> {
        while self.skipping {
            let rest = &self.buf[self.start..self.end];
            let end = memchr(b'\n', rest).map(|n| n + 1);
            self.skipping = end.is_none() && !(self.ended && rest.is_empty());
            let n = end.unwrap_or(rest.len());
            self.offset += self.encoding.source_len(&rest[..n]);
            self.start += n;
            if self.skipping {
                self.fill()?;
            }
        }
        Ok(())
    }

    /// Reads one more block behind what is buffered.
    fn fill(&mut self) -> io::Result<()> {
        self.tail = None;
        self.before = None;
        self.buf.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end == self.buf.len() {
            self.buf.resize(self.buf.len() + BLOCK, 0);
        }
        loop {
            match self.input.read(&mut self.buf[self.end..]) {
                Ok(n) => {
                    self.end += n;
                    self.ended = n == 0;
                    return Ok(());
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
    }

    /// Passes over `sep=;` and `#TYPE ...` before the header.
    fn preamble(&mut self) {
        loop {
            let rest = &self.buf[self.start..self.end];
            let end = memchr(b'\n', rest).map_or(rest.len(), |n| n + 1);
            let line = rest[..end].trim_ascii();
            if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter] = line {
                self.delimiter = *delimiter;
            } else if line.eq_ignore_ascii_case(b"sep=") && rest[..end].contains(&b'\t') {
                self.delimiter = b'\t';
            } else if !(line.len() >= 5 && line[..5].eq_ignore_ascii_case(b"#TYPE")) {
                return;
            }
            self.offset += self.encoding.source_len(&rest[..end]);
            self.start += end;
        }
    }
}

/// Bytes were overwritten.
fn is_damaged(bytes: &[u8]) -> bool {
    memchr2_iter(0, 0xff, bytes).any(|at| bytes[at] == 0 || bytes.get(at + 1) == Some(&0xff))
}

/// The delimiter that splits the first rows into the same number of columns,
/// the largest such number.
fn sniff(head: &[u8]) -> u8 {
    let rows = first_rows(head);
    let count = |delimiter: u8, row: &[u8]| {
        let mut quoted = false;
        row.iter()
            .filter(|&&b| {
                quoted ^= b == b'"';
                b == delimiter && !quoted
            })
            .count()
    };
    let score = |delimiter: u8| {
        let columns = rows.first().map_or(0, |r| count(delimiter, r));
        let even = rows.iter().all(|r| count(delimiter, r) == columns);
        (columns > 0, even, columns)
    };
    // The first of equals wins, so the order here is by how common they are.
    b",;\t|".iter().rev().copied().max_by_key(|d| score(*d)).unwrap_or(b',')
}

/// Up to five whole rows, split at line ends outside quotes.
fn first_rows(head: &[u8]) -> Vec<&[u8]> {
    let (mut rows, mut from, mut quoted) = (Vec::new(), 0, false);
    for (at, b) in head.iter().enumerate().take(64 << 10) {
        quoted ^= *b == b'"';
        if *b == b'\n' && !quoted {
            let row = head[from..at].trim_ascii_end();
            from = at + 1;
            if !row.is_empty() {
                rows.push(row);
            }
            if rows.len() == 5 {
                return rows;
            }
        }
    }
    if rows.is_empty() {
        rows.push(&head[from..]);
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Delivers a few bytes at a time, so that every row crosses a read.
    struct Drip<'a>(&'a [u8], usize);

    impl Read for Drip<'_> {
        fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(buf.len()).min(self.1);
            buf[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    type Said = (Vec<String>, Option<Fault>, bool, u64, u64);

    fn rows_with(text: &[u8], split: usize, longest: usize) -> Vec<Said> {
        rows_of(Reader::new(Drip(text, 7), Encoding::Utf8, 0, longest).unwrap(), split)
    }

    fn rows_in_blocks(text: &[u8], split: usize, block: usize) -> Vec<Said> {
        rows_of(Reader::with_block(text, Encoding::Utf8, 0, 1 << 20, block).unwrap(), split)
    }

    fn rows_of<R: Read>(mut reader: Reader<R>, split: usize) -> Vec<Said> {
        let mut out = Vec::new();
        if reader.header().unwrap().is_none() {
            return out;
        }
        reader.split_upto(split);
        while let Some(row) = reader.next_row().unwrap() {
            let cells: Vec<String> = (0..row.columns).map(|c| row.text(c).into_owned()).collect();
            let mut raw = [b"".as_slice(); 6];
            let n = row.split(&mut raw);
            assert!(n >= row.columns.min(raw.len()) || row.fault.is_some(), "{cells:?}");
            assert!(raw[..n].iter().zip(&cells).all(|(raw, cell)| cell_text(raw) == *cell), "{raw:?} {cells:?}");
            out.push((cells, row.fault, row.terminated, row.offset, row.source_len()));
        }
        out
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows_with(text.as_bytes(), usize::MAX, 1 << 20).into_iter().map(|(cells, ..)| cells).collect()
    }

    const MIXED: &str = "a,b,c,d\r\n1,\"x, \"\"y\"\"\",,z\r\n\n2,q,\"line\nbreak\",w\n3,q,r,\"w\"\n4,q,r,\"w\"\n5,é,日本,w\r\n6,é,日本,w\r\n";

    #[test]
    fn quotes_line_breaks_and_both_line_ends_are_read() {
        let rows = cells(MIXED);
        assert_eq!(rows[0], ["1", "x, \"y\"", "", "z"]);
        assert_eq!(rows[1], ["2", "q", "line\nbreak", "w"]);
        assert_eq!(rows.last().unwrap(), &["6", "é", "日本", "w"]);
        assert_eq!(rows.len(), 6);
    }

    #[test]
    fn splitting_less_gives_the_same_rows() {
        let whole = rows_with(MIXED.as_bytes(), usize::MAX, 1 << 20);
        for split in 0..5 {
            assert_eq!(rows_with(MIXED.as_bytes(), split, 1 << 20), whole, "split up to {split}");
        }
    }

    proptest::proptest! {
        #[test]
        fn splitting_less_gives_the_same_rows_whatever_they_hold(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "a", "b", "x,y", ",", "\n", "\r\n", "\"", "\"\"", "\"q,\nr\"", ",same,tail\n", ",same,tail\r\n", "1,2,same,tail\n", "é",
            ]), 0..40),
            block in 1_usize..64,
        ) {
            let text = format!("a,b,c,d\n{}", pieces.concat());
            let whole = rows_in_blocks(text.as_bytes(), usize::MAX, block);
            for split in 0..5 {
                proptest::prop_assert_eq!(&rows_in_blocks(text.as_bytes(), split, block), &whole, "split up to {}", split);
            }
        }
    }

    /// Rows as [`rows_of`], but those are passed over that may be, and said to be
    /// what they must be.
    fn rows_passing(text: &[u8], split: usize, part: usize, block: usize) -> (Vec<Said>, usize) {
        let mut reader = Reader::with_block(text, Encoding::Utf8, 0, 1 << 20, block).unwrap();
        let (mut out, mut passed): (Vec<Said>, usize) = (Vec::new(), 0);
        type Part = (Vec<u8>, Vec<String>);
        let (mut heads, mut rests): (Vec<Part>, Vec<Part>) = (Vec::new(), Vec::new());
        if reader.header().unwrap().is_none() {
            return (out, 0);
        }
        reader.split_upto(split);
        reader.part_at(part);
        loop {
            let (at, buffered) = (reader.offset, reader.buffered());
            let head = heads.iter().find(|(head, _)| buffered.starts_with(head));
            let rest =
                head.and_then(|(head, _)| rests.iter().find(|(rest, _)| buffered[head.len()..].starts_with(rest)));
            if let (Some((head, begin)), Some((rest, end))) = (head, rest) {
                let ends = if rest.ends_with(b"\r\n") { 2 } else { 1 };
                let (part, len) = (head.len(), head.len() + rest.len());
                out.push((begin.iter().chain(end).cloned().collect::<Vec<_>>(), None, true, at, (len - ends) as u64));
                reader.pass(len, part);
                assert_eq!(reader.row_before(), Some(rest.as_slice()));
                passed += 1;
                continue;
            }
            let Some(row) = reader.next_row().unwrap() else { return (out, passed) };
            let cells: Vec<String> = (0..row.columns).map(|c| row.text(c).into_owned()).collect();
            out.push((cells.clone(), row.fault, row.terminated, row.offset, row.source_len()));
            let head = row.head(part).map(<[u8]>::to_vec).unwrap_or_default();
            if let Some(rest) = reader.row_before().filter(|_| !head.is_empty()) {
                rests.push((rest.to_vec(), cells[part..].to_vec()));
                heads.push((head, cells[..part].to_vec()));
            }
        }
    }

    #[test]
    fn a_row_is_passed_over_whose_parts_are_known() {
        let text = "a,b,c\n1,x,d\n2,x,d\n1,x,d\n2,y,e\n2,\"y\",e\n\"1\",\"y\",e\n1,\"y\",e\n1,y\n";
        let (rows, passed) = rows_passing(text.as_bytes(), 1, 1, 1 << 10);
        assert_eq!(rows, rows_with(text.as_bytes(), 1, 1 << 20));
        assert_eq!(passed, 2, "the third and the last but one");
    }

    proptest::proptest! {
        #[test]
        fn passing_over_rows_reads_the_same_rows(
            pieces in proptest::collection::vec(proptest::sample::select(vec![
                "a", "x,y", ",", "\n", "\r\n", "\"", "\"q,\nr\"", "same,tail\n", "same,tail\r\n", "1,2,same,tail\n", "1,2,", "\"1\",2,", "3,",
                "1,2,same,tail\n3,2,same,tail\n", "\"1\n\",2,same,tail\n", "1,2,other,tail\r\n", "3,2,x,\"y\"\n",
            ]), 0..60),
            block in proptest::prop_oneof![1_usize..64, proptest::strategy::Just(1 << 12)],
        ) {
            let text = format!("a,b,c,d\n{}", pieces.concat());
            let whole = rows_in_blocks(text.as_bytes(), usize::MAX, block);
            for (split, part) in [(1, 1), (2, 2), (3, 2), (3, 1), (3, 3)] {
                let (rows, _) = rows_passing(text.as_bytes(), split, part, block);
                proptest::prop_assert_eq!(&rows, &whole, "split up to {}, parted at {}", split, part);
            }
        }
    }

    #[test]
    fn a_row_is_found_again_at_its_offset() {
        for (cells, _, _, offset, len) in rows_with(MIXED.as_bytes(), 1, 1 << 20) {
            let at = offset as usize;
            let row = &MIXED[at..at + len as usize];
            assert!(row.starts_with(&cells[0]), "{row:?} {cells:?}");
            assert!(!row.ends_with(['\r', '\n']));
        }
    }

    #[test]
    fn offsets_count_the_bytes_of_the_source() {
        let text = "a,b\n微信,1\n📱,2\nx,3\n";
        let mut reader = Reader::new(text.as_bytes(), Encoding::Utf16Le, 2, 1000).unwrap();
        reader.header().unwrap();
        let mut at = Vec::new();
        while let Some(row) = reader.next_row().unwrap() {
            at.push((row.offset, row.source_len()));
        }
        assert_eq!(at, [(10, 8), (20, 8), (30, 6)]);
    }

    #[test]
    fn lines_that_are_no_rows_are_passed_over() {
        for (text, delimiter) in [
            ("sep=;\r\nName;Device\r\nx;1\r\n", b';'),
            ("#TYPE System.Management.Automation.PSCustomObject\r\nName,Device\r\nx,1\r\n", b','),
            ("Name\tDevice\nx\t1\n", b'\t'),
            ("Name|Device\nx|1\n", b'|'),
            ("Name;Device\n\"a,b,c\";1\n", b';'),
            ("\nName,Device\n\"a;b;c\",1\n", b','),
        ] {
            let mut reader = Reader::new(text.as_bytes(), Encoding::Utf8, 0, 1000).unwrap();
            assert_eq!(reader.header().unwrap().unwrap(), ["Name", "Device"], "{text:?}");
            assert_eq!(reader.delimiter(), delimiter, "{text:?}");
            assert_eq!(reader.next_row().unwrap().unwrap().text(1), "1");
        }
    }

    #[test]
    fn rows_of_another_width_are_faults() {
        let rows = rows_with(b"a,b,c\n1,2\n1,2,3,4\n1,2,3,\n1,2,3\n", 0, 1000);
        let faults: Vec<_> = rows.iter().map(|r| r.1).collect();
        assert_eq!(faults, [Some(Fault::Few), Some(Fault::Many), None, None]);
    }

    #[test]
    fn a_stray_quote_hides_no_row_behind_it() {
        for text in ["a,b\n\"x,1\nWeChat,2\n", "a,b\n\"x\"y,1\nWeChat,2\n", "a,b\n\"x,1\nWeChat,2\n\"z\",3\n"] {
            let rows = rows_with(text.as_bytes(), 0, 1000);
            assert_eq!(rows[0].1, Some(Fault::Quote), "{text:?}");
            assert_eq!(rows[1].0, ["WeChat", "2"], "{text:?}");
        }
        // A quote inside an unquoted field is a character.
        assert_eq!(cells("a,b\nTV 12\",1\n"), [["TV 12\"", "1"]]);
    }

    #[test]
    fn rows_between_two_stray_quotes_are_read() {
        let text = "a,b,c\n1,\"x,d\n2,WeChat,d\n3,y\",d\n4,z,d\n";
        let rows = rows_with(text.as_bytes(), 1, 1000);
        assert_eq!(rows[0].1, Some(Fault::Quote));
        assert_eq!(rows[1].0, ["2", "WeChat", "d"]);
        // A cell of several lines is none of that.
        let rows = cells("a,b,c\n1,x,\"one, two\nthree\"\n2,\"one\ntwo,\",y\n");
        assert_eq!(rows[0][2], "one, two\nthree");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn overwritten_bytes_are_a_fault_of_their_row_and_of_no_other() {
        for (byte, count) in [(0, 1), (0, 9), (0xff, 9)] {
            let mut text = b"a,b,c\n1,x,d\n2,y,d\n3,z,d\n4,z,d\n".to_vec();
            text[14..14 + count].fill(byte);
            for block in [4, 16, 1 << 10] {
                let rows = rows_in_blocks(&text, 1, block);
                let (bad, good): (Vec<_>, Vec<_>) = rows.iter().partition(|r| r.1.is_some());
                assert_eq!(bad.len(), 1, "{rows:?}");
                assert!(good.iter().any(|r| r.0 == ["1", "x", "d"]) && good.iter().any(|r| r.0 == ["4", "z", "d"]));
            }
        }
        // A letter of an old code page.
        assert!(rows_with(b"a,b\nL'Ha\xff,1\n", 1, 1000).iter().all(|r| r.1.is_none()));
    }

    #[test]
    fn a_row_beyond_the_limit_is_a_fault_and_reading_goes_on() {
        let long = "x".repeat(600 << 10);
        for text in [format!("a,b\n{long},1\ny,2\n"), format!("a,b\n\"{long},1\ny,2\n")] {
            let rows = rows_with(text.as_bytes(), 0, 1000);
            assert_eq!(rows[0].1, Some(Fault::Long));
            assert_eq!(rows[1].0, ["y", "2"]);
            assert_eq!(&text[rows[1].3 as usize..][..3], "y,2");
        }
    }

    #[test]
    fn a_prefix_says_no_more_than_the_whole_and_shows_that_it_is_cut() {
        let whole = rows_with(MIXED.as_bytes(), 1, 1000);
        for cut in 0..MIXED.len() {
            let rows = rows_with(&MIXED.as_bytes()[..cut], 1, 1000);
            let sound: Vec<_> = rows.iter().filter(|r| r.1.is_none() && r.2).collect();
            for (row, told) in sound.iter().zip(&whole) {
                assert_eq!(*row, told, "cut at {cut}");
            }
            let between = MIXED.as_bytes()[..cut].last() == Some(&b'\n');
            let marked = rows.iter().any(|r| !r.2 || r.1.is_some());
            assert!(between || marked || cut <= "a,b,c,d\r\n".len(), "cut at {cut}: {rows:?}");
        }
    }
}

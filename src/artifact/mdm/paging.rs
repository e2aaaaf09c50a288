//! What a document says of pages: whether this is all there is.
//!
//! Systems spell it in many ways, and some add a spelling that their documents
//! do not name. A word that is known to speak of pages counts in every layout:
//! overlooked, it would let the first page pass for the whole list.

use super::values::find_word;
use crate::format::json::{JsonError, Kind, Reader};

/// What a key speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Another page: a token, a link, or whether there is one.
    Next,
    /// How many there are in all pages.
    Total,
    /// A page before this one: a link, or whether there is one.
    Before,
    /// How many came before this page; or its number, which begins with 0 or 1.
    Offset,
    Page,
    /// An object of such words.
    Group,
    /// What went wrong: an answer that failed half way is not the whole list.
    Error,
}

/// Normalised spellings.
const WORDS: &[(&str, Word)] = &[
    ("nextpagetoken", Word::Next),
    ("nextlink", Word::Next),
    ("@odatanextlink", Word::Next),
    ("next", Word::Next),
    ("nextpage", Word::Next),
    ("nexturl", Word::Next),
    ("nextcursor", Word::Next),
    ("nexttoken", Word::Next),
    ("continuationtoken", Word::Next),
    ("hasmore", Word::Next),
    ("hasnext", Word::Next),
    ("hasnextpage", Word::Next),
    ("hasnextresults", Word::Next),
    ("moreresults", Word::Next),
    ("istruncated", Word::Next),
    ("truncated", Word::Next),
    ("total", Word::Total),
    ("count", Word::Total),
    ("totalcount", Word::Total),
    ("@odatacount", Word::Total),
    ("totalresults", Word::Total),
    ("totalrecords", Word::Total),
    ("totalitems", Word::Total),
    ("totalelements", Word::Total),
    ("previous", Word::Before),
    ("prev", Word::Before),
    ("previouspage", Word::Before),
    ("previouslink", Word::Before),
    ("previousurl", Word::Before),
    ("previouspagetoken", Word::Before),
    ("prevpagetoken", Word::Before),
    ("hasprevious", Word::Before),
    ("hasprev", Word::Before),
    ("haspreviouspage", Word::Before),
    ("offset", Word::Offset),
    ("skip", Word::Offset),
    ("page", Word::Page),
    ("pagenumber", Word::Page),
    ("currentpage", Word::Page),
    ("meta", Word::Group),
    ("metadata", Word::Group),
    ("paging", Word::Group),
    ("pagination", Word::Group),
    ("pageinfo", Word::Group),
    ("links", Word::Group),
    ("error", Word::Error),
    ("errors", Word::Error),
];

/// What was said so far.
#[derive(Debug, Default)]
pub(super) struct Paging {
    more: bool,
    total: Option<u64>,
    /// Something came before the first page.
    headless: bool,
    /// Documents that began.
    documents: u32,
}

impl Paging {
    /// What a key beside the list speaks of.
    pub(super) fn word(key: &[u8]) -> Option<Word> {
        let key = std::str::from_utf8(key).ok().filter(|k| k.len() <= 32)?;
        find_word(WORDS, key, |row| row.0).map(|(_, word)| *word)
    }

    /// Another document begins: of pages behind each other the last one says
    /// whether there is more.
    pub(super) fn next_document(&mut self) {
        self.more = false;
        self.documents = self.documents.saturating_add(1);
    }

    /// Another list begins, of which nothing was said.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    /// Reads the value of a key.
    ///
    /// # Errors
    ///
    /// Those of the reader.
    pub(super) fn read<R: std::io::Read>(&mut self, word: Word, reader: &mut Reader<R>) -> Result<(), JsonError> {
        match (word, reader.kind()?) {
            (_, Kind::Null) => reader.skip(),
            (Word::Group | Word::Page, Kind::Object) => {
                reader.enter()?;
                while let Some(key) = reader.next_key()? {
                    match Self::word(key).filter(|w| *w != Word::Group) {
                        Some(word) => self.read(word, reader)?,
                        None => reader.skip()?,
                    }
                }
                Ok(())
            }
            (Word::Group, _) | (Word::Before | Word::Offset | Word::Page, Kind::Object | Kind::Array) => reader.skip(),
            (_, Kind::Object | Kind::Array) => {
                // A token or a link with parts, or a number that is none.
                let nothing = matches!(word, Word::Next | Word::Error) && Self::is_empty(reader)?;
                self.more |= !nothing;
                if word == Word::Total { reader.skip() } else { Ok(()) }
            }
            (word, _) => {
                let text = reader.scalar()?.unwrap_or_default();
                self.hear(word, &text);
                Ok(())
            }
        }
    }

    fn is_empty<R: std::io::Read>(reader: &mut Reader<R>) -> Result<bool, JsonError> {
        let array = reader.kind()? == Kind::Array;
        reader.enter()?;
        let mut empty = true;
        while if array { reader.next_element()? } else { reader.next_key()?.is_some() } {
            empty = false;
            reader.skip()?;
        }
        Ok(empty)
    }

    /// The same of text.
    pub(super) fn hear(&mut self, word: Word, text: &str) {
        match word {
            Word::Next | Word::Error => self.next(text),
            Word::Total => self.total(text),
            Word::Before => self.headless |= self.documents < 2 && Self::is_told(text),
            Word::Offset | Word::Page => {
                let first = u64::from(word == Word::Page);
                self.headless |= self.documents < 2 && text.trim().parse::<u64>().is_ok_and(|n| n > first);
            }
            Word::Group => {}
        }
    }

    /// A token, a link, or whether there is one.
    fn next(&mut self, text: &str) {
        self.more |= Self::is_told(text);
    }

    fn is_told(text: &str) -> bool {
        let text = text.trim();
        !matches!(text, "" | "0") && !text.eq_ignore_ascii_case("false")
    }

    /// A number of all. One that cannot be read is no proof that this is all.
    fn total(&mut self, text: &str) {
        let text = text.trim();
        match text.parse::<u64>() {
            Ok(n) => self.total = self.total.max(Some(n)),
            Err(_) => self.more |= !text.is_empty(),
        }
    }

    /// Another page follows, by its own word.
    pub(super) fn next_follows(&self, seen: u64) -> bool {
        self.more || (self.total == Some(0) && seen > 0)
    }

    /// Another page came before the first of these, by its own word.
    pub(super) fn follows_another(&self) -> bool {
        self.headless
    }

    /// The number of all, where it is told.
    pub(super) fn total_told(&self) -> Option<u64> {
        self.total
    }

    /// There is more than these, before them or behind, or the numbers do not agree.
    pub(super) fn goes_on(&self, seen: u64) -> bool {
        self.headless || self.next_follows(seen) || self.total.is_some_and(|total| total > seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known after every key of an object was read as the word it is.
    fn read(text: &str) -> Paging {
        let mut paging = Paging::default();
        let mut reader = Reader::with_block(text.as_bytes(), 0, 32, text.len(), text.len());
        assert!(reader.next_value().unwrap());
        reader.enter().unwrap();
        while let Some(key) = reader.next_key().unwrap() {
            match Paging::word(key) {
                Some(word) => paging.read(word, &mut reader).unwrap(),
                None => reader.skip().unwrap(),
            }
        }
        paging
    }

    #[test]
    fn words_that_speak_of_another_page_are_heard_in_any_spelling() {
        for text in [
            r#"{"nextPageToken": "x"}"#,
            r#"{"nextPageToken": {"offset": 100}}"#,
            r#"{"@odata.nextLink": "https://mdm.example/2"}"#,
            r#"{"has_more": true}"#,
            r#"{"hasMore": "true"}"#,
            r#"{"next": ["x"]}"#,
            r#"{"next_page": 2}"#,
            r#"{"meta": {"has_next_results": true}}"#,
            r#"{"total": 3}"#,
            r#"{"@odata.count": 3}"#,
            r#"{"totalCount": "3"}"#,
            r#"{"totalCount": "many"}"#,
            r#"{"totalCount": 2.5}"#,
            r#"{"totalCount": -1}"#,
            r#"{"totalCount": [2]}"#,
            r#"{"totalCount": 3, "totalCount": 2}"#,
            r#"{"totalCount": 0}"#,
            r#"{"next": null, "previous": "https://mdm.example/1"}"#,
            r#"{"links": {"prev": "https://mdm.example/1"}}"#,
            r#"{"offset": 100}"#,
            r#"{"page": 2}"#,
            r#"{"page": {"total": 3}}"#,
        ] {
            assert!(read(text).goes_on(2), "{text}");
        }
    }

    #[test]
    fn words_that_say_that_this_is_all_say_so() {
        for text in [
            "{}",
            r#"{"nextPageToken": ""}"#,
            r#"{"nextPageToken": null, "next": {}, "nextLink": []}"#,
            r#"{"has_more": false, "hasMore": "False"}"#,
            r#"{"total": 2, "count": 1, "totalCount": "2", "totalResults": null}"#,
            r#"{"meta": {"next": null, "total": 2}, "links": "x"}"#,
            r#"{"value": [{"nextLink": "x"}]}"#,
            r#"{"previous": null, "hasPrevious": false, "offset": 0, "page": 1, "pageNumber": 0}"#,
        ] {
            assert!(!read(text).goes_on(2), "{text}");
        }
    }

    #[test]
    fn a_page_before_is_in_the_file_where_another_document_came_first() {
        let mut paging = Paging::default();
        paging.next_document();
        paging.next_document();
        paging.hear(Word::Before, "https://mdm.example/1");
        assert!(!paging.goes_on(5));
        paging.forget();
        paging.next_document();
        paging.hear(Word::Before, "https://mdm.example/1");
        assert!(paging.goes_on(5));
    }

    #[test]
    fn the_last_document_says_whether_there_is_more_and_the_number_stays() {
        let mut paging = read(r#"{"nextPageToken": "x", "total": 5}"#);
        paging.next_document();
        assert_eq!((paging.goes_on(5), paging.goes_on(4), paging.total_told()), (false, true, Some(5)));
    }
}

//! Text: reports, pages, checksums, tables, prose.

use std::io::Read;

use super::{Foreign, Probe};
use crate::format::json::{Kind, Reader};
use crate::limits::Limits;

/// How much of the head is looked at.
const LOOK: usize = 16 << 10;

pub(super) const REPORT: Foreign = Foreign::note("tidewaiter-report", "a report of tidewaiter");
const CHECKSUMS: Foreign = Foreign::note("checksums", "a list of checksums");
const PAGE: Foreign = Foreign::note("document", "an HTML page");
pub(super) const PROSE: Foreign = Foreign::note("text", "a text file");
const LOGIN: Foreign = Foreign {
    advice: "an HTML page stands where an export was expected (a login page or an error page); repeat the export",
    class: super::ForeignClass::ErrorAnswer,
    ..Foreign::note("error-answer", "a web page")
};
const ERROR: Foreign = Foreign {
    advice: "the server answered with an error; repeat the export",
    class: super::ForeignClass::ErrorAnswer,
    ..Foreign::note("error-answer", "an error message of a server")
};

pub(super) fn text(probe: &Probe<'_>) -> Option<Foreign> {
    let text = decode(&probe.head[..probe.head.len().min(LOOK)])?;
    let body = text.trim_start();
    if body.is_empty() {
        return None;
    }
    if body.starts_with(['{', '[']) {
        return Some(json(body));
    }
    if let Some(markup) = body.strip_prefix('<') {
        return Some(self::markup(probe, markup));
    }
    if checksums(probe, body) {
        return Some(CHECKSUMS);
    }
    if probe.has_extension("csv") || probe.has_extension("tsv") || is_table(body) {
        return Some(export("table", "a table (CSV or TSV)"));
    }
    // A name that promises structure is believed: the text may be its rest.
    super::by_name(probe).or(Some(PROSE))
}

/// What may be the export of a system that is not known.
fn export(id: &'static str, title: &'static str) -> Foreign {
    let advice = "check that it is the file you meant, and that it holds every column or key of the export; \
                  if another system wrote it, `tidewaiter map FILE` drafts a mapping file";
    Foreign { advice, ..Foreign::structured(id, title) }
}

fn json(body: &str) -> Foreign {
    let keys = top_keys(body);
    if keys.iter().any(|(key, value)| *key == "schema" && value.starts_with("\"tidewaiter.report\"")) {
        return REPORT;
    }
    const ERRORS: &[&str] =
        &["error", "errors", "error_code", "errorCode", "error_description", "errorMessage", "fault"];
    let failed = |(key, value): &(&str, &str)| {
        ERRORS.contains(key) && !["null", "[]", "false", "\"\"", "0", "{}"].iter().any(|v| value.starts_with(v))
    };
    if keys.iter().take(4).any(failed) { ERROR } else { export("json", "a JSON file") }
}

/// A file that begins as a report of ours holds nothing else: no other document
/// behind it, and no other line among its lines.
pub(super) fn is_report_alone(input: impl Read, limits: &Limits) -> bool {
    const LINES: [&str; 5] = ["run", "device", "evidence", "diagnostic", "summary"];
    let mut reader = Reader::new(input, 0, limits.nesting, limits.record);
    let mut values = 0;
    let mut read = || {
        while reader.next_value()? {
            if reader.kind()? != Kind::Object {
                return Ok(false);
            }
            reader.enter()?;
            let mut is_line = false;
            while let Some(key) = reader.next_key()? {
                match key == b"kind" {
                    true => is_line |= reader.scalar()?.is_some_and(|kind| LINES.contains(&&*kind)),
                    false => reader.skip()?,
                }
            }
            values += 1;
            if !is_line {
                // A report that is one document.
                return Ok(values == 1 && !reader.next_value()?);
            }
        }
        Ok::<bool, crate::format::json::JsonError>(true)
    };
    read().unwrap_or(false)
}

fn markup(probe: &Probe<'_>, markup: &str) -> Foreign {
    let start: String = markup.chars().take(14).collect::<String>().to_ascii_lowercase();
    if start.starts_with("!doctype html") || start.starts_with("html") || start.starts_with("head") {
        let honest = ["html", "htm", "xhtml"].iter().any(|e| probe.has_extension(e));
        return if honest { PAGE } else { LOGIN };
    }
    if markup.contains("<plist") || start.starts_with("plist") {
        return Foreign::structured("plist", "a property list");
    }
    Foreign::structured("xml", "an XML file")
}

/// Keys of the outermost object with the text that follows each; no more than
/// the text at hand shows.
fn top_keys(body: &str) -> Vec<(&str, &str)> {
    let bytes = body.as_bytes();
    let (mut keys, mut depth, mut at) = (Vec::new(), 0u32, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                let Some(end) = string_end(bytes, at + 1) else { break };
                let after = body.get(end + 1..).unwrap_or_default().trim_start();
                if let (1, Some(value), Some(key)) = (depth, after.strip_prefix(':'), body.get(at + 1..end)) {
                    keys.push((key, value.trim_start()));
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    keys
}

/// Where the quote is that ends a string.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// `sha256sum` and its kin, the BSD form, or a digest alone in a file so named.
fn checksums(probe: &Probe<'_>, body: &str) -> bool {
    const LENGTHS: [usize; 6] = [32, 40, 56, 64, 96, 128];
    let digest = |word: &str| LENGTHS.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_hexdigit());
    let named = ["md5", "sha1", "sha256", "sha512"].iter().any(|e| probe.has_extension(e));
    let line = |line: &str| {
        let line = line.trim_end().trim_start_matches('\\');
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        let bsd = line.rsplit_once(") = ").is_some_and(|(left, sum)| digest(sum) && left.contains(" ("));
        bsd || digest(first) && (!rest.trim().is_empty() || named)
    };
    // The last line at hand may be cut.
    let lines: Vec<&str> = body.lines().filter(|l| !l.trim().is_empty() && !l.starts_with(['#', ';'])).collect();
    let whole = if probe.head.len() > LOOK { lines.len().saturating_sub(1) } else { lines.len() };
    whole > 0 && lines[..whole].iter().all(|l| line(l))
}

/// Two lines or more with the same number of the same separator, or one line
/// that looks like a heading of columns.
fn is_table(body: &str) -> bool {
    let mut lines = body.lines().filter(|l| !l.trim().is_empty());
    let (Some(first), second) = (lines.next(), lines.next()) else { return false };
    [',', ';', '\t', '|'].into_iter().any(|separator| {
        let count = |line: &str| {
            let mut quoted = false;
            line.chars()
                .filter(|c| {
                    (*c == '"' && {
                        quoted = !quoted;
                        false
                    }) || *c == separator && !quoted
                })
                .count()
        };
        let columns = count(first);
        match second {
            Some(second) => columns > 0 && columns == count(second),
            None => columns > 1 && !first.contains(". "),
        }
    })
}

/// The head as text: UTF-8, UTF-16 with its mark, else Latin-1 without controls.
fn decode(head: &[u8]) -> Option<String> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|p| unit([p[0], p[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    let text = match head {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        _ => match std::str::from_utf8(head) {
            Ok(text) => text.to_owned(),
            // Cut inside a character: still UTF-8.
            Err(e) if e.error_len().is_none() => String::from_utf8_lossy(&head[..e.valid_up_to()]).into_owned(),
            Err(_) => head.iter().map(|b| *b as char).collect(),
        },
    };
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}' | '\u{1a}');
    (!text.chars().any(control)).then_some(text)
}

//! The digest that a report bears of itself, taken again over the file.

use std::cell::RefCell;
use std::io;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::format::hex;
use crate::report::canonical::{self, OVER_DOCUMENT, OVER_LINES};
use crate::report::reading::{Element, Lines, ReadError, Saved, Wanted, walk};

/// What the file says of itself, and what it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Own {
    /// It bears none: another program wrote it, or its run was interrupted.
    None,
    /// It is what it was.
    Same(String),
    /// It was changed.
    Differs {
        /// What it says.
        then: String,
        /// What it is.
        now: String,
    },
    /// It is of a kind this version does not know.
    Unknown(String),
}

/// Checks the digest a report bears of itself.
pub fn own_digest(report: &Saved) -> Result<Own, ReadError> {
    let (told, over, now) = if report.is_document() { of_document(report)? } else { of_lines(report)? };
    let Some(told) = told else { return Ok(Own::None) };
    let text = |name: &str| told.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, then) = (text("over"), text("sha256"));
    Ok(if kind != over {
        Own::Unknown(kind)
    } else if then == now {
        Own::Same(now)
    } else {
        Own::Differs { then, now }
    })
}

type Taken = (Option<Value>, &'static str, String);

/// Every byte before the last line.
fn of_lines(report: &Saved) -> Result<Taken, ReadError> {
    let unreadable = |source| ReadError::Unreadable { file: report.name().to_owned(), source };
    let mut lines = Lines::new(report.bytes()?);
    let mut hash = Sha256::new();
    let mut told = None;
    while let Some(line) = lines.next().map_err(unreadable)? {
        if told.is_some() {
            // Something follows the last line; then that is not what was digested.
            hash.update(line);
            continue;
        }
        // Told without reading every line as JSON.
        let may_be_last = line.starts_with(b"{\"kind\":\"summary\"") || line.windows(9).any(|w| w == b"\"summary\"");
        let value: Option<Value> = if may_be_last { serde_json::from_slice(line).ok() } else { None };
        match value.filter(|v| v.get("kind").and_then(Value::as_str) == Some("summary")) {
            Some(summary) => told = Some(summary.get("digest").cloned().unwrap_or_default()),
            None => hash.update(line),
        }
    }
    Ok((told.filter(|d| !d.is_null()), OVER_LINES, hex(&hash.finalize())))
}

/// The document in RFC 8785 form, without the digest: the small members from one
/// pass, each array in a pass of its own, in the order of their names.
fn of_document(report: &Saved) -> Result<Taken, ReadError> {
    const ARRAYS: [&str; 3] = ["devices", "diagnostics", "evidence"];
    let file = report.file();
    let names = RefCell::new(Vec::new());
    let mut small: Vec<(String, Vec<u8>)> = Vec::new();
    let mut told = None;
    let wanted = |member: &str| {
        names.borrow_mut().push(member.to_owned());
        if ARRAYS.contains(&member) { Wanted::Nothing } else { Wanted::Whole }
    };
    walk(report.name(), file, &wanted, &mut |member, element| {
        let (Element::Whole(text) | Element::One(text)) = element;
        let mut value: Value = serde_json::from_str(text)?;
        if let (true, Some(run)) = (member == "run", value.as_object_mut()) {
            told = run.remove("digest");
        }
        let mut bytes = Vec::new();
        canonical::append(&value, &mut bytes);
        small.push((member.to_owned(), bytes));
        Ok(())
    })?;
    let mut names = names.into_inner();
    names.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    let mut hash = Sha256::new();
    hash.update(b"{");
    for (n, name) in names.iter().enumerate() {
        let mut head = if n > 0 { vec![b','] } else { Vec::new() };
        canonical::append(&Value::from(name.as_str()), &mut head);
        head.push(b':');
        hash.update(&head);
        match small.iter().find(|(member, _)| member == name) {
            Some((_, bytes)) => hash.update(bytes),
            None => array(report, name, &mut hash)?,
        }
    }
    hash.update(b"}");
    Ok((told, OVER_DOCUMENT, hex(&hash.finalize())))
}

fn array(report: &Saved, name: &str, hash: &mut Sha256) -> Result<(), ReadError> {
    let wanted = |member: &str| if member == name { Wanted::Elements } else { Wanted::Nothing };
    hash.update(b"[");
    let mut first = true;
    walk(report.name(), report.file(), &wanted, &mut |_, element| {
        let (Element::Whole(text) | Element::One(text)) = element;
        let value: Value = serde_json::from_str(text).map_err(io::Error::from)?;
        let mut bytes = if first { Vec::new() } else { vec![b','] };
        first = false;
        canonical::append(&value, &mut bytes);
        hash.update(&bytes);
        Ok(())
    })?;
    hash.update(b"]");
    Ok(())
}

//! Policy files.

use super::{Placed, Reader, canonical, hex};
use crate::signature::words::{EntryKind, PolicyStatus};
use crate::signature::{Date, Policy, PolicyEntry};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PolicyFile {
    id: String,
    title: String,
    instrument: String,
    jurisdiction: String,
    citation: Option<String>,
    issued: Option<Spanned<String>>,
    published: Option<Spanned<String>>,
    effective_from: Option<Spanned<String>>,
    effective_to: Option<Spanned<String>>,
    status: PolicyStatus,
    status_text: Option<String>,
    status_as_of: Option<Spanned<String>>,
    checked: Option<Spanned<String>>,
    ended_by: Option<String>,
    effect: Option<String>,
    note: Option<String>,
    sources: Vec<String>,
    #[serde(default)]
    entry: Vec<Spanned<EntryRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EntryRow {
    named: String,
    kind: EntryKind,
    app: Option<String>,
    function_of: Option<String>,
    #[serde(default)]
    editions: Vec<String>,
    #[serde(default)]
    reaches: Vec<String>,
    added: Option<Spanned<String>>,
    removed: Option<Spanned<String>>,
    note: Option<String>,
}

impl Reader<'_> {
    pub(super) fn policy(&mut self) -> Option<Placed<Policy>> {
        let raw: PolicyFile = self.parse()?;
        let entries = self.rows("entry", raw.entry);
        let entries = entries.into_iter().map(|(_, row)| self.entry(row)).collect();
        let policy = Policy {
            issued: self.date(raw.issued),
            published: self.date(raw.published),
            effective_from: self.date(raw.effective_from),
            effective_to: self.date(raw.effective_to),
            status_as_of: self.date(raw.status_as_of),
            checked: self.date(raw.checked),
            id: raw.id,
            title: raw.title,
            instrument: raw.instrument,
            jurisdiction: raw.jurisdiction,
            citation: raw.citation,
            status: raw.status,
            status_text: raw.status_text,
            ended_by: raw.ended_by,
            effect: raw.effect,
            note: raw.note,
            sources: raw.sources,
            entries,
            sha256: hex(&Sha256::digest(canonical(&self.file.text))),
        };
        Some(self.place(policy, 1))
    }

    fn entry(&mut self, row: EntryRow) -> PolicyEntry {
        let (added, removed) = (self.date(row.added), self.date(row.removed));
        let EntryRow { named, kind, app, function_of, editions, reaches, note, .. } = row;
        PolicyEntry { named, kind, app, function_of, editions, reaches, added, removed, note }
    }

    fn date(&mut self, given: Option<Spanned<String>>) -> Option<Date> {
        let given = given?;
        let line = self.line_of(given.span().start);
        let date = Date::parse(given.get_ref());
        if date.is_none() {
            self.problem(line, format!("`{}` is no date; expected 2021-01-05, 2021-01 or 2021", given.get_ref()));
        }
        date
    }
}

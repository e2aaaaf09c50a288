//! A comparison for people and for programs.

use std::io::{self, Write};

use serde_json::json;

use super::{Change, Counts, Diff, RunOf, Side};
use crate::report::diff::compare::{DeviceChange, Seen};
use crate::report::text::{count, number, reason, safe, wrap};

/// One document, `tidewaiter.diff` version 1, written as the devices come.
pub fn json(diff: Diff, out: &mut dyn Write) -> io::Result<()> {
    let head = json!({
        "schema": "tidewaiter.diff",
        "schema_version": "1.0.0",
        "exit_status": diff.exit_status(),
        "comparable": diff.incomparable.is_empty(),
        "incomparable": diff.incomparable,
        "notes": diff.notes,
        "old": RunOf::new(&diff.old),
        "new": RunOf::new(&diff.new),
        "summary": diff.counts,
    });
    let head = head.to_string();
    // The last brace closes the document; the devices come before it.
    write!(out, "{},\n\"devices\":[", head.strip_suffix('}').unwrap_or(&head))?;
    let mut changes = diff.into_changes()?;
    let mut first = true;
    while let Some(change) = changes.next_change()? {
        out.write_all(if first { b"\n" } else { b",\n" })?;
        first = false;
        serde_json::to_writer(&mut *out, &change)?;
    }
    out.write_all(b"\n]}\n")
}

/// Blocks by kind of change, and one line that says the outcome.
pub fn table(diff: Diff, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let width = width.max(40);
    let counts = diff.counts;
    let status = diff.exit_status();
    let (incomparable, notes) = (diff.incomparable.clone(), diff.notes.clone());
    let mut changes = diff.into_changes()?;
    let mut before = None;
    while let Some(change) = changes.next_change()? {
        if before != Some(change.change) {
            writeln!(out, "{}", heading(change.change))?;
            before = Some(change.change);
        }
        device(&change, width, out)?;
    }
    if before.is_some() {
        writeln!(out)?;
    }
    let parts = count_words(&counts);
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", number(*n))).collect();
    let all = counts.newly_prohibited + counts.remediated + counts.vanished + counts.new + counts.changed + counts.same;
    let outcome = outcome(status);
    let line = format!("{}: {}. {outcome}", count(all, "device", "devices"), parts.join(", "));
    for line in wrap(&line, width) {
        writeln!(out, "{line}")?;
    }
    for why in incomparable {
        writeln!(out, "not comparable: {why}")?;
    }
    if let Some(lost) = lost(&counts) {
        writeln!(out, "not comparable: {lost}")?;
    }
    notes.iter().flat_map(|n| wrap(n, width)).try_for_each(|line| writeln!(out, "{line}"))
}

/// Devices of which nobody knows what became of them, where that matters.
pub(super) fn lost(counts: &Counts) -> Option<String> {
    let devices = count(counts.lost, "device that was", "devices that were");
    (counts.lost > 0).then(|| format!("{devices} prohibited or suspect vanished"))
}

pub(super) fn count_words(counts: &Counts) -> [(u64, &'static str); 6] {
    [
        (counts.newly_prohibited, "newly prohibited"),
        (counts.remediated, "remediated"),
        (counts.vanished, "vanished"),
        (counts.new, "new"),
        (counts.changed, "changed otherwise"),
        (counts.same, "unchanged"),
    ]
}

pub(super) fn outcome(status: u8) -> &'static str {
    match status {
        1 => "It got worse.",
        3 => "The reports do not compare.",
        _ => "It did not get worse.",
    }
}

pub(super) fn heading(change: Change) -> &'static str {
    match change {
        Change::NewlyProhibited => "newly prohibited",
        Change::Worse => "worse",
        Change::Vanished => "vanished: not in the new report; what became of them is not known",
        Change::New => "new",
        Change::Milder => "milder, not remediated",
        Change::Remediated => "remediated: proved clear, later, under the same policies",
        Change::Changed => "same verdict on other grounds",
    }
}

fn device(change: &DeviceChange, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let name = change.name.as_deref().map(|n| format!("{} · ", safe(n, 60))).unwrap_or_default();
    writeln!(out, "  {name}{}: {}", safe(&change.key, 200), verdicts(change))?;
    let mut lines: Vec<String> = Vec::new();
    lines.extend(change.appeared.iter().map(|s| format!("+ {}", finding(s))));
    lines.extend(change.gone.iter().map(|s| format!("- {}", finding(s))));
    lines.extend(change.lists_appeared.iter().map(|l| format!("+ list: {}", safe(l, 200))));
    lines.extend(change.lists_gone.iter().map(|l| format!("- list: {}", safe(l, 200))));
    lines.extend(change.notes.iter().map(|n| safe(n, 200)));
    for line in lines {
        writeln!(out, "    {}", wrap(&line, width - 4).join("\n      "))?;
    }
    Ok(())
}

pub(super) fn verdicts(change: &DeviceChange) -> String {
    let word = |side: &Side| {
        let waived = if side.waived { " (waived)" } else { "" };
        let as_of = side
            .as_of
            .as_deref()
            .and_then(|t| t.get(..10))
            .map(|d| format!(" as of {}", safe(d, 10)))
            .unwrap_or_default();
        let why = side.verdict_reasons.first().filter(|_| side.verdict == "inconclusive");
        let why = why.map(|r| format!(" ({})", safe(reason(r), 120))).unwrap_or_default();
        format!("{}{waived}{as_of}{why}", side.verdict)
    };
    match (&change.old, &change.new) {
        (Some(old), Some(new)) => format!("{} → {}", word(old), word(new)),
        (Some(old), None) => format!("was {}", word(old)),
        (None, Some(new)) => word(new),
        (None, None) => String::new(),
    }
}

pub(super) fn finding(seen: &Seen) -> String {
    let waiver = seen.waiver.as_deref().map(|w| format!(" · waived by {}", safe(w, 40))).unwrap_or_default();
    let how = if seen.strength == "circumstantial" || seen.strength == "probable" {
        format!(" · {}", seen.strength)
    } else {
        String::new()
    };
    format!("{} {} {}{how}{waiver}", safe(&seen.app_name, 40), seen.state, safe(&seen.identifier, 120))
}

//! A comparison as one page without script or network, for people who did not
//! run the program. The outcome is written last and shown first; a page that
//! was cut off has none and says so.

use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use super::compare::{Change, DeviceChange};
use super::render::{count_words, finding, heading, outcome, verdicts};
use super::{Diff, RunOf};
use crate::report::html::{bdi, esc};

const STYLE: &str = include_str!("page.css");
/// Characters of one value.
const SHOWN: usize = 300;

/// Writes the page.
pub fn html(diff: Diff, out: &mut dyn Write) -> io::Result<()> {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        STANDARD.encode(Sha256::digest(STYLE))
    );
    write!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>What changed between two reports</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <header><h1>What changed between two reports</h1></header>\n<main>\n\
         <section class=\"cut\"><p><strong>This page was cut off before its end.</strong> Devices are missing.</p></section>\n"
    )?;
    let last = summary(&diff);
    let mut changes = diff.into_changes()?;
    let mut before = None;
    while let Some(change) = changes.next_change()? {
        if before != Some(change.change) {
            let end = if before.is_some() { "</section>\n" } else { "" };
            write!(out, "{end}<section>\n<h2>{}</h2>\n", esc(&capital(heading(change.change)), SHOWN))?;
            before = Some(change.change);
        }
        device(&change, out)?;
    }
    if before.is_some() {
        out.write_all(b"</section>\n")?;
    }
    write!(out, "{last}</main>\n</body>\n</html>\n")
}

fn device(change: &DeviceChange, out: &mut dyn Write) -> io::Result<()> {
    let class = match change.change {
        Change::NewlyProhibited | Change::Worse => "worse",
        Change::New if change.new.as_ref().is_some_and(|now| now.verdict == "prohibited" && !now.waived) => "worse",
        Change::Remediated => "better",
        _ => "soft",
    };
    let name = change.name.as_deref().map(|n| format!("{} · ", bdi(n, SHOWN))).unwrap_or_default();
    write!(
        out,
        "<h3>{name}{}</h3>\n<p class=\"{class}\">{}</p>\n",
        bdi(&change.key, SHOWN),
        esc(&verdicts(change), SHOWN)
    )?;
    let findings = |word: &str, seen: &[super::Seen]| -> Vec<String> {
        seen.iter().map(|s| format!("{word}: {}", finding(s))).collect()
    };
    let lists =
        |word: &str, lists: &[String]| -> Vec<String> { lists.iter().map(|l| format!("{word}: {l}")).collect() };
    let lines = [
        findings("new finding", &change.appeared),
        findings("finding gone", &change.gone),
        lists("new list", &change.lists_appeared),
        lists("list gone", &change.lists_gone),
        change.notes.clone(),
    ]
    .concat();
    if !lines.is_empty() {
        out.write_all(b"<ul>\n")?;
        for line in lines {
            writeln!(out, "<li>{}</li>", bdi(&line, SHOWN))?;
        }
        out.write_all(b"</ul>\n")?;
    }
    Ok(())
}

/// As a heading.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map(|first| first.to_uppercase().chain(rest).collect()).unwrap_or_default()
}

/// The outcome in a sentence, the counts, and what was compared.
fn summary(diff: &Diff) -> String {
    let mut text = format!("<section id=\"outcome\">\n<h2>{}</h2>\n<ul>\n", outcome(diff.exit_status()));
    for (n, word) in count_words(&diff.counts).into_iter().filter(|(n, _)| *n > 0) {
        text.push_str(&format!("<li>{n} {word}</li>\n"));
    }
    text.push_str("</ul>\n");
    for why in &diff.incomparable {
        text.push_str(&format!("<p class=\"worse\">Not comparable: {}.</p>\n", esc(why, SHOWN)));
    }
    if let Some(lost) = super::render::lost(&diff.counts) {
        text.push_str(&format!("<p class=\"worse\">Not comparable: {lost}.</p>\n"));
    }
    for note in &diff.notes {
        text.push_str(&format!("<p>{}</p>\n", esc(note, SHOWN)));
    }
    text.push_str(
        "<table>\n<thead><tr><th scope=\"col\">Report</th><th scope=\"col\">As of</th>\
         <th scope=\"col\">Policies</th></tr></thead>\n<tbody>\n",
    );
    for (word, run) in [("old", &diff.old), ("new", &diff.new)] {
        let run = RunOf::new(run);
        let as_of = run.as_of.as_deref().unwrap_or("unknown");
        let policies = esc(&run.policies.join(", "), SHOWN);
        text.push_str(&format!("<tr><th scope=\"row\">{word}</th><td>{as_of}</td><td>{policies}</td></tr>\n"));
    }
    text.push_str("</tbody>\n</table>\n<p class=\"soft\">A device that vanished is never called remediated: what became of it is not known.</p>\n</section>\n");
    text
}

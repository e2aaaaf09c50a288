//! What stands around the devices: head, outcome, policies, and how to read it
//! all. Imports `markup`, `text`, `v1`.

use super::markup::{bdi, esc};
use crate::report::text::{count, number};
use crate::report::v1;

/// The page up to the first device.
pub(super) fn head(run: &v1::Run, policy: &str, style: &str) -> String {
    let day = esc(run.started_at.get(..10).unwrap_or(&run.started_at), 40);
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Prohibited software on mobile devices, {day}</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{style}</style>\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#outcome\">Skip to the outcome</a>\n<a class=\"skip\" href=\"#devices\">Skip to the devices</a>\n\
         <header>\n<h1>Prohibited software on mobile devices</h1>\n<p>Run of <time datetime=\"{0}\">{0}</time>, {1} {2}</p>\n</header>\n\
         <main>\n<p id=\"cut-off\" class=\"warning\"><strong>This page was cut off before its end.</strong> \
         It has no outcome; devices are missing.</p>\n\
         <section id=\"devices\" aria-labelledby=\"devices-title\">\n<h2 id=\"devices-title\" tabindex=\"-1\">Devices</h2>\n",
        esc(&run.started_at, 40),
        esc(&run.tool.name, 40),
        esc(&run.tool.version, 40),
    )
}

/// Between the devices and the evidence.
pub(super) const EVIDENCE: &str = "</section>\n\
    <section id=\"evidence\" aria-labelledby=\"evidence-title\">\n<h2 id=\"evidence-title\">Evidence</h2>\n\
    <noscript><p>Items that were not read whole; without any, everything was read.</p></noscript>\n";

/// Between the evidence and the messages.
pub(super) const DIAGNOSTICS: &str = "</section>\n\
    <section id=\"diagnostics\" aria-labelledby=\"diagnostics-title\">\n\
    <h2 id=\"diagnostics-title\">Diagnostics</h2>\n<p>What a reader must know about the run itself.</p>\n";

/// After everything.
pub(super) const FOOT: &str = "<footer>\n<p>Every value on this page comes from the evidence and is shown, never run; \
    characters that cannot be seen are written as <code>\\u{\u{2026}}</code>. \
    The page loads nothing and sends nothing.</p>\n</footer>\n";

/// The outcome in one sentence, in numbers and in charts.
pub(super) fn outcome(run: &v1::Run, s: &v1::Summary, charts: &str) -> String {
    let mut out = format!(
        "<section id=\"outcome\" aria-labelledby=\"outcome-title\">\n<h2 id=\"outcome-title\" tabindex=\"-1\">Outcome</h2>\n\
         <p class=\"sentence\">{}</p>\n",
        sentence(s)
    );
    if run.complete == Some(false) {
        out.push_str(
            "<p class=\"warning\"><strong>The run was not completed.</strong> What is missing here was not looked at.</p>\n",
        );
    }
    let unread = s.evidence.partly_read + s.evidence.unreadable + s.evidence.unknown;
    if unread > 0 {
        out.push_str(&format!(
            "<p class=\"warning\"><strong>{} of evidence could not be read whole</strong> or not understood; \
             see <a href=\"#evidence\">Evidence</a>.</p>\n",
            count(unread, "item", "items")
        ));
    }
    let tiles = [
        (s.prohibited, "prohibited", "an app that a policy names is present"),
        (s.suspect, "suspect", "there are signs of one, short of proof"),
        (s.inconclusive, "inconclusive", "nothing was seen, and the evidence could not show that nothing is there"),
        (s.clear, "clear", "complete lists of apps name none"),
    ];
    out.push_str("<ul class=\"tiles\">\n");
    for (n, word, meaning) in tiles {
        out.push_str(&format!(
            "<li class=\"tile {word}\"><strong><span class=\"n\">{}</span> <span class=\"w\" data-filter=\"verdict={word}\">{word}</span></strong> \
             <span class=\"m\">{meaning}</span></li>\n",
            number(n)
        ));
    }
    out.push_str(&format!("</ul>\n<p>{}</p>\n{}", held_against(run), further(s)));
    out.push_str(&format!("<div class=\"charts\">\n{charts}</div>\n</section>\n"));
    out
}

fn sentence(s: &v1::Summary) -> String {
    if s.devices == 0 {
        return "No device was found in the evidence.".to_owned();
    }
    let all = count(s.devices, "device", "devices");
    let first = match s.prohibited {
        0 => format!("None of {all} was found to carry prohibited software"),
        1 => format!("1 of {all} carries prohibited software"),
        n => format!("{} of {all} carry prohibited software", number(n)),
    };
    let rest: Vec<String> = [(s.suspect, "suspect"), (s.inconclusive, "inconclusive"), (s.clear, "clear")]
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{} {} {word}", number(*n), if *n == 1 { "is" } else { "are" }))
        .collect();
    match rest.split_last() {
        None => format!("{first}."),
        Some((last, [])) => format!("{first}; {last}."),
        Some((last, others)) => format!("{first}; {} and {last}.", others.join(", ")),
    }
}

fn held_against(run: &v1::Run) -> String {
    let each = run.policies.iter().map(|p| format!("{} ({})", bdi(&p.title, 300), status(p)));
    let each: Vec<String> = each.collect();
    format!("Held against: {}.", each.join("; "))
}

fn status(policy: &v1::Policy) -> String {
    let ended = policy.ended.as_deref().map(|d| format!(" {}", esc(d, 40))).unwrap_or_default();
    format!("{}{ended}", esc(&policy.status, 40))
}

fn further(s: &v1::Summary) -> String {
    let mut parts = vec![
        format!("{} read", count(s.apps_observed, "app", "apps")),
        count(s.evidence.items, "item of evidence", "items of evidence"),
    ];
    if s.waived > 0 {
        parts.push(format!("{} waived", count(s.waived, "device", "devices")));
    }
    if s.out_of_scope > 0 {
        parts.push(format!("{} of computers not judged", count(s.out_of_scope, "record", "records")));
    }
    format!("<p>{}.</p>\n", parts.join(" · "))
}

/// Policies, signatures, options: what the verdicts rest on.
pub(super) fn basis(run: &v1::Run) -> String {
    let mut out = "<section id=\"basis\" aria-labelledby=\"basis-title\">\n\
        <h2 id=\"basis-title\">Policies, signatures, options</h2>\n\
        <div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Policies\"><table><caption>Policies that were applied</caption>\n\
        <thead><tr><th scope=\"col\">Policy</th><th scope=\"col\">Status</th><th scope=\"col\" class=\"num\">Entries</th>\
        <th scope=\"col\">No signature can decide</th><th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n"
        .to_owned();
    for p in &run.policies {
        let citation = p.citation.as_deref().map(|c| format!("<br><small>{}</small>", bdi(c, 300))).unwrap_or_default();
        let unresolved: Vec<String> = p.unresolved.iter().take(200).map(|u| bdi(u, 200)).collect();
        let unresolved = if unresolved.is_empty() { "none".to_owned() } else { unresolved.join(", ") };
        out.push_str(&format!(
            "<tr><th scope=\"row\">{}{citation}<br><code>{}</code></th><td>{}</td><td class=\"num\">{}</td><td>{unresolved}</td>\
             <td><code class=\"hash\">{}</code></td></tr>\n",
            bdi(&p.title, 300),
            esc(&p.id, 100),
            status(p),
            number(p.entries),
            esc(&p.sha256, 80),
        ));
    }
    out.push_str(&format!(
        "</tbody></table></div>\n<dl>\n<dt>Signatures</dt><dd>{}, SHA-256 <code class=\"hash\">{}</code></dd>\n\
         <dt>Started</dt><dd>{}</dd>\n<dt>Finished</dt><dd>{}</dd>\n<dt>Exit status</dt><dd>{}</dd>\n",
        count(run.signatures.apps, "app", "apps"),
        esc(&run.signatures.sha256, 80),
        esc(&run.started_at, 40),
        esc(run.finished_at.as_deref().unwrap_or("unknown"), 40),
        run.exit_status.map_or("unknown".to_owned(), |s| s.to_string()),
    ));
    out.push_str(&origin(run));
    for (name, value) in run.options.iter().take(100) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        out.push_str(&format!("<dt>Option <code>{}</code></dt><dd>{}</dd>\n", esc(name, 100), bdi(&value, 500)));
    }
    out.push_str("</dl>\n</section>\n");
    out
}

/// Where the report comes from, as far as it says so.
fn origin(run: &v1::Run) -> String {
    let mut out = String::new();
    if let Some(config) = &run.config {
        out.push_str(&format!(
            "<dt>Configuration file</dt><dd><code>{}</code>, SHA-256 <code class=\"hash\">{}</code></dd>\n",
            bdi(&config.file, 500),
            esc(&config.sha256, 80)
        ));
    }
    if let Some(redacted) = &run.redacted {
        let (method, key) = (esc(&redacted.method, 40), esc(&redacted.key_id, 80));
        out.push_str(&format!(
            "<dt>Redacted</dt><dd>Names, ids and places are pseudonyms ({method}, key <code>{key}</code>)</dd>\n"
        ));
    }
    for source in run.sources.iter().take(100) {
        let finished = source.finished_at.as_deref().map_or("interrupted".to_owned(), |t| esc(t, 40));
        out.push_str(&format!(
            "<dt>Joined run</dt><dd>{} to {finished}, version {}</dd>\n",
            esc(&source.started_at, 40),
            esc(&source.version, 40)
        ));
    }
    if run.sources.len() > 100 {
        out.push_str(&format!("<dt>Joined runs</dt><dd>and {} more</dd>\n", run.sources.len() - 100));
    }
    out
}

/// What the words mean.
pub(super) const HOW_TO_READ: &str = include_str!("how-to-read.html");

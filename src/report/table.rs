//! The default: one block a device for people in a terminal, worst first, and
//! one line that says the outcome.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::{count, number, reason, safe, wrap};
use super::{Renderer, Style, v1};

/// Width of the first column.
const MARGIN: usize = 14;
/// Devices of one kind of inconclusive that are named; the others are counted.
const NAMED: usize = 5;
/// Messages that are printed; the others are counted.
const MESSAGES: usize = 12;

/// See the module.
pub(super) struct Table {
    style: Style,
    prohibited: Vec<String>,
    suspect: Vec<String>,
    inconclusive: BTreeMap<Vec<String>, (u64, Vec<String>)>,
    clear: (u64, Vec<String>),
    notes: u64,
    messages: Vec<v1::Diagnostic>,
    unread: u64,
}

impl Table {
    pub(super) fn new(style: Style) -> Self {
        let width = if style.width < 40 { 80 } else { style.width };
        Self {
            style: Style { width, ..style },
            prohibited: Vec::new(),
            suspect: Vec::new(),
            inconclusive: BTreeMap::new(),
            clear: (0, Vec::new()),
            notes: 0,
            messages: Vec::new(),
            unread: 0,
        }
    }

    fn paint(&self, text: &str, sgr: &str) -> String {
        if self.style.color { format!("\x1b[{sgr}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// The word of the first column, padded, coloured.
    fn label(&self, word: &str) -> String {
        let sgr = match word {
            "prohibited" => "1;31",
            "suspect" => "1;33",
            "clear" => "1;32",
            _ => "1",
        };
        format!("{}{}", self.paint(word, sgr), " ".repeat(MARGIN.saturating_sub(word.len())))
    }

    fn indented(&self, text: &str) -> String {
        let lines = wrap(text, self.style.width - MARGIN);
        lines.join(&format!("\n{}", " ".repeat(MARGIN)))
    }

    /// A device with its findings.
    fn block(&self, word: &str, device: &v1::Device) -> String {
        let mut out = format!("{}{}\n", self.label(word), self.indented(&name_of(device)));
        let apps = device.findings.iter().map(|f| f.app_name.chars().count()).max().unwrap_or(0).min(24);
        for finding in &device.findings {
            out.push_str(&self.finding_line(finding, apps, device.users.len() > 1));
        }
        if device.findings.is_empty() || word == "suspect" {
            let whys: Vec<&str> = device.verdict_reasons.iter().map(|r| reason(r)).collect();
            out.push_str(&format!("{}{}\n", " ".repeat(MARGIN), self.indented(&whys.join("; "))));
        }
        out
    }

    fn finding_line(&self, f: &v1::Finding, apps: usize, several_users: bool) -> String {
        let hosted = f.hosted_by.as_deref().map(|h| format!("hosted by {h}: ")).unwrap_or_default();
        let kind = match f.identifier.kind.as_str() {
            "package-name" => "package",
            "bundle-id" => "bundle identifier",
            "store-id" => "App Store id",
            "display-name" => "display name",
            _ => "",
        };
        let mut tail = format!("{hosted}{kind} {}", safe(&f.identifier.value, 120));
        if f.identifier.kind == "display-name" {
            tail = format!("{hosted}{kind} “{}”", safe(&f.identifier.value, 120));
        }
        if !f.users.is_empty() && (several_users || f.users != [0]) {
            let users: Vec<String> = f.users.iter().map(u32::to_string).collect();
            tail.push_str(&format!(" (user {})", users.join(", ")));
        }
        match f.signer.status.as_str() {
            "mismatch" => tail.push_str(" · signer does not fit: modified or impostor copy"),
            "recorded" | "verified" => tail.push_str(&format!(" · signer {}", f.signer.status)),
            _ => {}
        }
        if matches!(f.strength.as_str(), "probable" | "circumstantial") {
            tail.push_str(&format!(" · {}", f.strength));
        }
        let version = safe(f.version.as_deref().unwrap_or(""), 14);
        let head = format!("{:apps$}  {:9}  {version:8}", safe(&f.app_name, 24), f.state);
        let pad = " ".repeat(MARGIN);
        let room = self.style.width - MARGIN;
        if head.chars().count() + 2 + tail.chars().count() <= room {
            return format!("{pad}{head}  {tail}\n");
        }
        let below: Vec<String> = wrap(&tail, room - 2).iter().map(|l| format!("{pad}  {l}\n")).collect();
        format!("{pad}{}\n{}", head.trim_end(), below.concat())
    }

    fn write_inconclusive(&self, out: &mut dyn Write) -> io::Result<()> {
        for (reasons, (n, names)) in &self.inconclusive {
            let whys: Vec<&str> = reasons.iter().map(|r| reason(r)).collect();
            let mut who = names.join("\n");
            if *n > names.len() as u64 {
                who = format!("{who}\nand {} more", number(*n - names.len() as u64));
            }
            let who: Vec<String> = who.lines().map(|l| self.indented(l)).collect();
            let pad = " ".repeat(MARGIN);
            writeln!(out, "{}{}", self.label("inconclusive"), who.join(&format!("\n{pad}")))?;
            writeln!(out, "{pad}  {}", self.indented(&whys.join("; ")))?;
        }
        Ok(())
    }

    fn write_messages(&self, out: &mut dyn Write) -> io::Result<()> {
        let shown = self.messages.iter().take(MESSAGES);
        for (n, d) in shown.enumerate() {
            let label = if n == 0 { self.label("diagnostics") } else { " ".repeat(MARGIN) };
            let times = if d.count > 1 { format!(" ({} times)", number(d.count)) } else { String::new() };
            let line = format!("{}: {}{times} [{}]", d.severity, safe(&d.message, 600), d.code);
            writeln!(out, "{label}{}", self.indented(&line))?;
            if let Some(locator) = &d.locator {
                writeln!(out, "{}  {}", " ".repeat(MARGIN), safe(locator, 300))?;
            }
        }
        let hidden = self.messages.len().saturating_sub(MESSAGES) as u64;
        if hidden + self.notes > 0 {
            let mut rest = Vec::new();
            if hidden > 0 {
                rest.push(format!("{} more", number(hidden)));
            }
            if self.notes > 0 {
                rest.push(count(self.notes, "note", "notes"));
            }
            let line = format!("{} in --format json", rest.join(" and "));
            let label = if self.messages.is_empty() { self.label("diagnostics") } else { " ".repeat(MARGIN) };
            writeln!(out, "{label}{line}")?;
        }
        Ok(())
    }
}

/// Name, model and strongest id, in one line.
fn name_of(device: &v1::Device) -> String {
    let id = &device.identity;
    let strong = id.serial.as_ref().or(id.udid.as_ref()).or(id.mdm_id.as_ref()).or(id.enrollment_id.as_ref());
    let strong = strong.cloned().or_else(|| id.imei.first().cloned());
    let parts: Vec<String> = [id.name.clone(), id.primary_user.clone(), id.model.clone(), strong]
        .into_iter()
        .flatten()
        .map(|p| safe(&p, 60))
        .collect();
    if parts.is_empty() { safe(&device.key, 200) } else { parts.join(" · ") }
}

impl Renderer for Table {
    fn begin(&mut self, _: &v1::Run, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn device(&mut self, device: &v1::Device, _: &mut dyn Write) -> io::Result<()> {
        match device.verdict.as_str() {
            "prohibited" => self.prohibited.push(self.block("prohibited", device)),
            "suspect" => self.suspect.push(self.block("suspect", device)),
            "clear" => {
                self.clear.0 += 1;
                if self.clear.1.len() < NAMED {
                    let as_of = device.as_of.as_deref().and_then(|t| t.get(..10)).unwrap_or("time unknown");
                    let assumed = device.verdict_reasons.iter().any(|r| r == "assumed-full-list");
                    let note = if assumed { ", lists vouched for" } else { "" };
                    self.clear.1.push(format!("{} (as of {as_of}{note})", name_of(device)));
                }
            }
            _ => {
                let (n, names) = self.inconclusive.entry(device.verdict_reasons.clone()).or_default();
                *n += 1;
                if names.len() < NAMED {
                    names.push(name_of(device));
                }
            }
        }
        Ok(())
    }

    fn evidence(&mut self, evidence: &v1::Evidence, _: &mut dyn Write) -> io::Result<()> {
        if !matches!(evidence.status.as_str(), "read" | "skipped") {
            self.unread += 1;
        }
        Ok(())
    }

    fn diagnostic(&mut self, diagnostic: &v1::Diagnostic, _: &mut dyn Write) -> io::Result<()> {
        if diagnostic.severity == "note" {
            self.notes += diagnostic.count;
        } else {
            self.messages.push(diagnostic.clone());
        }
        Ok(())
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        for block in self.prohibited.iter().chain(&self.suspect) {
            out.write_all(block.as_bytes())?;
        }
        self.write_inconclusive(out)?;
        let (n, names) = &self.clear;
        for (i, name) in names.iter().enumerate() {
            let label = if i == 0 { self.label("clear") } else { " ".repeat(MARGIN) };
            writeln!(out, "{label}{}", self.indented(name))?;
        }
        if *n > names.len() as u64 {
            writeln!(out, "{}and {} more", " ".repeat(MARGIN), number(*n - names.len() as u64))?;
        }
        if summary.devices > 0 {
            writeln!(out)?;
        }
        for line in wrap(&outcome(summary, self.unread), self.style.width) {
            writeln!(out, "{}", self.paint(&line, "1"))?;
        }
        for line in wrap(&policies(run), self.style.width) {
            writeln!(out, "{line}")?;
        }
        if run.complete == Some(false) {
            writeln!(out, "The run was not completed: what is missing here was not looked at.")?;
        }
        self.write_messages(out)
    }
}

fn outcome(s: &v1::Summary, unread: u64) -> String {
    let mut line = match s.devices {
        0 => "No device was found".to_owned(),
        n => {
            let counts = [
                (s.prohibited, "prohibited"),
                (s.suspect, "suspect"),
                (s.inconclusive, "inconclusive"),
                (s.clear, "clear"),
            ];
            let parts: Vec<String> =
                counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{} {word}", number(*n))).collect();
            format!("{}: {}", count(n, "device", "devices"), parts.join(", "))
        }
    };
    line.push_str(&format!(" · {} read", count(s.apps_observed, "app", "apps")));
    if s.out_of_scope > 0 {
        line.push_str(&format!(" · {} of computers not judged", count(s.out_of_scope, "record", "records")));
    }
    if unread > 0 {
        line.push_str(&format!(" · {} could not be read whole", count(unread, "item", "items")));
    }
    line
}

fn policies(run: &v1::Run) -> String {
    let each = run.policies.iter().map(|p| {
        let ended = p.ended.as_deref().map(|d| format!(" {d}")).unwrap_or_default();
        format!("{} ({}{ended})", p.title, p.status)
    });
    let each: Vec<String> = each.collect();
    format!("held against: {}", each.join("; "))
}

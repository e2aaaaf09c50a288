//! The default: one block a device for people in a terminal, worst first, and
//! one line that says the outcome.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::text::{count, number, reason, safe, wrap};
use super::v1::Word;
use super::{GroupBy, Renderer, Style, v1};

/// Width of the first column.
const MARGIN: usize = 14;
/// The same where there is no room for it: its word stands on a line of its own.
const NARROW_MARGIN: usize = 2;
/// Columns below which a terminal is narrow.
const NARROW: usize = 60;
/// Devices of one kind of inconclusive that are named; the others are counted.
const NAMED: usize = 5;
/// Messages that are printed; the others are counted.
const MESSAGES: usize = 12;

/// See the module.
pub(super) struct Table {
    style: Style,
    prohibited: Vec<String>,
    suspect: Vec<String>,
    /// Under app or owner; empty stands for no owner. Prohibited ones first.
    groups: BTreeMap<String, [Vec<String>; 2]>,
    inconclusive: BTreeMap<Vec<Word>, (u64, Vec<String>)>,
    clear: (u64, Vec<String>),
    notes: u64,
    messages: Vec<v1::Diagnostic>,
    more_messages: u64,
    unread: u64,
}

impl Table {
    pub(super) fn new(style: Style) -> Self {
        let width = if style.width < 40 { 80 } else { style.width };
        Self {
            style: Style { width, ..style },
            prohibited: Vec::new(),
            suspect: Vec::new(),
            groups: BTreeMap::new(),
            inconclusive: BTreeMap::new(),
            clear: (0, Vec::new()),
            notes: 0,
            messages: Vec::new(),
            more_messages: 0,
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
        let after = match self.margin() {
            NARROW_MARGIN => format!("\n{}", self.pad()),
            margin => " ".repeat(margin.saturating_sub(word.len())),
        };
        format!("{}{after}", self.paint(word, sgr))
    }

    fn margin(&self) -> usize {
        if self.style.width < NARROW { NARROW_MARGIN } else { MARGIN }
    }

    fn pad(&self) -> String {
        " ".repeat(self.margin())
    }

    fn indented(&self, text: &str) -> String {
        let lines = wrap(text, self.style.width - self.margin());
        lines.join(&format!("\n{}", self.pad()))
    }

    /// A device with those of its findings.
    fn block(&self, word: &str, device: &v1::Device, findings: &[&v1::Finding]) -> String {
        let waived = if device.waived { " · waived" } else { "" };
        let mut out = format!("{}{}\n", self.label(word), self.indented(&format!("{}{waived}", name_of(device))));
        let apps = findings.iter().map(|f| f.app_name.chars().count()).max().unwrap_or(0).min(24);
        for finding in findings {
            out.push_str(&self.finding_line(finding, apps, device.users.len() > 1));
        }
        if findings.is_empty() || word == "suspect" {
            out.push_str(&format!("{}{}\n", self.pad(), self.indented(&whys(&device.verdict_reasons))));
        }
        out
    }

    /// Puts a prohibited or suspect device where the reader looks for it.
    fn keep(&mut self, word: &'static str, device: &v1::Device) {
        let place = usize::from(word == "suspect");
        let all: Vec<&v1::Finding> = device.findings.iter().collect();
        match self.style.group_by {
            GroupBy::App if !all.is_empty() => {
                let mut by_app: BTreeMap<&str, Vec<&v1::Finding>> = BTreeMap::new();
                for finding in all {
                    by_app.entry(&finding.app_name).or_default().push(finding);
                }
                for (app, findings) in by_app {
                    let block = self.block(word, device, &findings);
                    self.groups.entry(safe(app, 60)).or_default()[place].push(block);
                }
            }
            GroupBy::Owner => {
                let owner = device.identity.primary_user.as_deref().unwrap_or_default();
                let block = self.block(word, device, &all);
                self.groups.entry(safe(owner, 60)).or_default()[place].push(block);
            }
            GroupBy::App | GroupBy::Device => {
                let block = self.block(word, device, &all);
                if place == 0 { self.prohibited.push(block) } else { self.suspect.push(block) }
            }
        }
    }

    /// Groups in the order of their names; devices without an owner come last.
    fn write_groups(&self, out: &mut dyn Write) -> io::Result<()> {
        let (unnamed, named): (Vec<_>, Vec<_>) = self.groups.iter().partition(|(name, _)| name.is_empty());
        for (name, blocks) in named.into_iter().chain(unnamed) {
            let name = if name.is_empty() { "no owner is named" } else { name };
            let devices = blocks.iter().map(Vec::len).sum::<usize>() as u64;
            let head = format!("{name}: {}", count(devices, "device", "devices"));
            writeln!(out, "{}", self.paint(&head, "1"))?;
            for block in blocks.iter().flatten() {
                out.write_all(block.as_bytes())?;
            }
            writeln!(out)?;
        }
        Ok(())
    }

    fn finding_line(&self, f: &v1::Finding, apps: usize, several_users: bool) -> String {
        let hosted = f.hosted_by.as_deref().map(|h| format!("hosted by {}: ", safe(h, 60))).unwrap_or_default();
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
        if let Some(waiver) = &f.waiver {
            tail.push_str(&format!(" · waived until {} ({})", safe(&waiver.expires, 20), safe(&waiver.id, 40)));
        }
        let version = safe(f.version.as_deref().unwrap_or(""), 14);
        let head = format!("{:apps$}  {:9}  {version:8}", safe(&f.app_name, 24), f.state);
        let pad = self.pad();
        let room = self.style.width - self.margin();
        if head.chars().count() + 2 + tail.chars().count() <= room {
            return format!("{pad}{head}  {tail}\n");
        }
        let below: Vec<String> = wrap(&tail, room - 2).iter().map(|l| format!("{pad}  {l}\n")).collect();
        format!("{pad}{}\n{}", head.trim_end(), below.concat())
    }

    fn write_inconclusive(&self, out: &mut dyn Write) -> io::Result<()> {
        for (reasons, (n, names)) in &self.inconclusive {
            let mut who = names.join("\n");
            if *n > names.len() as u64 {
                who = format!("{who}\nand {} more", number(*n - names.len() as u64));
            }
            let who: Vec<String> = who.lines().map(|l| self.indented(l)).collect();
            let pad = self.pad();
            writeln!(out, "{}{}", self.label("inconclusive"), who.join(&format!("\n{pad}")))?;
            writeln!(out, "{pad}  {}", self.indented(&whys(reasons)))?;
        }
        Ok(())
    }

    fn write_messages(&self, out: &mut dyn Write) -> io::Result<()> {
        for (n, d) in self.messages.iter().enumerate() {
            let label = if n == 0 { self.label("diagnostics") } else { self.pad() };
            let times = if d.count > 1 { format!(" ({} times)", number(d.count)) } else { String::new() };
            let line = format!("{}: {}{times} [{}]", d.severity, safe(&d.message, 600), safe(&d.code, 60));
            writeln!(out, "{label}{}", self.indented(&line))?;
            if let Some(locator) = &d.locator {
                writeln!(out, "{}  {}", self.pad(), safe(locator, 300))?;
            }
        }
        let hidden = self.more_messages;
        if hidden + self.notes > 0 {
            let mut rest = Vec::new();
            if hidden > 0 {
                rest.push(format!("{} more", number(hidden)));
            }
            if self.notes > 0 {
                rest.push(count(self.notes, "note", "notes"));
            }
            let line = format!("{} in --format json", rest.join(" and "));
            let label = if self.messages.is_empty() { self.label("diagnostics") } else { self.pad() };
            writeln!(out, "{label}{line}")?;
        }
        Ok(())
    }
}

/// Why, in clauses.
fn whys(reasons: &[Word]) -> String {
    let clauses: Vec<String> = reasons.iter().map(|r| safe(reason(r), 200)).collect();
    clauses.join("; ")
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
            "prohibited" => self.keep("prohibited", device),
            "suspect" => self.keep("suspect", device),
            "clear" => {
                self.clear.0 += 1;
                if self.clear.1.len() < NAMED {
                    let as_of = device
                        .as_of
                        .as_deref()
                        .and_then(|t| t.get(..10))
                        .map_or("time unknown".to_owned(), |d| safe(d, 10));
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
        } else if self.messages.len() < MESSAGES {
            self.messages.push(diagnostic.clone());
        } else {
            self.more_messages += 1;
        }
        Ok(())
    }

    fn end(&mut self, run: &v1::Run, summary: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        self.write_groups(out)?;
        for block in self.prohibited.iter().chain(&self.suspect) {
            out.write_all(block.as_bytes())?;
        }
        self.write_inconclusive(out)?;
        let (n, names) = &self.clear;
        for (i, name) in names.iter().enumerate() {
            let label = if i == 0 { self.label("clear") } else { self.pad() };
            writeln!(out, "{label}{}", self.indented(name))?;
        }
        if *n > names.len() as u64 {
            writeln!(out, "{}and {} more", self.pad(), number(*n - names.len() as u64))?;
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
        let ended = p.ended.as_deref().map(|d| format!(" {}", safe(d, 20))).unwrap_or_default();
        format!("{} ({}{ended})", safe(&p.title, 400), safe(&p.status, 40))
    });
    let each: Vec<String> = each.collect();
    format!("held against: {}", each.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(style: Style) -> String {
        let mut table = Table::new(style);
        let finding = |app: &str, value: &str| v1::Finding {
            app_name: app.to_owned(),
            state: "installed".into(),
            identifier: v1::Identifier { kind: "package-name".into(), value: value.to_owned() },
            ..v1::Finding::default()
        };
        let device = |name: &str, owner: Option<&str>, verdict: &'static str, findings| v1::Device {
            verdict: verdict.into(),
            record: "device".into(),
            identity: v1::Identity {
                name: Some(name.to_owned()),
                primary_user: owner.map(str::to_owned),
                ..v1::Identity::default()
            },
            verdict_reasons: vec!["presence-unknown".into()],
            findings,
            ..v1::Device::default()
        };
        let devices = [
            device("loaner", None, "suspect", vec![finding("Alipay", "com.eg.android.AlipayGphone")]),
            device("tablet", Some("zoe@agency"), "suspect", vec![finding("WeChat", "com.tencent.mm")]),
            device(
                "phone",
                Some("ann@agency"),
                "prohibited",
                vec![finding("WeChat", "com.tencent.mm"), finding("Alipay", "com.eg.android.AlipayGphone")],
            ),
        ];
        let mut out = Vec::new();
        for device in &devices {
            table.device(device, &mut out).unwrap();
        }
        let summary = v1::Summary { devices: 3, prohibited: 1, suspect: 2, ..v1::Summary::default() };
        table.end(&v1::Run::default(), &summary, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn grouped_by_app_each_app_has_its_devices_worst_first() {
        let text = table(Style { width: 80, group_by: GroupBy::App, ..Style::default() });
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        assert!(at("Alipay: 2 devices") < at("WeChat: 2 devices"), "{text}");
        let alipay = &text[..at("WeChat: 2 devices")];
        assert!(alipay.find("phone").unwrap() < alipay.find("loaner").unwrap(), "prohibited before suspect: {text}");
        assert!(!alipay.contains("com.tencent.mm"), "{text}");
    }

    #[test]
    fn grouped_by_owner_devices_without_one_come_last() {
        let text = table(Style { width: 80, group_by: GroupBy::Owner, ..Style::default() });
        let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part}: {text}"));
        assert!(at("ann@agency: 1 device") < at("zoe@agency: 1 device"));
        assert!(at("zoe@agency: 1 device") < at("no owner is named: 1 device"));
    }

    #[test]
    fn a_narrow_terminal_keeps_its_width_and_a_wide_one_uses_it() {
        let narrow = table(Style { width: 42, ..Style::default() });
        assert!(narrow.lines().all(|l| l.chars().count() <= 42), "{narrow}");
        assert!(narrow.starts_with("prohibited\n  phone"), "{narrow}");
        let wide = table(Style { width: 200, ..Style::default() });
        assert!(wide.lines().count() < narrow.lines().count());
    }

    #[test]
    fn messages_beyond_those_shown_are_counted_not_kept() {
        let mut table = Table::new(Style { width: 80, ..Style::default() });
        let message = v1::Diagnostic { severity: "error".into(), count: 1, ..v1::Diagnostic::default() };
        for _ in 0..MESSAGES + 30 {
            table.diagnostic(&message, &mut io::sink()).unwrap();
        }
        let mut out = Vec::new();
        table.end(&v1::Run::default(), &v1::Summary::default(), &mut out).unwrap();
        assert_eq!(table.messages.len(), MESSAGES);
        assert!(String::from_utf8(out).unwrap().contains("30 more in --format json"));
    }
}

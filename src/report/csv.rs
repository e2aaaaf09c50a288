//! CSV: one row for each finding, and one for each device without findings, so
//! that no device is missing; one for each item of evidence that was not read
//! whole, each error and an interrupted run, so that what could not be read never
//! looks like what is clean. For people with a spreadsheet.
//!
//! RFC 4180, every field quoted, lines end in CR LF. Spreadsheets run what looks
//! like a formula and round long numbers; unless `csv_raw` is set, such cells are
//! led by an apostrophe (OWASP "CSV Injection", ASVS 1.2.10) and characters that
//! cannot be seen are escaped. Columns: `docs/report-csv.md`. Imports `v1`.

use std::io::{self, Write};

use super::text::{is_hidden, safe};
use super::v1::Word;
use super::{Renderer, Style, v1};

/// Names of the columns. New ones are only ever added at the end.
pub(super) const COLUMNS: [&str; 47] = [
    "device_key",
    "verdict",
    "verdict_reasons",
    "policy_verdicts",
    "waived",
    "record",
    "platform",
    "device_name",
    "primary_user",
    "model",
    "os_version",
    "serial",
    "udid",
    "imei",
    "enrollment_id",
    "mdm_id",
    "other_ids",
    "ownership",
    "enrollment",
    "lists_as_of",
    "apps_observed",
    "coverage",
    "code",
    "app",
    "app_name",
    "hosted_by",
    "finding_policies",
    "relation",
    "state",
    "strength",
    "identifier_kind",
    "identifier",
    "display_name",
    "app_version",
    "users",
    "installer",
    "first_seen",
    "last_seen",
    "signer_status",
    "signer_sha256",
    "evidence_as_of",
    "evidence_locator",
    "evidence_sha256",
    "does_not_prove",
    "waiver",
    "run_started_at",
    "tool_version",
];
/// Columns that speak of a finding.
const FINDING: std::ops::Range<usize> = 22..45;

/// See the module.
pub(super) struct Csv {
    raw: bool,
    bom: bool,
    started_at: String,
    tool_version: String,
    line: String,
}

/// Something that leaves the outcome open.
struct Open<'a> {
    record: &'static str,
    reason: Word,
    says: &'a str,
}

impl Csv {
    pub(super) fn new(style: Style) -> Self {
        Self {
            raw: style.csv_raw,
            bom: style.csv_bom,
            started_at: String::new(),
            tool_version: String::new(),
            line: String::new(),
        }
    }

    /// Adds one field to the line.
    fn field(&mut self, value: &str) {
        if !self.line.is_empty() {
            self.line.push(',');
        }
        self.line.push('"');
        let guarded;
        let value = if self.raw {
            value
        } else {
            guarded = guard(value);
            &guarded
        };
        for (n, part) in value.split('"').enumerate() {
            if n > 0 {
                self.line.push_str("\"\"");
            }
            self.line.push_str(part);
        }
        self.line.push('"');
    }

    fn fields<'v>(&mut self, values: impl IntoIterator<Item = &'v str>) {
        for value in values {
            self.field(value);
        }
    }

    fn end_line(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.line.push_str("\r\n");
        out.write_all(self.line.as_bytes())?;
        self.line.clear();
        Ok(())
    }

    fn row(&mut self, device: &v1::Device, finding: Option<&v1::Finding>, out: &mut dyn Write) -> io::Result<()> {
        self.device_fields(device);
        match finding {
            Some(finding) => self.finding_fields(device, finding),
            None => self.no_finding(&device.does_not_prove.join(" "), ""),
        }
        self.run_fields(out)
    }

    /// A row that is no device, for what was left open.
    fn open_row(&mut self, open: &Open<'_>, locator: Option<&str>, out: &mut dyn Write) -> io::Result<()> {
        self.device_fields(&v1::Device {
            record: open.record.into(),
            verdict: "inconclusive".into(),
            verdict_reasons: vec![open.reason.clone()],
            ..v1::Device::default()
        });
        self.no_finding(open.says, locator.unwrap_or_default());
        self.run_fields(out)
    }

    fn no_finding(&mut self, caveats: &str, locator: &str) {
        for column in FINDING {
            self.field(match COLUMNS[column] {
                "does_not_prove" => caveats,
                "evidence_locator" => locator,
                _ => "",
            });
        }
    }

    fn run_fields(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let (started_at, version) = (self.started_at.clone(), self.tool_version.clone());
        self.fields([started_at.as_str(), version.as_str()]);
        self.end_line(out)
    }

    fn device_fields(&mut self, device: &v1::Device) {
        let id = &device.identity;
        let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        let verdicts: Vec<String> = device.policies.iter().map(|p| format!("{}={}", p.id, p.verdict)).collect();
        let lists: Vec<String> =
            device.coverage.iter().map(|c| format!("{} {} ({})", c.scope, c.completeness, c.basis)).collect();
        self.fields([
            device.key.as_str(),
            &device.verdict,
            &device.verdict_reasons.join(" "),
            &verdicts.join(" "),
            if device.waived { "true" } else { "false" },
            &device.record,
            &device.platform,
            &or_empty(&id.name),
            &or_empty(&id.primary_user),
            &or_empty(&id.model),
            &or_empty(&id.os_version),
            &or_empty(&id.serial),
            &or_empty(&id.udid),
            &id.imei.join(" "),
            &or_empty(&id.enrollment_id),
            &or_empty(&id.mdm_id),
            &id.other_ids.join(" "),
            &id.ownership,
            &id.enrollment,
            &or_empty(&device.as_of),
            &device.apps_observed.to_string(),
            &lists.join("; "),
        ]);
    }

    fn finding_fields(&mut self, device: &v1::Device, f: &v1::Finding) {
        let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
        let users: Vec<String> = f.users.iter().map(u32::to_string).collect();
        // What says most stands first; the others are in the JSON report.
        let first = f.provenance.first();
        let caveats: Vec<&str> = f.does_not_prove.iter().chain(&device.does_not_prove).map(Word::as_str).collect();
        let waiver = f.waiver.as_ref().map(|w| format!("{} until {} ({})", w.id, w.expires, w.approver));
        self.fields([
            f.code.as_str(),
            &f.app,
            &f.app_name,
            &or_empty(&f.hosted_by),
            &f.policies.join(" "),
            &f.relation,
            &f.state,
            &f.strength,
            &f.identifier.kind,
            &f.identifier.value,
            &or_empty(&f.display_name),
            &or_empty(&f.version),
            &users.join(" "),
            &or_empty(&f.installer),
            &or_empty(&f.first_seen),
            &or_empty(&f.last_seen),
            &f.signer.status,
            &f.signer.sha256.join(" "),
            first.and_then(|p| p.as_of.as_deref()).unwrap_or_default(),
            first.map(|p| p.locator.as_str()).unwrap_or_default(),
            first.and_then(|p| p.sha256.as_deref()).unwrap_or_default(),
            &caveats.join(" "),
            &waiver.unwrap_or_default(),
        ]);
    }
}

/// A cell that no spreadsheet runs, reorders or rounds.
fn guard(value: &str) -> String {
    let shown = safe(value, usize::MAX);
    let begins = value.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c)).chars().next();
    // Led by a tab or line end a spreadsheet may drop, too.
    let odd_start = value.chars().next().is_some_and(|c| c.is_control());
    let formula = matches!(begins, Some('=' | '+' | '-' | '@' | '|' | '＝' | '＋' | '－' | '＠'));
    if formula || odd_start || is_mangled_number(value) { format!("'{shown}") } else { shown }
}

/// A spreadsheet takes it for a number and shows another one: leading zeros,
/// more digits than it keeps, an exponent, a fraction that ends in zero.
fn is_mangled_number(value: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (mantissa, exponent) = match value.split_once(['e', 'E']) {
        Some((m, e)) if digits(e.strip_prefix(['+', '-']).unwrap_or(e)) => (m, true),
        Some(_) => return false,
        None => (value, false),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((w, f)) if digits(f) => (w, Some(f)),
        Some(_) => return false,
        None => (mantissa, None),
    };
    digits(whole)
        && (exponent
            || (whole.len() > 1 && whole.starts_with('0'))
            || whole.len() + fraction.map_or(0, str::len) > 11
            || fraction.is_some_and(|f| f.ends_with('0')))
}

impl Renderer for Csv {
    fn begin(&mut self, run: &v1::Run, out: &mut dyn Write) -> io::Result<()> {
        self.started_at = run.started_at.clone();
        self.tool_version = run.tool.version.clone();
        if self.bom {
            out.write_all(b"\xef\xbb\xbf")?;
        }
        self.fields(COLUMNS);
        self.end_line(out)
    }

    fn device(&mut self, device: &v1::Device, out: &mut dyn Write) -> io::Result<()> {
        if device.findings.is_empty() {
            return self.row(device, None, out);
        }
        device.findings.iter().try_for_each(|finding| self.row(device, Some(finding), out))
    }

    /// An item that was not read whole: no device, and nobody knows which
    /// devices it would have shown.
    fn evidence(&mut self, evidence: &v1::Evidence, out: &mut dyn Write) -> io::Result<()> {
        let says = match evidence.status.as_str() {
            "read" | "skipped" => return Ok(()),
            "partly-read" => "A part of this evidence was not read: what it would show is not known.",
            "unknown" => "This is no evidence that the program knows: what it would show is not known.",
            _ => "This evidence could not be read: what it would show is not known.",
        };
        let open = Open { record: "evidence", reason: format!("evidence-{}", evidence.status).into(), says };
        self.open_row(&open, Some(&evidence.locator), out)
    }

    fn diagnostic(&mut self, message: &v1::Diagnostic, out: &mut dyn Write) -> io::Result<()> {
        if matches!(message.severity.as_str(), "warning" | "note") {
            return Ok(());
        }
        let open = Open { record: "diagnostic", reason: message.code.clone(), says: &message.message };
        self.open_row(&open, message.locator.as_deref(), out)
    }

    /// A run that did not finish says so in a last row, which is no device.
    fn end(&mut self, run: &v1::Run, _: &v1::Summary, out: &mut dyn Write) -> io::Result<()> {
        if run.complete != Some(false) {
            return Ok(());
        }
        let says = "The run was not completed: what is missing here was not looked at.";
        self.open_row(&Open { record: "run", reason: "run-not-complete".into(), says }, None, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_led_by_an_apostrophe_wherever_it_hides() {
        for formula in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "|calc",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            " =1",
            "\u{feff}=1",
            "\u{202e}=1",
            "＝1",
            "＋1",
            "－1",
            "＠A1",
            "\tx",
            "\rx",
            "\0x",
        ] {
            assert!(guard(formula).starts_with('\''), "{formula:?}: {}", guard(formula));
        }
        for plain in ["WeChat", "a=b", "1+1", "", "com.tencent.mm", "'quoted"] {
            assert_eq!(guard(plain), plain);
        }
    }

    #[test]
    fn numbers_that_a_spreadsheet_would_change_stay_text() {
        for kept in ["356938035643809", "89490200001234567890", "0012345678", "12345E10", "1e5", "8.10", "0.0"] {
            assert_eq!(guard(kept), format!("'{kept}"));
        }
        for plain in ["42", "17.2", "8.0.49", "2026-11-21T12:00:00Z", "F2LXQ0ABCDEF", "e10", "1.", "."] {
            assert_eq!(guard(plain), plain);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_escaped_and_quotes_are_doubled() {
        let mut csv = Csv::new(Style::default());
        csv.fields(["a\"b", "x\u{202e}y\r\nz"]);
        assert_eq!(csv.line, "\"a\"\"b\",\"x\\u{202e}y\\u{d}\\u{a}z\"");
        let mut raw = Csv::new(Style { csv_raw: true, ..Style::default() });
        raw.fields(["=1", "x\r\n\"y\""]);
        assert_eq!(raw.line, "\"=1\",\"x\r\n\"\"y\"\"\"");
    }

    #[test]
    fn every_row_has_every_column() {
        let mut csv = Csv::new(Style { csv_raw: true, ..Style::default() });
        let mut out = Vec::new();
        csv.begin(&v1::Run::default(), &mut out).unwrap();
        csv.device(&v1::Device::default(), &mut out).unwrap();
        let found = v1::Device { findings: vec![v1::Finding::default()], ..v1::Device::default() };
        csv.device(&found, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.split_terminator("\r\n").all(|l| l.matches("\",\"").count() + 1 == COLUMNS.len()), "{text}");
        assert_eq!(COLUMNS[FINDING.start], "code");
        assert_eq!(COLUMNS[FINDING.end], "run_started_at");
    }

    #[test]
    fn what_was_not_read_whole_and_every_error_has_a_row_that_is_inconclusive() {
        let rendered = |status: &'static str, severity: &'static str| {
            let mut csv = Csv::new(Style { csv_raw: true, ..Style::default() });
            let mut out = Vec::new();
            let item = v1::Evidence { status: status.into(), locator: "a.zip".to_owned(), ..v1::Evidence::default() };
            csv.evidence(&item, &mut out).unwrap();
            let message = v1::Diagnostic {
                severity: severity.into(),
                code: "damaged-file".into(),
                message: "cut off".to_owned(),
                locator: Some("a.zip!/b".to_owned()),
                ..v1::Diagnostic::default()
            };
            csv.diagnostic(&message, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        // A word of a later version is no good news.
        for status in ["partly-read", "unreadable", "unknown", "eaten"] {
            let row = rendered(status, "note");
            assert!(row.starts_with(&format!("\"\",\"inconclusive\",\"evidence-{status}\"")), "{row}");
            assert!(row.contains("\"a.zip\"") && row.contains("\"evidence\"") && row.contains("not known"), "{row}");
        }
        for severity in ["error", "fatal"] {
            let row = rendered("read", severity);
            assert!(row.starts_with("\"\",\"inconclusive\",\"damaged-file\""), "{row}");
            assert!(row.contains("\"a.zip!/b\"") && row.contains("\"cut off\""), "{row}");
        }
        assert_eq!(rendered("read", "warning"), "");
        assert_eq!(rendered("skipped", "note"), "");
    }

    #[test]
    fn a_run_that_did_not_finish_says_so_in_a_last_row() {
        let mut csv = Csv::new(Style::default());
        let mut out = Vec::new();
        let mut run = v1::Run { complete: Some(true), ..v1::Run::default() };
        csv.end(&run, &v1::Summary::default(), &mut out).unwrap();
        assert!(out.is_empty());
        run.complete = Some(false);
        csv.end(&run, &v1::Summary::default(), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("run-not-complete"));
    }
}

//! App files and `signers.toml`.

use super::{Placed, Reader};
use crate::model::{DigestKind, Platform};
use crate::signature::names::fold_publisher;
use crate::signature::signer::KnownDigest;
use crate::signature::words::{
    Confidence, IndicatorKind, NotKind, PlatformStatus, Relation, Ship, SignerRole, platform,
};
use crate::signature::{App, HostLimit, HostedBy, Indicator, NotEntry, PlatformStatement, Publisher, Signer};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AppFile {
    id: String,
    name: String,
    vendor: Option<String>,
    note: Option<String>,
    hosted_by: Option<Spanned<HostRow>>,
    #[serde(default)]
    platform: Vec<Spanned<PlatformRow>>,
    #[serde(default)]
    indicator: Vec<Spanned<IndicatorRow>>,
    #[serde(default)]
    signer: Vec<Spanned<SignerRow>>,
    #[serde(default)]
    publisher: Vec<Spanned<PublisherRow>>,
    #[serde(default)]
    not: Vec<Spanned<NotRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct HostRow {
    app: String,
    function: String,
    sources: Vec<String>,
    #[serde(default)]
    limit: Vec<Spanned<LimitRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct LimitRow {
    platform: String,
    value: String,
    ship: Ship,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PlatformRow {
    platform: String,
    status: PlatformStatus,
    checked: String,
    sources: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct IndicatorRow {
    kind: IndicatorKind,
    platform: Option<String>,
    value: String,
    relation: Relation,
    confidence: Confidence,
    ship: Ship,
    #[serde(default)]
    distinctive: bool,
    #[serde(default)]
    of: Vec<String>,
    #[serde(default)]
    languages: Vec<String>,
    label: Option<String>,
    #[serde(default)]
    applies_to: Vec<String>,
    sources: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SignerFile {
    #[serde(default)]
    signer: Vec<Spanned<SignerRow>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct SignerRow {
    key: String,
    role: SignerRole,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    packages_probable: Vec<String>,
    #[serde(default)]
    shared_with: Vec<String>,
    sha256: Option<String>,
    sha1: Option<String>,
    md5: Option<String>,
    java_hash32: Option<String>,
    spki_sha256: Option<String>,
    /// Digests whose advice differs from the signer's.
    #[serde(default)]
    digest_ship: BTreeMap<String, Ship>,
    subject: Option<String>,
    confidence: Confidence,
    ship: Ship,
    sources: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct PublisherRow {
    name: String,
    store: String,
    confidence: Confidence,
    ship: Ship,
    sources: Vec<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct NotRow {
    kind: NotKind,
    platform: Option<String>,
    #[serde(default)]
    ids: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    label: Option<String>,
    is: Option<String>,
    confidence: Confidence,
    sources: Vec<String>,
    note: Option<String>,
}

/// Field name, algorithm, digits; `None`: at most eight, no leading zero.
const DIGESTS: [(&str, DigestKind, Option<usize>); 4] = [
    ("sha256", DigestKind::Sha256, Some(64)),
    ("sha1", DigestKind::Sha1, Some(40)),
    ("md5", DigestKind::Md5, Some(32)),
    ("java-hash32", DigestKind::JavaHash32, None),
];

fn is_digest(value: &str, digits: Option<usize>) -> bool {
    let length = match digits {
        Some(digits) => value.len() == digits,
        None => (1..=8).contains(&value.len()) && !value.starts_with('0'),
    };
    length && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl Reader<'_> {
    pub(super) fn app(&mut self) -> Option<Placed<App>> {
        let raw: AppFile = self.parse()?;
        let hosted_by = raw.hosted_by.map(|h| self.hosted_by(h));
        let platforms = self.rows("platform", raw.platform);
        let platforms = platforms.into_iter().filter_map(|(line, row)| self.platform_row(line, row)).collect();
        let indicators = self.rows("indicator", raw.indicator);
        let indicators = indicators.into_iter().filter_map(|(line, row)| self.indicator(&raw.id, line, row)).collect();
        let signers = self.rows("signer", raw.signer);
        let signers = signers.into_iter().map(|(line, row)| self.signer(Some(&raw.id), line, row)).collect();
        let publishers = self.rows("publisher", raw.publisher);
        let publishers = publishers.into_iter().map(|(_, row)| publisher(row)).collect();
        let not = self.rows("not", raw.not);
        let not = not.into_iter().filter_map(|(line, row)| self.not(line, row)).collect();
        let (id, name, vendor, note) = (raw.id, raw.name, raw.vendor, raw.note);
        let app = App { id, name, vendor, note, hosted_by, platforms, indicators, signers, publishers, not };
        Some(self.place(app, 1))
    }

    pub(super) fn signers(&mut self) -> Vec<Placed<Signer>> {
        let Some(raw) = self.parse::<SignerFile>() else { return Vec::new() };
        let rows = self.rows("signer", raw.signer);
        rows.into_iter()
            .map(|(line, row)| {
                let signer = self.signer(None, line, row);
                self.place(signer, line)
            })
            .collect()
    }

    fn platform_word(&mut self, line: usize, word: &str) -> Option<Platform> {
        let known = platform(word);
        if known.is_none() {
            self.problem(line, format!("unknown platform `{word}`; expected android, harmonyos or ios"));
        }
        known
    }

    fn hosted_by(&mut self, row: Spanned<HostRow>) -> HostedBy {
        let line = self.line_of(row.span().start);
        self.rows.insert(("hosted-by", 0), line);
        let HostRow { app, function, sources, limit } = row.into_inner();
        let rows = self.rows("limit", limit);
        let limits = rows.into_iter().filter_map(|(line, r)| {
            let platform = self.platform_word(line, &r.platform)?;
            Some(HostLimit { platform, value: r.value, ship: r.ship, note: r.note })
        });
        HostedBy { app, function, limits: limits.collect(), sources }
    }

    fn platform_row(&mut self, line: usize, row: PlatformRow) -> Option<PlatformStatement> {
        let platform = self.platform_word(line, &row.platform)?;
        if crate::signature::Date::parse(&row.checked).is_none() {
            self.problem(line, format!("`{}` is no date; expected 2026-11-21", row.checked));
        }
        let PlatformRow { status, checked, sources, note, .. } = row;
        Some(PlatformStatement { platform, status, checked, sources, note })
    }

    fn indicator(&mut self, app: &str, line: usize, row: IndicatorRow) -> Option<Indicator> {
        let platform = match &row.platform {
            Some(word) => Some(self.platform_word(line, word)?),
            None => None,
        };
        let word = row.platform.as_deref().unwrap_or("any");
        Some(Indicator {
            id: format!("{app}/{word}/{}/{}", row.kind, row.value),
            app: app.to_owned(),
            kind: row.kind,
            platform,
            value: row.value,
            relation: row.relation,
            confidence: row.confidence,
            ship: row.ship,
            distinctive: row.distinctive,
            edition: row.of,
            languages: row.languages,
            label: row.label,
            applies_to: row.applies_to,
            sources: row.sources,
            note: row.note,
        })
    }

    fn signer(&mut self, app: Option<&str>, line: usize, row: SignerRow) -> Signer {
        let mut digests = Vec::new();
        let given = [&row.sha256, &row.sha1, &row.md5, &row.java_hash32];
        for ((field, kind, digits), value) in DIGESTS.into_iter().zip(given) {
            let Some(value) = value else { continue };
            if !is_digest(value, digits) {
                let want =
                    digits.map_or("1 to 8 hex digits without leading zeros".to_owned(), |d| format!("{d} hex digits"));
                self.problem(line, format!("{field} of signer `{}` must be {want}, in lower case", row.key));
                continue;
            }
            let ship = row.digest_ship.get(field).copied().unwrap_or(row.ship).max(row.ship);
            digests.push(KnownDigest { kind, value: value.clone(), ship });
        }
        if row.spki_sha256.as_deref().is_some_and(|v| !is_digest(v, Some(64))) {
            self.problem(line, format!("spki-sha256 of signer `{}` must be 64 hex digits, in lower case", row.key));
        }
        for field in row.digest_ship.keys().filter(|f| !digests.iter().any(|d| field_of(d.kind) == f.as_str())) {
            self.problem(line, format!("digest-ship names `{field}`, of which signer `{}` has none", row.key));
        }
        Signer {
            key: row.key,
            app: app.map(str::to_owned),
            role: row.role,
            packages: row.packages,
            packages_probable: row.packages_probable,
            shared_with: row.shared_with,
            digests,
            spki_sha256: row.spki_sha256,
            subject: row.subject,
            confidence: row.confidence,
            ship: row.ship,
            sources: row.sources,
            note: row.note,
        }
    }

    fn not(&mut self, line: usize, row: NotRow) -> Option<NotEntry> {
        let platform = match &row.platform {
            Some(word) => Some(self.platform_word(line, word)?),
            None => None,
        };
        let NotRow { kind, ids, names, label, is, confidence, sources, note, .. } = row;
        Some(NotEntry { kind, platform, ids, names, label, is, confidence, sources, note })
    }
}

fn field_of(kind: DigestKind) -> &'static str {
    DIGESTS.iter().find(|(_, k, _)| *k == kind).map_or("", |(field, ..)| field)
}

fn publisher(row: PublisherRow) -> Publisher {
    let normalised = fold_publisher(&row.name);
    let PublisherRow { name, store, confidence, ship, sources, note } = row;
    Publisher { name, normalised, store, confidence, ship, sources, note }
}

//! `tidewaiter identify`: what is this package name, bundle identifier or App
//! Store id?

use std::fmt::Write as _;
use std::io::Write as _;

use serde::Serialize;

use super::Failure;
use super::args::IdentifyArgs;
use super::interrupt::{self, Parts};
use super::output::{self, Sink};
use crate::artifact::{At, Observation, SourceId};
use crate::matching::match_app;
use crate::model::{IdentifierKind, Platform, State};
use crate::signature::SignatureSet;

/// One answer of the contract's `identify` document.
#[derive(Debug, Serialize)]
struct Item {
    input: String,
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bundle_id: Option<String>,
    matches: Vec<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
}

#[derive(Debug, Serialize)]
struct Answer {
    app: String,
    app_name: String,
    platform: &'static str,
    relation: &'static str,
    strength: &'static str,
    reasons: Vec<Why>,
}

#[derive(Debug, Serialize)]
struct Why {
    indicator: String,
    value: String,
    confidence: &'static str,
}

#[derive(Serialize)]
struct Document<'a> {
    items: &'a [Item],
}

pub(super) fn run(args: &IdentifyArgs) -> Result<u8, Failure> {
    let wanted = output::formats(&args.output.format, &["table", "json", "ndjson"], "table")?;
    let set = SignatureSet::load(&args.signatures).map_err(Failure::cannot_run)?;
    let parts = Parts::default();
    interrupt::ends(&parts);
    let items: Vec<Item> = args.ids.iter().map(|id| identify(id, &set)).collect();
    for want in &wanted {
        let text = match want.format.as_str() {
            "json" => serde_json::to_string_pretty(&Document { items: &items }).unwrap_or_default() + "\n",
            "ndjson" => items.iter().filter_map(|i| serde_json::to_string(i).ok()).map(|l| l + "\n").collect(),
            _ => items.iter().map(table).collect(),
        };
        let mut sink = Sink::open(want.file.as_deref(), &parts).map_err(Failure::cannot_run)?;
        sink.write_all(text.as_bytes()).map_err(Failure::cannot_run)?;
        sink.commit().map_err(Failure::cannot_run)?;
    }
    let matched = items.iter().any(|i| !i.matches.is_empty());
    let unknown = items.iter().any(|i| i.kind == "unknown");
    Ok(if matched {
        1
    } else if unknown {
        3
    } else {
        0
    })
}

fn identify(id: &str, set: &SignatureSet) -> Item {
    let mut item =
        Item { input: id.to_owned(), kind: "unknown", package: None, bundle_id: None, matches: Vec::new(), note: None };
    if std::path::Path::new(id).is_file() {
        item.note = Some("a file; this version identifies names, not files");
        return item;
    }
    let tries: &[(Platform, IdentifierKind)] = if !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()) {
        item.kind = "store-id";
        &[(Platform::Ios, IdentifierKind::StoreId)]
    } else {
        &[
            (Platform::Android, IdentifierKind::PackageName),
            (Platform::HarmonyOs, IdentifierKind::PackageName),
            (Platform::Ios, IdentifierKind::BundleId),
        ]
    };
    let mut kinds = Vec::new();
    for (platform, kind) in tries {
        for found in match_app(&named(id, *kind), *platform, set) {
            if !kinds.contains(kind) {
                kinds.push(*kind);
            }
            item.matches.push(Answer {
                app_name: set.app(&found.app).map_or_else(|| found.app.clone(), |a| a.name.clone()),
                app: found.app,
                platform: platform.as_str(),
                relation: found.relation.as_str(),
                strength: found.strength.as_str(),
                reasons: found
                    .reasons
                    .into_iter()
                    .map(|r| Why { indicator: r.indicator, value: r.value, confidence: r.confidence.as_str() })
                    .collect(),
            });
        }
    }
    if item.kind != "store-id" {
        shape(id, &kinds, &mut item);
    }
    item
}

/// Which kind of name it is: by what it matched, else by its shape.
fn shape(id: &str, kinds: &[IdentifierKind], item: &mut Item) {
    let is = |kind| kinds.contains(&kind);
    let package = kinds.is_empty() && is_package(id);
    let bundle = kinds.is_empty() && !package && is_bundle(id);
    if is(IdentifierKind::PackageName) || package {
        item.package = Some(id.to_owned());
        item.kind = "package-name";
    }
    if is(IdentifierKind::BundleId) || bundle {
        item.bundle_id = Some(id.to_owned());
        if item.package.is_none() {
            item.kind = "bundle-id";
        }
    }
}

/// Android's rule: at least two parts, each a letter and then letters, digits, underscores.
fn is_package(id: &str) -> bool {
    let part = |p: &str| {
        p.starts_with(|c: char| c.is_ascii_alphabetic()) && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    id.contains('.') && id.split('.').all(part)
}

/// Apple's rule: letters, digits, hyphens and full stops.
fn is_bundle(id: &str) -> bool {
    id.contains('.') && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

fn named(id: &str, kind: IdentifierKind) -> Observation {
    let store = kind == IdentifierKind::StoreId;
    Observation {
        identifier: if store { "".into() } else { id.into() },
        kind,
        store_id: store.then(|| id.into()),
        name: None,
        publisher: None,
        version: None,
        installer: None,
        state: State::Unknown,
        users: Vec::new(),
        signers: None,
        first_seen: None,
        last_seen: None,
        system: None,
        caveat: None,
        source: SourceId(0),
        at: At::Whole,
        record_sha256: None,
    }
}

/// Nothing that was typed or named by somebody else moves the cursor.
fn escaped(text: &str) -> String {
    crate::model::escape_component(text.as_bytes())
}

fn table(item: &Item) -> String {
    let mut out = String::new();
    if item.matches.is_empty() {
        let note = item.note.unwrap_or(if item.kind == "unknown" { "no identifier" } else { "no known app" });
        let _ = writeln!(out, "{:32}  {:12}  {note}", escaped(&item.input), item.kind);
    }
    for m in &item.matches {
        let _ = writeln!(
            out,
            "{:32}  {:12}  {} ({}, {}, {})",
            escaped(&item.input),
            item.kind,
            m.app_name,
            m.relation,
            m.platform,
            m.strength
        );
    }
    out
}

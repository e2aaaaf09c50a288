//! Every row of the gathered facts against the built-in set, where the facts are at hand.

use super::builtin;
use crate::model::{DigestKind, Platform};
use crate::signature::{App, EntryKind, Indicator, IndicatorKind, Policy, SignatureSet, fold_name};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

fn facts() -> Option<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/facts/signatures.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {} is not here", path.display());
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("")
}

fn rows<'a>(of: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    of[key].as_array().into_iter().flatten()
}

fn slug(key: &str) -> String {
    key.replace('_', "-")
}

fn ship(advice: &str) -> &str {
    if advice == "no" { "off" } else { advice }
}

fn confidence(word: &str) -> &str {
    if word == "single" { "single-source" } else { word }
}

fn find<'a>(app: &'a App, kind: IndicatorKind, platform: Option<Platform>, value: &str) -> &'a Indicator {
    let same = |i: &&Indicator| i.kind == kind && i.platform == platform && i.value == value;
    app.indicators.iter().find(same).unwrap_or_else(|| panic!("{}: {kind} {value} on {platform:?} is lost", app.id))
}

/// The app whose file holds the identifiers: a function's are its host's.
fn bearer<'a>(set: &'a SignatureSet, app: &'a App) -> &'a App {
    app.hosted_by.as_ref().map_or(app, |h| set.app(&h.app).unwrap())
}

/// An identifier row against the set; a carrier's advice is that of the function it shows.
fn same(set: &SignatureSet, app: &App, row: &Value, indicator: &Indicator, want: (&str, &str)) {
    let (advice, sourced) = (ship(want.0), confidence(want.1));
    if text(row, "cls") == "carrier" {
        let shown = set.functions_of(indicator).find(|f| f.app.id == app.id).map_or("off", |f| f.ship.as_str());
        assert_eq!(shown, advice, "{} shown by {}", app.id, indicator.id);
    } else {
        assert_eq!(indicator.ship.as_str(), advice, "{}", indicator.id);
        assert_eq!(indicator.confidence.as_str(), sourced, "{}", indicator.id);
    }
    for source in rows(row, "sources").filter_map(Value::as_str).filter(|s| set.source(s).is_some()) {
        if text(row, "cls") != "carrier" || indicator.app != "tencent-qq" {
            assert!(indicator.sources.iter().any(|s| s == source), "{} lost source {source}", indicator.id);
        }
    }
}

fn is_not(app: &App, host: &App, platform: Platform, id: &str) -> bool {
    let mut all = app.not.iter().chain(&host.not);
    all.any(|n| n.platform == Some(platform) && n.ids.iter().any(|i| i.eq_ignore_ascii_case(id)))
}

#[test]
fn every_identifier_row_is_in_the_set_with_its_advice() {
    let (Some(facts), set) = (facts(), builtin()) else { return };
    let mut seen = 0;
    for fact in rows(&facts, "apps") {
        let app = set.app(text(fact, "slug")).unwrap();
        let host = bearer(&set, app);
        for (list, platform, field, kind) in [
            ("android", Platform::Android, "package", IndicatorKind::PackageName),
            ("harmonyos", Platform::HarmonyOs, "package", IndicatorKind::PackageName),
            ("ios", Platform::Ios, "bundle_id", IndicatorKind::BundleId),
        ] {
            for row in rows(fact, list) {
                seen += 1;
                let id = text(row, field);
                let store = row["adam_id"].as_u64().map(|n| n.to_string());
                if matches!(text(row, "cls"), "related" | "lookalike") {
                    let also = rows(row, "also").filter_map(Value::as_str);
                    for id in also.chain([id]).chain(store.as_deref()) {
                        assert!(is_not(app, host, platform, id), "{}: not {id} is lost", app.id);
                    }
                    continue;
                }
                if !id.is_empty() {
                    let indicator = find(host, kind, Some(platform), id);
                    same(&set, app, row, indicator, (text(row, "ship"), text(row, "confidence")));
                }
                if let Some(store) = store {
                    let indicator = find(host, IndicatorKind::StoreId, Some(platform), &store);
                    same(&set, app, row, indicator, (text(row, "adam_id_ship"), text(row, "adam_id_confidence")));
                }
            }
        }
    }
    assert!(seen > 150, "{seen} rows");
}

#[test]
fn every_name_publisher_trace_and_scheme_is_in_the_set() {
    let (Some(facts), set) = (facts(), builtin()) else { return };
    for fact in rows(&facts, "apps") {
        let app = set.app(text(fact, "slug")).unwrap();
        let host = bearer(&set, app);
        for row in rows(fact, "names") {
            let owner = if text(row, "kind") == "carrier" { host } else { app };
            let indicator = find(owner, IndicatorKind::DisplayName, None, text(row, "name"));
            assert_eq!(Some(indicator.distinctive), row["distinctive"].as_bool(), "{}", indicator.id);
            assert_eq!(indicator.confidence.as_str(), confidence(text(row, "confidence")), "{}", indicator.id);
            let languages: Vec<String> = rows(row, "langs").filter_map(Value::as_str).map(slug).collect();
            assert_eq!(indicator.languages, languages, "{}", indicator.id);
            assert_eq!(indicator.ship.is_enabled(), text(row, "confidence") != "memory", "{}", indicator.id);
        }
        for row in rows(fact, "publishers") {
            let same =
                |p: &&crate::signature::Publisher| p.name == text(row, "name") && p.store == slug(text(row, "store"));
            let publisher = host.publishers.iter().find(same).unwrap_or_else(|| panic!("{row}"));
            assert_eq!(publisher.normalised, text(row, "normalized"));
            assert_eq!(publisher.confidence.as_str(), confidence(text(row, "confidence")));
        }
        for row in rows(fact, "trace_folders") {
            let path = text(row, "path");
            let platform = if path.starts_with("/sdcard") { Platform::Android } else { Platform::HarmonyOs };
            let indicator = find(host, IndicatorKind::TracePath, Some(platform), path);
            assert_eq!(indicator.ship.as_str(), text(row, "ship"));
        }
        for row in rows(fact, "other_traces") {
            let indicator = host.indicators.iter().find(|i| i.value == text(row, "value")).unwrap();
            assert_eq!(indicator.ship.as_str(), text(row, "ship"));
        }
        for row in rows(&fact["schemes"], "own") {
            let known = |a: &App| {
                a.indicators.iter().any(|i| i.kind == IndicatorKind::UrlScheme && i.value == text(row, "scheme"))
            };
            assert!(known(app) || known(host), "{row}");
        }
    }
}

#[test]
fn every_certificate_is_in_the_set_with_every_digest() {
    let (Some(facts), set) = (facts(), builtin()) else { return };
    let mut seen = 0;
    for row in rows(&facts, "certificates") {
        let key = slug(text(row, "key"));
        let mut all = set.apps().iter().flat_map(|a| &a.signers).chain(set.common_signers());
        let signer = all.find(|s| s.key == key).unwrap_or_else(|| panic!("signer {key} is lost"));
        assert_eq!(signer.ship.as_str(), ship(text(row, "ship")), "{key}");
        assert_eq!(signer.role.as_str(), slug(text(row, "role")), "{key}");
        assert_eq!(signer.confidence.as_str(), confidence(text(row, "confidence")), "{key}");
        let packages: Vec<&str> = rows(row, "packages").filter_map(Value::as_str).collect();
        assert_eq!(signer.packages, packages, "{key}");
        for (field, kind) in [
            ("sha256", DigestKind::Sha256),
            ("sha1", DigestKind::Sha1),
            ("md5", DigestKind::Md5),
            ("java_hash32", DigestKind::JavaHash32),
        ] {
            let known = signer.digests.iter().find(|d| d.kind == kind);
            assert_eq!(known.map(|d| d.value.as_str()), row[field].as_str(), "{key} {field}");
            let advice = row["ship_by_digest"][field].as_str().unwrap_or(text(row, "ship"));
            assert!(known.is_none_or(|d| d.ship.as_str() == ship(advice)), "{key} {field}");
            seen += usize::from(known.is_some());
        }
        assert_eq!(signer.spki_sha256.as_deref(), row["spki_sha256"].as_str());
    }
    for md5 in rows(&facts["extra_md5"], "md5").filter_map(Value::as_str) {
        assert!(set.common_signers().iter().any(|s| s.digests[0].value == md5 && !s.ship.is_enabled()), "{md5}");
    }
    assert!(seen > 45, "{seen} digests");
}

#[test]
fn packages_have_the_signers_the_facts_give_them() {
    let (Some(facts), set) = (facts(), builtin()) else { return };
    for fact in rows(&facts, "apps") {
        let app = bearer(&set, set.app(text(fact, "slug")).unwrap());
        for row in rows(fact, "android").filter(|r| !matches!(text(r, "cls"), "related" | "lookalike")) {
            let expected =
                set.signers_of(find(app, IndicatorKind::PackageName, Some(Platform::Android), text(row, "package")));
            let keys = |of: &[&crate::signature::Signer]| of.iter().map(|s| s.key.clone()).collect::<Vec<_>>();
            let given = |key| rows(row, key).filter_map(Value::as_str).map(slug).collect::<Vec<_>>();
            assert_eq!(keys(&expected.known), given("signers"), "{row}");
            assert_eq!(keys(&expected.probable), given("signers_probable"), "{row}");
        }
    }
}

#[test]
fn every_apple_prefix_and_every_look_alike_is_in_the_set() {
    let (Some(facts), set) = (facts(), builtin()) else { return };
    for (list, field, kind) in [
        ("apple_team_ids", "team_id", IndicatorKind::TeamId),
        ("apple_app_id_prefixes", "prefix", IndicatorKind::AppIdPrefix),
    ] {
        for row in rows(&facts, list) {
            let mut all = set.apps().iter().flat_map(|a| &a.indicators);
            let found = all.find(|i| i.kind == kind && i.value == text(row, field)).unwrap_or_else(|| panic!("{row}"));
            assert_eq!(found.ship.as_str(), ship(text(row, "ship")), "{}", found.id);
        }
    }
    for row in rows(&facts, "lookalikes") {
        // These two list the apps themselves: repackaged copies, and a historic infection list.
        let themselves = text(row, "confused_with") == "all" || text(row, "name") == "XcodeGhost list";
        for id in rows(row, "ids").filter_map(Value::as_str).filter(|id| *id != "(various)" && !themselves) {
            assert!([Platform::Android, Platform::Ios].iter().any(|p| set.is_listed_not(*p, id)), "{id}");
        }
    }
}

/// The eight apps that a policy reaches, by how.
fn covers(set: &SignatureSet, policy: &Policy) -> [BTreeSet<String>; 4] {
    let mut out = [const { BTreeSet::new() }; 4];
    for entry in &policy.entries {
        let at = if entry.kind == EntryKind::Criteria { 3 } else { 2 };
        out[at].extend(entry.reaches.iter().cloned());
        let Some(app) = &entry.app else { continue };
        if app != "wechat" {
            out[0].insert(app.clone());
        }
        if entry.editions.is_empty() {
            out[1].extend(set.hosted_in(app).map(|a| a.id.clone()));
        }
    }
    out[1] = &out[1] - &out[0];
    out
}

#[test]
fn every_policy_is_in_the_set_and_reaches_the_same_apps() {
    let (Some(facts), set) = (facts(), builtin()) else { return };
    for row in rows(&facts, "policies") {
        let policy = set.policy(text(row, "id")).unwrap_or_else(|| panic!("{row}"));
        assert_eq!(policy.title, text(row, "title"));
        assert_eq!(policy.status.as_str(), text(row, "status"), "{}", policy.id);
        let date = |d: &Option<crate::signature::Date>| d.as_ref().map(|d| d.as_str().to_owned());
        for (field, value) in [
            ("date", date(&policy.issued)),
            ("published", date(&policy.published)),
            ("effective_from", date(&policy.effective_from)),
            ("effective_to", date(&policy.effective_to)),
            ("status_as_of", date(&policy.status_as_of)),
            ("checked", date(&policy.checked)),
            ("citation", policy.citation.clone()),
        ] {
            assert_eq!(value.as_deref(), row[field].as_str(), "{} {field}", policy.id);
        }
        let named: Vec<String> = policy.entries.iter().map(|e| fold_name(&e.named)).collect();
        let more = rows(row, "additions").flat_map(|a| rows(a, "names"));
        for name in rows(row, "names").chain(more).filter_map(Value::as_str) {
            let plain = fold_name(name.split(" (").next().unwrap_or(name).split(" incl. ").next().unwrap_or(name));
            let known = named.contains(&fold_name(name)) || named.iter().any(|n| n.starts_with(&plain));
            assert!(known || plain.starts_with("bytedance"), "{}: `{name}` is lost", policy.id);
        }
        let got = covers(&set, policy);
        for (n, field) in ["named", "through_carrier", "through_vendor", "needs_determination"].iter().enumerate() {
            let want: BTreeSet<String> = rows(&row["covers"], field).filter_map(Value::as_str).map(slug).collect();
            let host_only: BTreeSet<String> = if n == 1 { &got[1] - &got[0] } else { got[n].clone() };
            assert_eq!(host_only, want, "{} {field}", policy.id);
        }
    }
}

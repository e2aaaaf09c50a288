//! What an identifier is worth where its platform is not told.

use std::collections::BTreeSet;

use super::*;
use crate::artifact::{At, SourceId};
use crate::model::State;

fn seen(identifier: &str) -> Observation {
    Observation {
        identifier: identifier.into(),
        kind: IdentifierKind::PackageName,
        store_id: None,
        name: None,
        publisher: None,
        version: None,
        installer: None,
        state: State::Installed,
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

/// Apps and how well they are identified.
fn found(set: &SignatureSet, platform: Platform, identifier: &str) -> BTreeSet<(String, Strength)> {
    match_app(&seen(identifier), platform, set).into_iter().map(|m| (m.app, m.strength)).collect()
}

/// Every identifier the set speaks of, those of look-alikes too.
fn identifiers(set: &SignatureSet) -> BTreeSet<String> {
    let of_app = |app: &crate::signature::App| {
        let own = app.indicators.iter().filter(|i| i.kind.identifier().is_some()).map(|i| i.value.clone());
        own.chain(app.not.iter().flat_map(|n| n.ids.clone())).collect::<Vec<_>>()
    };
    set.apps().iter().flat_map(of_app).collect()
}

#[test]
fn an_identifier_without_a_platform_is_strong_only_where_every_platform_means_the_same() {
    let set = SignatureSet::builtin().unwrap();
    let (mut strong, mut doubted) = (0, Vec::new());
    for identifier in identifiers(&set) {
        let unknown = found(&set, Platform::Unknown, &identifier);
        let told: Vec<_> = PLATFORMS.iter().map(|p| (*p, found(&set, *p, &identifier))).collect();
        for (app, strength) in &unknown {
            assert!(told.iter().any(|(_, t)| t.iter().any(|(a, _)| a == app)), "{identifier}: {app} on no platform");
            if *strength < Strength::Strong {
                continue;
            }
            strong += 1;
            for (platform, told) in &told {
                assert!(!set.is_listed_not(*platform, &identifier), "{identifier} is no {app} on {platform}");
                let other = told.iter().find(|(a, s)| *s >= Strength::Strong && !unknown.iter().any(|(u, _)| u == a));
                assert_eq!(other, None, "{identifier} is another app on {platform}");
            }
        }
        let on_a_platform = told.iter().any(|(_, t)| t.iter().any(|(_, s)| *s >= Strength::Strong));
        if on_a_platform && unknown.iter().all(|(_, s)| *s < Strength::Strong) {
            assert!(!unknown.is_empty(), "{identifier}: a doubt must not hide it");
            doubted.push(identifier);
        }
    }
    assert!(strong > 20, "{strong}");
    assert_eq!(doubted, ["com.intsig.CamScannerLite"], "an app on iOS, listed as none on Android");
}

#[test]
fn what_only_differs_in_case_or_is_a_look_alike_stays_what_it_is_without_a_platform() {
    let set = SignatureSet::builtin().unwrap();
    let app = |id: &str| found(&set, Platform::Unknown, id);
    assert_eq!(app("com.tencent.mm"), found(&set, Platform::Android, "com.tencent.mm"));
    assert_eq!(app("com.tencent.xin"), found(&set, Platform::Ios, "com.tencent.xin"));
    assert!(app("COM.tencent.MM").iter().all(|(_, s)| *s == Strength::Circumstantial));
    assert!(app("com.tencent.wework").is_empty() && app("com.tencent.qqmusic").is_empty());
}

//! What the built-in set finds, and what it must never find.

use super::builtin;
use crate::model::{IdentifierKind, Platform};
use crate::signature::check::check_dir;
use crate::signature::{App, Existence, Relation, Ship, SignatureSet};
use std::path::Path;

const KINDS: [IdentifierKind; 3] = [IdentifierKind::PackageName, IdentifierKind::BundleId, IdentifierKind::StoreId];
const EIGHT: [&str; 8] =
    ["alipay", "camscanner", "qq-wallet", "shareit", "tencent-qq", "vmate", "wechat-pay", "wps-office"];

/// Apps that bear this identifier exactly.
fn apps(set: &SignatureSet, platform: Platform, value: &str) -> Vec<String> {
    KINDS.iter().flat_map(|k| set.identifiers(platform, *k, value).map(|i| i.app.clone())).collect()
}

fn host(set: &SignatureSet, app: &App) -> String {
    app.hosted_by.as_ref().map_or(app.id.clone(), |h| set.app(&h.app).unwrap().id.clone())
}

#[test]
fn the_built_in_folder_has_no_problem() {
    let problems = check_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("signatures"));
    let text: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert!(text.is_empty(), "{}", text.join("\n"));
}

#[test]
fn the_set_holds_the_eight_apps_and_wechat_in_order() {
    let set = builtin();
    let ids: Vec<&str> = set.apps().iter().map(|a| a.id.as_str()).collect();
    let mut want = EIGHT.to_vec();
    want.push("wechat");
    want.sort_unstable();
    assert_eq!(ids, want);
    assert_eq!(set.app("wechat-pay").unwrap().name, "WeChat Pay");
    assert!(set.app("wechat-").is_none());
}

#[test]
fn each_app_has_an_enabled_identifier_on_every_platform_the_facts_give() {
    use Platform::{Android, HarmonyOs, Ios};
    let set = builtin();
    for (app, platforms) in [
        ("alipay", &[Android, Ios, HarmonyOs][..]),
        ("camscanner", &[Android, Ios, HarmonyOs]),
        ("qq-wallet", &[Android, Ios, HarmonyOs]),
        ("shareit", &[Android, Ios]),
        ("tencent-qq", &[Android, Ios, HarmonyOs]),
        ("vmate", &[Android]),
        ("wechat-pay", &[Android, Ios, HarmonyOs]),
        ("wps-office", &[Android, Ios, HarmonyOs]),
        ("wechat", &[Android, Ios, HarmonyOs]),
    ] {
        let bearer = host(&set, set.app(app).unwrap());
        for platform in platforms {
            let enabled = set
                .app(&bearer)
                .unwrap()
                .indicators
                .iter()
                .filter(|i| i.kind.identifier().is_some() && i.platform == Some(*platform) && i.ship.is_enabled());
            let found: Vec<_> = enabled.filter(|i| set.is_relevant_identifier(*platform, &i.value)).collect();
            assert!(!found.is_empty(), "{app} on {platform}");
            assert_eq!(set.exists_on(app, *platform), Existence::Known(true), "{app} on {platform}");
        }
    }
}

#[test]
fn every_enabled_identifier_is_found_by_its_exact_value_and_belongs_to_one_app() {
    let set = builtin();
    let mut seen = 0;
    for indicator in set.apps().iter().flat_map(|a| &a.indicators) {
        let Some(kind) = indicator.kind.identifier() else { continue };
        let platform = indicator.platform.unwrap();
        let found: Vec<_> = set.identifiers(platform, kind, &indicator.value).map(|i| i.id.as_str()).collect();
        if indicator.ship.is_enabled() {
            assert_eq!(found, [indicator.id.as_str()]);
            assert!(set.is_relevant_identifier(Platform::Unknown, &indicator.value));
            seen += 1;
        } else {
            assert!(found.is_empty(), "{} is off", indicator.id);
        }
    }
    assert!(seen > 45, "{seen}");
}

#[test]
fn no_look_alike_and_no_related_app_is_found() {
    let set = builtin();
    let mut seen = 0;
    for app in set.apps() {
        for not in &app.not {
            for id in &not.ids {
                let platform = not.platform.unwrap();
                for spelling in [id.clone(), id.to_uppercase(), id.to_lowercase()] {
                    let hits: Vec<String> = KINDS
                        .iter()
                        .flat_map(|k| set.identifiers_ignoring_case(platform, *k, &spelling).map(|i| i.app.clone()))
                        .collect();
                    match &not.is {
                        Some(is) => assert_eq!(hits, std::slice::from_ref(is), "{spelling}"),
                        None => {
                            assert!(hits.is_empty(), "{spelling} on {platform}: {hits:?}");
                            assert!(set.is_listed_not(platform, &spelling), "{spelling}");
                        }
                    }
                }
                seen += 1;
            }
            for name in &not.names {
                assert_eq!(set.names(name).count(), 0, "{name}");
                assert!(set.is_listed_not_name(name));
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn the_same_string_is_another_app_on_another_platform() {
    let set = builtin();
    let relation = |platform, kind| set.identifiers(platform, kind, "com.lenovo.anyshare").next().map(|i| i.relation);
    assert_eq!(relation(Platform::Ios, IdentifierKind::BundleId), Some(Relation::App));
    assert_eq!(relation(Platform::Android, IdentifierKind::PackageName), Some(Relation::Variant));
    assert_eq!(relation(Platform::Android, IdentifierKind::BundleId), None);
    assert!(!set.is_relevant_identifier(Platform::HarmonyOs, "com.lenovo.anyshare"));
    assert_eq!(apps(&set, Platform::Android, "com.tencent.mqq"), Vec::<String>::new());
    assert_eq!(apps(&set, Platform::HarmonyOs, "com.tencent.mqq"), ["tencent-qq"]);
    assert_eq!(apps(&set, Platform::Unknown, "com.lenovo.anyshare"), ["shareit", "shareit"]);
    assert!(!set.is_relevant_identifier(Platform::OutOfScope, "com.tencent.mm"));
}

#[test]
fn the_traps_of_the_facts_are_not_stepped_into() {
    let set = builtin();
    for (platform, id) in [
        (Platform::Android, "com.lenovo.anyshare.cloneit"),
        (Platform::Android, "com.qq.reader"),
        (Platform::Android, "com.kingsoft"),
        (Platform::Android, "com.nemo.vidmate"),
        (Platform::Android, "cn.gov.pbc.dcep"),
        (Platform::Android, "com.intsig.camscannerlite"),
        (Platform::Ios, "com.tencent.ww"),
        (Platform::Ios, "com.tencent.wework"),
        (Platform::Ios, "1087897068"),
    ] {
        assert!(apps(&set, platform, id).is_empty(), "{id}");
        assert!(!set.is_relevant_identifier(platform, id), "{id}");
        assert!(set.is_listed_not(platform, id), "{id}");
    }
    // AlipayHK is proven on Android only; a prefix is no match.
    assert_eq!(apps(&set, Platform::Android, "hk.alipay.wallet"), ["alipay"]);
    for (platform, id) in [
        (Platform::Ios, "hk.alipay.wallet"),
        (Platform::Ios, "com.intsig.CamScanner"),
        (Platform::Ios, "com.kingsoft.www.office.wpsoffice.share"),
        (Platform::Android, "com.tencent.mm.opensdk"),
        (Platform::Android, "com.alipay.sdk"),
        (Platform::Android, ""),
    ] {
        assert!(!set.is_relevant_identifier(platform, id), "{id}");
    }
}

#[test]
fn an_identifier_equal_but_for_case_is_relevant_and_not_exact() {
    let set = builtin();
    for (platform, kind, id) in [
        (Platform::Ios, IdentifierKind::BundleId, "com.intsig.camscannerlite"),
        (Platform::Android, IdentifierKind::PackageName, "COM.TENCENT.MM"),
        (Platform::Android, IdentifierKind::PackageName, "com.eg.android.alipaygphone"),
    ] {
        assert_eq!(set.identifiers(platform, kind, id).count(), 0);
        assert_eq!(set.identifiers_ignoring_case(platform, kind, id).count(), 1);
        assert!(set.is_relevant_identifier(platform, id));
        assert!(!set.is_listed_not(platform, id));
    }
    // The Android look-alike does not acquit what may be the iOS app.
    assert!(!set.is_listed_not(Platform::Unknown, "com.intsig.camscannerlite"));
    assert!(set.is_listed_not(Platform::Unknown, "com.qq.reader"));
}

#[test]
fn names_are_found_whole_in_any_spelling_and_marked_distinctive_or_not() {
    let set = builtin();
    let found = |name: &str| set.names(name).map(|i| (i.app.clone(), i.distinctive)).collect::<Vec<_>>();
    for (name, app, distinctive) in [
        ("WeChat", "wechat", true),
        (" ｗｅｃｈａｔ ", "wechat", true),
        ("微信", "wechat", true),
        ("支付宝", "alipay", true),
        ("SHAREit™", "shareit", true),
        ("wps  office", "wps-office", true),
        ("QQ", "tencent-qq", false),
        ("TIM", "tencent-qq", false),
        ("WPS", "wps-office", false),
        ("VMate", "vmate", true),
        ("QQ Wallet", "qq-wallet", true),
    ] {
        assert_eq!(found(name), [(app.to_owned(), distinctive)], "{name}");
        assert!(set.is_relevant_name(name));
    }
    for name in [
        "QQ音乐",
        "QQ Music",
        "VidMate",
        "WeCom",
        "CamCard",
        "WPS Offic",
        "WPS Office 365",
        "茄子快传",
        "",
        "™",
        "wps_office",
    ] {
        assert_eq!(found(name), [], "{name}");
        assert!(!set.is_relevant_name(name), "{name}");
    }
}

#[test]
fn the_gate_agrees_with_the_look_up_for_every_shipped_name() {
    let set = builtin();
    for indicator in set.apps().iter().flat_map(|a| &a.indicators).filter(|i| i.platform.is_none()) {
        for spelling in
            [indicator.value.clone(), indicator.value.to_uppercase(), format!("\u{feff} {}\u{ad} ", indicator.value)]
        {
            assert_eq!(set.is_relevant_name(&spelling), indicator.ship.is_enabled(), "{spelling}");
        }
    }
}

#[test]
fn store_titles_and_device_labels_count_fully_and_names_of_functions_do_not() {
    let set = builtin();
    for (name, ship) in [
        ("支付宝 - Alipay", Ship::Exact),
        ("CamScanner - PDF Scanner App", Ship::Exact),
        ("SHAREit: Transfer, Share Files", Ship::Exact),
        ("支付寶", Ship::Review),
        ("Mi Doc viewer, powered by WPS Office", Ship::Review),
        ("WeChat Pay", Ship::Review),
    ] {
        let found: Vec<Ship> = set.names(name).map(|i| i.ship).collect();
        assert_eq!(found, [ship], "{name}");
    }
}

#[test]
fn publishers_are_a_second_factor_of_their_own_app_only() {
    let set = builtin();
    assert!(set.publisher_fits("tencent-qq", "Tencent Technology (Shenzhen) Company Limited"));
    assert!(set.publisher_fits("qq-wallet", "TENCENT TECHNOLOGY (SHENZHEN) COMPANY LIMITED"));
    assert!(set.publisher_fits("wps-office", "WPS SOFTWARE PTE.LTD."));
    assert!(!set.publisher_fits("alipay", "Tencent Technology (Shenzhen) Company Limited"));
    assert!(!set.publisher_fits("vmate", "UCWeb"), "remembered only");
    assert!(!set.publisher_fits("alipay", ""));
    assert!(!set.publisher_fits("nothing", "Tencent"));
}

#[test]
fn hosts_show_their_functions_no_better_than_the_sources_do() {
    let set = builtin();
    let functions = |platform, kind, value| {
        let indicator = set.identifiers(platform, kind, value).next().unwrap();
        set.functions_of(indicator).map(|f| (f.app.id.clone(), f.ship)).collect::<Vec<_>>()
    };
    let android = |value| functions(Platform::Android, IdentifierKind::PackageName, value);
    assert_eq!(android("com.tencent.mm"), [("wechat-pay".to_owned(), Ship::Exact)]);
    assert_eq!(android("com.tencent.mobileqq"), [("qq-wallet".to_owned(), Ship::Exact)]);
    assert_eq!(android("com.tencent.tim"), [("qq-wallet".to_owned(), Ship::Review)]);
    assert_eq!(android("com.eg.android.AlipayGphone"), []);
    let ios = functions(Platform::Ios, IdentifierKind::StoreId, "414478124");
    assert_eq!(ios, [("wechat-pay".to_owned(), Ship::Exact)]);
    let internal = functions(Platform::Ios, IdentifierKind::BundleId, "com.tencent.wx");
    assert_eq!(internal, [("wechat-pay".to_owned(), Ship::Review)]);
    let tim = set.names("TIM").next().unwrap();
    assert_eq!(set.functions_of(tim).next().unwrap().ship, Ship::Review, "the name of that edition");
    assert_eq!(set.hosted_in("wechat").map(|a| a.id.as_str()).collect::<Vec<_>>(), ["wechat-pay"]);
}

#[test]
fn a_platform_without_identifiers_is_told_apart_from_one_that_was_searched() {
    let set = builtin();
    let Existence::NoneKnown(statement) = set.exists_on("vmate", Platform::Ios) else { panic!("VMate on iOS") };
    assert!(statement.note.as_deref().unwrap().contains("not a proof of absence"));
    assert_eq!(set.exists_on("vmate", Platform::HarmonyOs), Existence::Unknown);
    assert_eq!(set.exists_on("shareit", Platform::HarmonyOs), Existence::Unknown);
    assert_eq!(set.exists_on("alipay", Platform::Unknown), Existence::Unknown);
    assert_eq!(set.exists_on("no-such-app", Platform::Android), Existence::Unknown);
}

#[test]
fn traces_are_never_more_than_review_and_give_a_path_below_shared_storage() {
    let set = builtin();
    assert!(set.trace_paths().all(|t| t.ship == Ship::Review));
    let paths: Vec<&str> = set.trace_paths().filter_map(|t| t.storage_path()).collect();
    for path in ["SHAREit", "tencent/MicroMsg", "DCIM/.shareit_beyla_ids.cfg", "Pictures/WPS Office", "DCIM/CamScanner"]
    {
        assert!(paths.contains(&path), "{path}");
    }
}

#[test]
fn the_hash_does_not_depend_on_line_ends_and_is_stable() {
    let set = builtin();
    assert_eq!(set.sha256(), builtin().sha256());
    assert_eq!(set.sha256().len(), 64);
    assert_eq!(set.policy("us-eo-13971").unwrap().sha256.len(), 64);
    let copy = tempfile::tempdir().unwrap();
    let (app, other) = ("apps/x.toml", "apps/y.toml");
    std::fs::create_dir(copy.path().join("apps")).unwrap();
    let write = |name: &str, text: String| std::fs::write(copy.path().join(name), text).unwrap();
    let text = super::rules::APP.replace("ID", "x");
    write(app, text.clone());
    let lf = SignatureSet::load(&[copy.path().to_owned()]).unwrap().sha256();
    write(app, text.replace('\n', "\r\n"));
    assert_eq!(SignatureSet::load(&[copy.path().to_owned()]).unwrap().sha256(), lf);
    assert_ne!(lf, set.sha256());
    write(other, super::rules::APP.replace("ID", "y").replace("com.x.app", "com.y.app"));
    assert_ne!(SignatureSet::load(&[copy.path().to_owned()]).unwrap().sha256(), lf);
}

#[test]
fn an_added_folder_adds_and_an_empty_or_missing_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let load = || SignatureSet::load(&[folder.path().to_owned()]);
    assert!(load().unwrap_err().to_string().contains("no signatures in"));
    std::fs::create_dir(folder.path().join("apps")).unwrap();
    std::fs::write(folder.path().join("apps/x.toml"), super::rules::APP.replace("ID", "x")).unwrap();
    let set = load().unwrap();
    assert_eq!(set.apps().len(), 10);
    assert!(set.is_relevant_identifier(Platform::Android, "com.x.app"));
    assert!(SignatureSet::load(&[folder.path().join("missing")]).unwrap_err().to_string().contains("cannot read"));
}

/// Run with `--ignored --nocapture`, optimised; prints what a start and a row cost.
#[test]
#[ignore = "a measurement"]
fn what_loading_and_a_miss_cost() {
    let time = |what: &str, work: &dyn Fn()| {
        let best = (0..20).map(|_| {
            let start = std::time::Instant::now();
            work();
            start.elapsed()
        });
        println!("{what}: {:?}", best.min().unwrap());
    };
    let files = crate::signature::load::embedded();
    println!("{} bytes", files.iter().map(|f| f.text.len()).sum::<usize>());
    time("load", &|| drop(builtin()));
    time("embedded", &|| drop(crate::signature::load::embedded()));
    time("read", &|| drop(crate::signature::read::read(&files)));
    let (read, _) = crate::signature::read::read(&files);
    time("rules", &|| drop(crate::signature::rules::check(&read)));
    time("toml", &|| {
        for f in &files {
            drop(toml::from_str::<toml::Table>(&f.text))
        }
    });
    let set = builtin();
    time("index", &|| drop(crate::signature::index::Index::build(set.apps())));
    let names = [
        "Microsoft Word",
        "Calendar",
        "Camera",
        "Settings",
        "WhatsApp Messenger",
        "Outlook",
        "Weather",
        "設定",
        "Einstellungen",
    ];
    let ids = [
        "com.microsoft.office.word",
        "com.google.android.gm",
        "com.whatsapp",
        "com.tencent.ig",
        "com.apple.mobilesafari",
    ];
    let rounds = 1_000_000u32;
    for (what, list, ask) in [
        ("name", &names[..], &(|n: &str| set.is_relevant_name(n)) as &dyn Fn(&str) -> bool),
        ("identifier", &ids[..], &|n: &str| set.is_relevant_identifier(Platform::Android, n)),
    ] {
        for value in list {
            let start = std::time::Instant::now();
            let hits = (0..rounds).filter(|_| ask(std::hint::black_box(value))).count();
            println!("{what} {value}: {:.1} ns", start.elapsed().as_secs_f64() * 1e9 / f64::from(rounds));
            assert_eq!(hits, 0);
        }
    }
}

#[test]
fn an_identifier_with_characters_nobody_sees_is_relevant_and_none_of_the_exact_ones() {
    let set = SignatureSet::builtin().unwrap();
    let kind = IdentifierKind::PackageName;
    for value in [
        "com.tencent.mm\0",
        "com.tencent.mm\u{200b}",
        "\u{feff}com.tencent.mm",
        "com.tencent.mm ",
        "com.ten\u{ad}cent.mm",
        "com.tencent.mm\u{a0}",
        "ｃom.tencent.mm",
        "COM.tencent.mm\r",
    ] {
        assert!(set.is_relevant_identifier(Platform::Android, value), "{value:?}");
        assert_eq!(set.identifiers(Platform::Android, kind, value).count(), 0, "{value:?}");
        assert!(set.identifiers_ignoring_case(Platform::Android, kind, value).count() > 0, "{value:?}");
    }
    for value in ["\0", "\u{200b}", "com.tencent.mm2\0", "com.tencent"] {
        assert!(!set.is_relevant_identifier(Platform::Android, value), "{value:?}");
    }
}

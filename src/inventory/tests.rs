//! Merging: order-independent, idempotent, never across platforms.

use proptest::prelude::*;

use super::*;
use crate::artifact::{At, DeviceRecord};
use crate::model::{Answer, Basis, DeviceFact, End, FactKind, ListScope, ListStatement, Timestamp, UserSet};

fn options() -> CoverageOptions {
    CoverageOptions {
        assume_full_lists: false,
        as_of: Timestamp::parse("2026-11-21").unwrap(),
        now: Timestamp::parse("2026-11-21").unwrap(),
        stale_after_days: 30,
        max_age_days: None,
    }
}

fn record(platform: Platform, facts: &[(FactKind, String)]) -> Fragment {
    let facts = facts.iter().map(|(kind, value)| DeviceFact { kind: *kind, value }).collect();
    let list = ListStatement::new(ListScope::AllApps, UserSet::All, Basis::Always(Answer::Complete), End::Proven, 1);
    let device = DeviceRecord {
        record: RecordKind::Device,
        platform,
        locator_source: None,
        at: At::Whole,
        facts,
        users: Vec::new(),
        apps: Vec::new(),
        lists: Lists::One((SourceId(0), list)),
        committed: true,
    };
    let mut fragment = Fragment::default();
    fragment.sources.push(Source {
        locator: Locator::path(b"export.csv"),
        artifact: "test",
        does_not_prove: "",
        size: None,
        mtime: None,
        hash: crate::artifact::SourceHash::None,
    });
    fragment.devices.push(device);
    fragment
}

fn outcome(parts: &[(u32, Fragment)]) -> Vec<String> {
    let mut inventory = Inventory::default();
    for (item, fragment) in parts {
        let copy = Fragment {
            sources: fragment.sources.clone(),
            devices: fragment.devices.clone(),
            diagnostics: fragment.diagnostics.clone(),
            pages: fragment.pages.clone(),
            out_of_scope: 0,
        };
        inventory.absorb(PartId { item: *item, part: 0 }, None, copy);
    }
    let devices = inventory.into_devices(options());
    devices.iter().map(|d| format!("{} {:?} {:?} {}", d.key, d.identity, d.items, d.coverage.len())).collect()
}

fn facts() -> impl Strategy<Value = Vec<(FactKind, String)>> {
    let kind = prop::sample::select(vec![FactKind::Serial, FactKind::Udid, FactKind::MdmId, FactKind::Name]);
    let one = (kind, 0_u8..4).prop_map(|(kind, n)| {
        let value = match kind {
            FactKind::Udid => format!("00008110-0012345678901{n:03}"),
            FactKind::MdmId => format!("intune/-/device-{n}"),
            _ => format!("SERIAL{n}XY"),
        };
        (kind, value)
    });
    prop::collection::vec(one, 0..3)
}

proptest! {
    #[test]
    fn the_order_of_absorbing_does_not_matter_nor_does_repeating(
        all in prop::collection::vec((facts(), any::<bool>()), 1..7), seed in any::<u64>(),
    ) {
        let parts: Vec<(u32, Fragment)> = all
            .iter()
            .enumerate()
            .map(|(i, (facts, ios))| {
                (i as u32, record(if *ios { Platform::Ios } else { Platform::Android }, facts))
            })
            .collect();
        let want = outcome(&parts);
        let mut mixed: Vec<(u32, Fragment)> = Vec::new();
        let mut order: Vec<usize> = (0..parts.len()).chain(0..parts.len()).collect();
        let mut state = seed;
        for i in (1..order.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            order.swap(i, (state >> 33) as usize % (i + 1));
        }
        for i in order {
            let (item, f) = &parts[i];
            let copy = Fragment { sources: f.sources.clone(), devices: f.devices.clone(), ..Fragment::default() };
            mixed.push((*item, copy));
        }
        prop_assert_eq!(outcome(&mixed), want);
    }
}

fn fact(kind: FactKind, value: &str) -> (FactKind, String) {
    (kind, value.to_owned())
}

#[test]
fn records_with_an_equal_serial_are_one_device() {
    let a = record(Platform::Ios, &[fact(FactKind::Serial, "F2LXQ0AAHG04"), fact(FactKind::Name, "A")]);
    let b = record(Platform::Ios, &[fact(FactKind::Serial, "F2LXQ0AAHG04"), fact(FactKind::Model, "iPhone 12")]);
    let out = outcome(&[(0, a), (1, b)]);
    assert_eq!(out.len(), 1);
    assert!(out[0].contains("iPhone 12") && out[0].contains("[0, 1]"), "{}", out[0]);
}

#[test]
fn an_equal_serial_on_two_platforms_is_two_devices() {
    let a = record(Platform::Ios, &[fact(FactKind::Serial, "F2LXQ0AAHG04")]);
    let b = record(Platform::Android, &[fact(FactKind::Serial, "F2LXQ0AAHG04")]);
    assert_eq!(outcome(&[(0, a), (1, b)]).len(), 2);
}

#[test]
fn equal_names_join_nothing() {
    let a = record(Platform::Ios, &[fact(FactKind::Name, "iPhone")]);
    let b = record(Platform::Ios, &[fact(FactKind::Name, "iPhone")]);
    assert_eq!(outcome(&[(0, a), (1, b)]).len(), 2);
}

#[test]
fn two_serials_under_one_udid_are_kept_apart_and_reported() {
    let udid = fact(FactKind::Udid, "00008110-001234567890123A");
    let a = record(Platform::Ios, &[fact(FactKind::Serial, "AAAAAB1"), udid.clone()]);
    let b = record(Platform::Ios, &[fact(FactKind::Serial, "CCCCCD2"), udid]);
    let mut inventory = Inventory::default();
    inventory.absorb(PartId { item: 0, part: 0 }, None, a);
    inventory.absorb(PartId { item: 1, part: 0 }, None, b);
    let devices = inventory.into_devices(options());
    assert_eq!(devices.len(), 2);
    assert!(devices.diagnostics.iter().any(|(_, d)| d.code == Code::IdentityConflict));
}

/// One page of a list: its file, its number of records, and what it says.
fn page(file: &str, devices: u64, total: Option<u64>, next: bool) -> Fragment {
    let mut fragment = record(Platform::Ios, &[(FactKind::Name, file.to_owned())]);
    fragment.sources[0].locator = Locator::path(file.as_bytes());
    let bytes = format!("{file}{devices}").into_bytes();
    let mut digest = [0; 32];
    digest[..bytes.len().min(32)].copy_from_slice(&bytes[..bytes.len().min(32)]);
    fragment.sources[0].hash = crate::artifact::SourceHash::File(digest);
    let more = next || total.is_some_and(|t| t > devices);
    fragment.devices[0].lists[0].1.end = if more { End::More } else { End::Proven };
    let page = crate::artifact::Page {
        source: SourceId(0),
        tenant: "".into(),
        records: devices,
        total,
        next,
        before: false,
        rows: false,
    };
    fragment.pages.push(page);
    fragment
}

/// How many lists are complete, and the messages, when these pages are in one run.
fn joined(pages: Vec<Fragment>) -> (usize, Vec<String>) {
    let mut inventory = Inventory::default();
    for (item, fragment) in (0..).zip(pages) {
        inventory.absorb(PartId { item, part: 0 }, None, fragment);
    }
    let said = inventory.join_pages().into_iter().map(|(_, d)| d.message).collect();
    let devices = inventory.into_devices(options());
    let whole = |d: &Device| d.coverage.iter().all(|c| c.completeness == Completeness::Complete);
    (devices.iter().filter(whole).count(), said)
}

#[test]
fn pages_are_whole_when_the_rest_is_in_the_run() {
    let first = || page("a/1.json", 100, None, true);
    assert_eq!(joined(vec![first(), page("a/2.json", 7, None, false)]), (2, vec![]));
    assert_eq!(joined(vec![page("a/2.json", 7, None, false), first()]), (2, vec![]), "in any order");
    assert_eq!(joined(vec![first()]).0, 0);
    assert_eq!(joined(vec![first(), page("a/2.json", 100, None, true)]).0, 0, "no last page");
    assert_eq!(joined(vec![first(), page("b/2.json", 7, None, false)]).0, 1, "another folder is another list");
    let mut other = page("a/2.json", 7, None, false);
    other.pages[0].tenant = "enterprises/B".into();
    assert_eq!(joined(vec![first(), other]).0, 1, "another tenant");
}

#[test]
fn rows_beside_a_page_of_rows_that_goes_on_are_a_page_themselves() {
    let rows = |file: &str, next: bool| {
        let mut page = page(file, 7, None, next);
        page.pages[0].rows = true;
        page
    };
    assert_eq!(joined(vec![rows("a/1", false), rows("a/2", false)]).0, 2);
    assert_eq!(joined(vec![rows("a/1", true), rows("a/3", false)]).0, 0);
    assert_eq!(joined(vec![rows("a/1", true), rows("b/all", false)]).0, 1, "another folder is another list");
}

#[test]
fn a_last_page_is_not_whole_without_the_first() {
    let last = || {
        let mut last = page("a/2.json", 7, None, false);
        (last.pages[0].before, last.devices[0].lists[0].1.end) = (true, End::More);
        last
    };
    let (whole, said) = joined(vec![last()]);
    assert_eq!((whole, said.len()), (0, 1), "{said:?}");
    assert_eq!(joined(vec![page("a/1.json", 100, None, true), last()]), (2, vec![]));
}

#[test]
fn pages_that_tell_their_number_must_add_up() {
    let one = |file: &str, n: u64| page(file, n, Some(250), false);
    assert_eq!(joined(vec![one("a/0", 100), one("a/1", 100), one("a/2", 50)]), (3, vec![]));
    let (whole, said) = joined(vec![one("a/0", 100), one("a/1", 100)]);
    assert_eq!(whole, 0);
    assert_eq!(said[0], "200 of 250 devices are in the 2 files of this folder: add the other pages");
    // A page twice is one page.
    let twice = || one("a/0", 100);
    assert_eq!(joined(vec![twice(), twice(), one("a/2", 50)]).0, 0);
    // A whole list beside a page does not stand for the other pages.
    assert_eq!(joined(vec![page("a/all", 150, Some(150), false), one("a/0", 100)]).0, 1);
    // A number, and a token that nothing answers.
    assert_eq!(joined(vec![page("a/0", 250, Some(250), true)]).0, 0);
}

#[test]
fn a_time_in_the_future_is_reported_and_not_used() {
    let mut fragment = record(Platform::Android, &[(FactKind::Serial, "SERIAL1XY".to_owned())]);
    fragment.devices[0].lists[0].1.as_of = Timestamp::parse("2099-01-01T00:00:00Z");
    let mut inventory = Inventory::default();
    inventory.absorb(PartId { item: 0, part: 0 }, None, fragment);
    let device = inventory.into_devices(options()).iter().next().unwrap();
    assert_eq!(device.coverage[0].as_of, None);
    let said: Vec<_> = device.diagnostics.iter().map(|d| d.code.as_str()).collect();
    assert!(said.contains(&"future-time"), "{said:?}");
}

#[test]
fn a_newer_report_of_devices_makes_no_older_list_newer() {
    let serial = fact(FactKind::Serial, "F2LXQ0AAHG04");
    let of = |folder: &str, file: &str, seen: Option<&str>| {
        let facts: Vec<_> = [serial.clone()].into_iter().chain(seen.map(|t| fact(FactKind::LastSeen, t))).collect();
        let mut fragment = record(Platform::Ios, &facts);
        fragment.sources[0].locator = Locator::path(format!("{folder}/{file}").as_bytes());
        fragment.devices[0].locator_source = Some(SourceId(0));
        fragment.devices[0].lists[0].1.managed = true;
        if seen.is_some() {
            fragment.devices[0].lists = Lists::None;
        }
        fragment
    };
    let as_of = |parts: Vec<Fragment>| {
        let mut inventory = Inventory::default();
        for (part, fragment) in (0..).zip(parts) {
            inventory.absorb(PartId { item: part, part: 0 }, None, fragment);
        }
        let devices = inventory.into_devices(options());
        let device = devices.iter().next().unwrap();
        device.coverage.iter().map(|c| (c.as_of.map(|t| t.to_string()), c.basis)).collect::<Vec<_>>()
    };
    let (old, new) = ("2026-01-19T00:00:00Z", "2026-11-19T00:00:00Z");
    let (stale, fresh) = ((Some(old.to_owned()), "stale"), (Some(new.to_owned()), "complete-list"));
    let november = || of("11", "devices.csv", Some(new));
    let january = || of("01", "devices.csv", Some(old));
    assert_eq!(as_of(vec![of("01", "apps.csv", None), january(), november()]), std::slice::from_ref(&stale));
    assert_eq!(as_of(vec![january(), november(), of("11", "apps.csv", None)]), std::slice::from_ref(&fresh));
    assert_eq!(as_of(vec![of("apps", "apps.csv", None), november()]), [fresh], "wherever the only one lies");
    assert_eq!(as_of(vec![of("apps", "apps.csv", None), november(), january()]), [stale], "of several the oldest");
    assert_eq!(as_of(vec![of("apps", "apps.csv", None)]), [(None, "age-unknown")]);
}

#[test]
fn the_key_of_a_record_without_ids_does_not_hang_on_what_else_is_read() {
    let keys = |before: u32| -> Vec<String> {
        let mut inventory = Inventory::default();
        for item in 0..before {
            inventory.absorb(PartId { item, part: 0 }, None, record(Platform::Ios, &[]));
        }
        let mut loose = record(Platform::Android, &[]);
        loose.sources[0].locator = Locator::path(b"case/packages.txt");
        inventory.absorb(PartId { item: before, part: 0 }, None, loose);
        inventory.into_devices(options()).iter().map(|d| d.key).collect()
    };
    assert_eq!(keys(0), ["android:at:case/packages.txt"]);
    assert_eq!(keys(2), ["android:at:case/packages.txt", "ios:at:export.csv", "ios:at:export.csv~2"]);
}

/// An app that matters.
fn app() -> Observation {
    Observation {
        identifier: "com.tencent.xin".into(),
        kind: crate::model::IdentifierKind::BundleId,
        store_id: None,
        name: None,
        publisher: None,
        version: None,
        installer: None,
        state: crate::model::State::Installed,
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

/// Keys with whether the first list is complete.
fn lists(parts: Vec<Fragment>) -> Vec<(String, bool)> {
    let mut inventory = Inventory::default();
    for (item, fragment) in (0..).zip(parts) {
        inventory.absorb(PartId { item, part: 0 }, None, fragment);
    }
    let devices = inventory.into_devices(options());
    devices.iter().map(|d| (d.key, d.coverage[0].completeness == Completeness::Complete)).collect()
}

#[test]
fn no_list_is_whole_where_a_record_that_was_kept_apart_may_speak_of_its_device() {
    let id = |n: u8| fact(FactKind::MdmId, &format!("intune/-/device-{n}"));
    let serial = || fact(FactKind::Serial, "F2LXQ0AAHG04");
    let one = || record(Platform::Ios, &[serial(), id(1)]);
    let other = || record(Platform::Ios, &[serial(), id(2)]);
    let whole = |parts: Vec<Fragment>| lists(parts).into_iter().map(|(_, whole)| whole).collect::<Vec<_>>();
    assert_eq!(whole(vec![one(), other()]), [true, true], "a device that was enrolled again");
    // Whose is an app of this serial number?
    let mut named = record(Platform::Ios, &[serial()]);
    named.devices[0].apps.push(app());
    let mut found = whole(vec![one(), other(), named]);
    found.sort_unstable();
    assert_eq!(found, [false, false, true], "it stands in the list of the third");
    let mut personal = record(Platform::Ios, &[serial(), id(2), fact(FactKind::Ownership, "personal")]);
    personal.devices[0].lists[0].1.managed = true;
    let managed = || {
        let mut one = one();
        one.devices[0].lists[0].1.managed = true;
        one.devices[0].lists[0].1.as_of = Timestamp::parse("2026-11-20");
        one
    };
    assert_eq!(whole(vec![managed(), other()]), [true, true]);
    assert_eq!(whole(vec![managed(), personal]), [false, false]);
}

#[test]
fn a_record_of_another_platform_does_not_part_those_of_one() {
    let serial = || fact(FactKind::Serial, "F2LXQ0AAHG04");
    let udid = fact(FactKind::Udid, "00008110-001234567890123A");
    let all = [
        (0, record(Platform::Ios, &[serial()])),
        (1, record(Platform::Ios, &[serial(), udid])),
        (2, record(Platform::Android, &[serial()])),
    ];
    assert_eq!(outcome(&all).len(), 2);
}

#[test]
fn one_record_with_two_serials_is_one_device_and_reported() {
    let two = || record(Platform::Ios, &[fact(FactKind::Serial, "AAAAAB1"), fact(FactKind::Serial, "CCCCCD2")]);
    let of = |root: Option<(Locator, Platform)>| {
        let mut inventory = Inventory::default();
        inventory.absorb(PartId { item: 0, part: 0 }, root, two());
        let devices = inventory.into_devices(options());
        let said = devices.diagnostics.iter().filter(|(_, d)| d.code == Code::IdentityConflict).count();
        (devices.iter().map(|d| d.key).collect::<Vec<_>>(), said)
    };
    assert_eq!(of(None), (vec!["ios:serial:AAAAAB1".to_owned()], 1));
    let root = Some((Locator::path(b"backup"), Platform::Ios));
    assert_eq!(of(root), (vec!["ios:serial:AAAAAB1".to_owned()], 0), "serials of one root are one device's");
}

#[test]
fn records_of_one_root_are_one_device_and_items_are_known_when_records_are_gone() {
    let mut inventory = Inventory::default();
    for (item, part) in [(0, 0), (0, 1), (1, 0), (2, 0)] {
        let root = (item < 2).then(|| (Locator::path(format!("root{item}").as_bytes()), Platform::Ios));
        let facts = if item == 2 { vec![fact(FactKind::Serial, "F2LXQ0AAHG04")] } else { vec![] };
        inventory.absorb(PartId { item, part }, root, record(Platform::Ios, &facts));
    }
    inventory.absorb(
        PartId { item: 3, part: 0 },
        None,
        record(Platform::Ios, &[fact(FactKind::Serial, "F2LXQ0AAHG04")]),
    );
    let devices = inventory.into_devices(options());
    let lists: Vec<usize> = devices.iter().map(|d| d.coverage.len()).collect();
    assert_eq!(lists, [2, 1, 2]);
    let keys = devices.into_rest().keys;
    let told: Vec<_> = keys.iter().map(|(key, items)| (key.as_str(), items.as_slice())).collect();
    assert_eq!(told, [("ios:at:root0", &[0][..]), ("ios:at:root1", &[1]), ("ios:serial:F2LXQ0AAHG04", &[2, 3])]);
}

#[test]
fn an_id_of_a_hundred_records_joins_them_and_no_others() {
    let fragment = |n: u32| {
        let own = fact(FactKind::Imei, &format!("{:015}", 490_154_203_237_518_u64 + u64::from(n)));
        record(Platform::Ios, &[fact(FactKind::Udid, &format!("00008110-0012345678{:06}", n % 3)), own])
    };
    let out = outcome(&(0..300).map(|n| (n, fragment(n))).collect::<Vec<_>>());
    assert_eq!(out.len(), 3);
    assert!(out.iter().all(|device| device.ends_with(" 100")), "{out:?}");
}

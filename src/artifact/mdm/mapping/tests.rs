//! What mapping files may say, and what becomes of exports read by them.

use std::sync::Arc;

use super::*;
use crate::artifact::{ArtifactFile, Fragment, Retain};
use crate::evidence::{Blob, EvidenceError, File, Member, MemoryBlob};
use crate::limits::Leash;
use crate::model::{Answer, Basis, ByOwnership, End, FactKind, ListScope, Locator, State};

struct Memory(Vec<u8>);

impl Member for Memory {
    fn open(&self, _: &Leash) -> Result<Arc<dyn Blob>, EvidenceError> {
        Ok(Arc::new(MemoryBlob(self.0.clone())))
    }
}

fn parse(parser: &'static dyn Parser, name: &str, bytes: &[u8]) -> Option<Result<Fragment, ParseError>> {
    let head = &bytes[..bytes.len().min(Probe::HEAD)];
    let (sure, role) = parser.affinity(&Probe { head, size: bytes.len() as u64, name: name.as_bytes() });
    if sure == Affinity::No {
        return None;
    }
    let mut sink = Sink::new(parser.spec(), Retain::All);
    let locator = Locator::path(name.as_bytes());
    let member = Arc::new(Memory(bytes.to_vec()));
    let file = File { path: name.as_bytes().into(), size: Some(bytes.len() as u64), mtime: None, member };
    let files = [ArtifactFile { role, file, locator: locator.clone() }];
    let leash = Leash::unbounded();
    let artifact = Artifact { root: &locator, kind: None, files: &files, leash: &leash };
    Some(parser.parse(&artifact, &mut sink).map(|()| sink.finish()))
}

fn mappings(texts: &[&str]) -> &'static Mappings {
    Mappings::new(texts.iter().map(|text| Mapping::read("m.toml", text).unwrap_or_else(|e| panic!("{e}"))).collect())
}

fn read(map: &str, bytes: impl AsRef<[u8]>) -> Fragment {
    parse(mappings(&[map]), "x", bytes.as_ref()).expect("not recognised").expect("not read")
}

/// The problems of a mapping file, with their lines.
fn problems(text: &str) -> Vec<(usize, String)> {
    Mapping::read("m.toml", text).unwrap_err().0.into_iter().map(|p| (p.line, p.message)).collect()
}

fn refused(text: &str, line: usize, words: &str) {
    let problems = problems(text);
    let found = problems.iter().any(|(at, message)| *at == line && message.contains(words));
    assert!(found, "{words} at {line} in {problems:#?}");
}

const ROWS: &str = "title = \"Rows\"\nsystem = \"rows\"\nformat = \"csv\"\n\
    [columns]\n\"Asset No\" = \"device-id\"\n\"Serial\" = \"serial\"\n\"Pkg\" = \"app-id\"\n\"App\" = \"app-name\"\n";

const RECORDS: &str = "title = \"Records\"\nsystem = \"rec\"\nformat = \"json\"\nrecords = \"list[]\"\napps = \"sw.apps[]\"\n\
    platform = \"ios\"\nownership = \"corporate\"\n[keys]\n\"id\" = \"device-id\"\n\"at\" = \"last-seen\"\n\
    [app-keys]\n\"i\" = \"app-id\"\n[[coverage]]\nscope = \"third-party-apps\"\nanswer = \"full\"\n";

#[test]
fn rows_are_read_as_the_mapping_says_with_columns_in_any_order_and_spelling() {
    let text =
        "app,ASSET_NO,pkg,other,serial\nWeChat,7,com.tencent.xin,x,ABC123456\nNotes,7,com.example.notes,x,ABC123456\n";
    let fragment = read(ROWS, text);
    assert_eq!(fragment.devices.len(), 1);
    let device = &fragment.devices[0];
    let facts: Vec<(FactKind, &str)> = device.facts.iter().map(|f| (f.kind, f.value)).collect();
    assert!(facts.contains(&(FactKind::Serial, "ABC123456")), "{facts:?}");
    assert!(facts.contains(&(FactKind::MdmId, "rows/-/7")), "{facts:?}");
    let apps: Vec<&str> = device.apps.iter().map(|a| &*a.identifier).collect();
    assert_eq!(apps, ["com.tencent.xin", "com.example.notes"]);
    let (_, list) = &device.lists[0];
    assert_eq!(list.basis, Basis::Always(Answer::Partial(crate::model::Reason("no-coverage-in-mapping"))));
    assert!(list.note.as_deref().unwrap_or_default().contains("“Rows”"));
}

#[test]
fn a_column_that_is_missing_makes_it_another_file() {
    let maps = mappings(&[ROWS]);
    let text = b"Asset No,Serial,App\n7,ABC123456,WeChat\n";
    assert!(parse(maps, "x", text).is_none());
    let near = maps.near_miss(&Probe { head: text, size: text.len() as u64, name: b"x" });
    assert_eq!(near.as_deref(), Some("the mapping “Rows” does not fit: no column pkg"));
}

#[test]
fn of_several_mappings_the_one_with_most_columns_is_used_then_the_first() {
    let less = ROWS.replace("\"Rows\"", "\"Less\"").replace("\"App\" = \"app-name\"\n", "");
    let twin = ROWS.replace("\"Rows\"", "\"Twin\"");
    let text = "Asset No,Serial,Pkg,App\n7,ABC123456,com.tencent.xin,WeChat\n";
    for (maps, title) in [([&less, ROWS, &twin], "Rows"), ([&twin, &less, ROWS], "Twin")] {
        let maps = mappings(&[maps[0], maps[1], maps[2]]);
        assert_eq!(maps.pick(text.as_bytes(), true).unwrap().title(), title);
    }
}

#[test]
fn rows_without_an_id_are_told_apart_by_the_next_best_column() {
    let map = ROWS.replace("\"Asset No\" = \"device-id\"\n", "");
    let fragment = read(&map, "Serial,Pkg,App\nABC123456,a.b,A\nABC123457,a.b,A\nABC123456,a.c,C\n");
    let counts: Vec<usize> = fragment.devices.iter().map(|d| d.apps.len()).collect();
    assert_eq!(counts, [2, 1]);
    assert!(fragment.devices.iter().all(|d| !d.facts.iter().any(|f| f.kind == FactKind::MdmId)));
    // Names alone keep devices apart, but nothing rests on them.
    let map = map.replace("\"Serial\" = \"serial\"", "\"Serial\" = \"device-name\"");
    let fragment = read(&map, "Serial,Pkg,App\nphone,a.b,A\ntablet,a.b,A\n");
    assert_eq!(fragment.devices.len(), 2);
    assert!(fragment.devices.iter().all(|d| d.lists[0].1.errors > 0));
}

#[test]
fn json_rows_of_one_serial_and_of_the_same_id_are_two_devices() {
    let map = ROWS.replace("\"csv\"", "\"json\"\nknown-by = [\"Pkg\", \"App\"]");
    let text =
        r#"[{"Asset No": 77123456, "Pkg": "a.b", "App": "A"}, {"Serial": "77123456", "Pkg": "a.c", "App": "C"}]"#;
    assert_eq!(read(&map, text).devices.len(), 2);
}

#[test]
fn an_app_without_identifier_is_an_error_where_the_export_has_identifiers() {
    let fragment = read(ROWS, "Asset No,Serial,Pkg,App\n7,ABC123456,,Notes\n7,ABC123456,a.b,B\n");
    assert_eq!((fragment.devices[0].lists[0].1.errors, fragment.devices[0].lists[0].1.entries), (1, 2));
    // A column that holds something else would match nothing.
    let fragment = read(ROWS, "Asset No,Serial,Pkg,App\n7,ABC123456,4711,Notes\n7,ABC123456,android,Android\n");
    assert_eq!(fragment.devices[0].lists[0].1.errors, 1);
    let record = r#"{"list": [{"id": 1, "at": "2026-11-20", "sw": {"apps": [{"i": "4711"}, {"i": "a.b"}]}}]}"#;
    assert_eq!(read(RECORDS, record).devices[0].lists[0].1.errors, 1);
}

#[test]
fn removed_and_offered_rows_are_not_counted_as_present() {
    let map = ROWS.to_owned() + "\"St\" = \"state\"\n[states]\n\"ok*\" = \"installed\"\n\"gone\" = \"removed\"\n";
    let fragment = read(
        &map,
        "Asset No,Serial,Pkg,App,St\n7,ABC123456,a.b,A,OK!\n7,ABC123456,a.c,C,gone\n7,ABC123456,a.d,D,maybe\n",
    );
    let states: Vec<State> = fragment.devices[0].apps.iter().map(|a| a.state).collect();
    assert_eq!(states, [State::Installed, State::Removed, State::Unknown]);
    assert_eq!(fragment.devices[0].lists[0].1.entries, 2);
    let fragment = read(&map, "Asset No,Serial,Pkg,App,St\n7,ABC123456,a.c,C,gone\n");
    assert!(matches!(fragment.devices[0].lists[0].1.basis, Basis::Always(Answer::NotCollected(_))));
}

#[test]
fn a_full_list_is_an_assumption_for_corporate_devices_and_managed_apps_for_others() {
    let text = r#"{"list": [{"id": 1, "at": "2026-11-20T00:00:00Z", "sw": {"apps": [{"i": "a.b"}]}}]}"#;
    let fragment = read(RECORDS, text);
    let (_, list) = &fragment.devices[0].lists[0];
    let Basis::ByOwnership(&ByOwnership { corporate, personal, unknown }) = list.basis else {
        panic!("{:?}", list.basis)
    };
    assert_eq!((corporate, personal), (Answer::Assumed(ASSUMPTION), Answer::ManagedOnly));
    assert!(matches!(unknown, Answer::Partial(_)));
    assert_eq!((list.scope, list.end, list.managed), (ListScope::ThirdPartyApps, End::Proven, true));
    assert!(fragment.devices[0].facts.iter().any(|f| f.kind == FactKind::Ownership && f.value == "corporate"));
    // A value that the table does not know is nobody's, whatever the mapping says of all.
    let map =
        RECORDS.replace("ownership = \"corporate\"\n", "").replace("[app-keys]", "\"o\" = \"ownership\"\n[app-keys]");
    let map = map + "[ownerships]\n\"ours\" = \"corporate\"\n";
    for (owner, told) in [("ours", Some("corporate")), ("theirs", Some("contested")), ("", None)] {
        let text = text.replace("\"id\"", &format!("\"o\": \"{owner}\", \"id\""));
        let fragment = read(&map, text);
        let fact = fragment.devices[0].facts.iter().find(|f| f.kind == FactKind::Ownership).map(|f| f.value);
        assert_eq!(fact, told, "{owner}");
    }
}

#[test]
fn work_profiles_are_never_full_whatever_the_mapping_says() {
    let map = RECORDS.replace("[app-keys]", "\"e\" = \"enrollment\"\n[app-keys]")
        + "[enrollments]\n\"wp\" = \"work-profile\"\n\"ue\" = \"user-enrollment\"\n\"fm\" = \"fully-managed\"\n";
    for (word, scope) in
        [("wp", ListScope::WorkProfile), ("ue", ListScope::ManagedApps), ("fm", ListScope::ThirdPartyApps)]
    {
        let text = format!(
            r#"{{"list": [{{"id": 1, "e": "{word}", "at": "2026-11-20", "sw": {{"apps": [{{"i": "a.b"}}]}}}}]}}"#
        );
        let (_, list) = &read(&map, text).devices[0].lists[0];
        assert_eq!(list.scope, scope);
        assert_eq!(list.basis == Basis::Always(Answer::ManagedOnly), word != "fm");
    }
}

#[test]
fn another_page_is_heard_of_in_mapped_exports_too() {
    let text = r#"{"list": [{"id": 1, "at": "2026-11-20", "sw": {"apps": [{"i": "a.b"}]}}], "next_page": "2"}"#;
    let fragment = read(RECORDS, text);
    assert_eq!(fragment.devices[0].lists[0].1.end, End::More);
    assert!(fragment.pages[0].next, "the run is told to look for the rest");
}

/// Whether a fragment states a list that could be complete.
fn states_a_whole_list(fragment: &Fragment) -> bool {
    let lists = fragment.devices.iter().flat_map(|d| d.lists.iter());
    lists.into_iter().any(|(_, list)| list.end == End::Proven && list.errors == 0)
}

#[test]
fn no_prefix_of_a_document_states_a_whole_list() {
    let text = r#"{"list": [{"id": 1, "at": "2026-11-20", "sw": {"apps": [{"i": "a.b"}, {"i": "com.tencent.xin"}]}}, {"id": 2, "sw": {"apps": [{"i": "c.d"}]}}]}"#;
    let maps = mappings(&[RECORDS]);
    assert!(states_a_whole_list(&read(RECORDS, text)));
    for cut in 0..text.len() {
        if let Some(Ok(fragment)) = parse(maps, "x", &text.as_bytes()[..cut]) {
            assert!(!states_a_whole_list(&fragment), "cut at {cut}");
        }
    }
}

#[test]
fn no_prefix_of_rows_is_taken_for_rows_with_a_whole_last_one() {
    let text = "Asset No,Serial,Pkg,App\n7,ABC123456,com.tencent.xin,WeChat\n8,ABC123457,a.b,B\n";
    let maps = mappings(&[ROWS]);
    for cut in 0..text.len() {
        if let Some(Ok(fragment)) = parse(maps, "x", &text.as_bytes()[..cut]) {
            let at_row = text.as_bytes()[..cut].ends_with(b"\n");
            for device in &fragment.devices {
                assert_eq!(device.lists[0].1.end, if at_row { End::Unmarked } else { End::Cut }, "cut at {cut}");
            }
        }
    }
}

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    refused("", 0, "`title` is missing");
    refused(&ROWS.replace("format = \"csv\"", "format = \"xls\""), 3, "there is no format `xls`");
    refused(&ROWS.replace("title =", "titel ="), 1, "unknown field `titel`");
    refused(&ROWS.replace("\"app-name\"", "\"appname\""), 8, "there is no role `appname`");
    refused(&ROWS.replace("\"app-name\"", "\"?\""), 8, "is not decided");
    refused(&ROWS.replace("\"app-name\"", "\"app-id\""), 7, "two columns or keys are `app-id`");
    refused(&ROWS.replace("\"App\" =", "\"asset-no\" ="), 8, "the name of two columns");
    refused(&ROWS.replace("\"App\" =", "\"Pkg\" ="), 8, "duplicate key");
    refused(&ROWS.replace("system = \"rows\"", "system = \"Ro ws\""), 2, "lower-case letters");
    refused(&ROWS.replace("\"rows\"", "\"rows\"\nrecords = \"x[]\""), 3, "delimited text has no `records`");
    refused("title = \"x\"\nsystem = \"x\"\nformat = \"csv\"\n", 0, "no column tells the devices apart");
    refused(
        &ROWS.replace("\"device-id\"", "\"model\"").replace("\"serial\"", "\"ignore\""),
        0,
        "tells the devices apart",
    );
    refused(&format!("{ROWS}\"P\" = \"platform\"\n"), 0, "no table [platforms]");
    refused(&format!("{ROWS}[platforms]\n\"ios\" = \"ios\"\n"), 0, "no column or key that it speaks of");
    refused(&format!("{ROWS}\"P\" = \"platform\"\n[platforms]\n\"*\" = \"out-of-scope\"\n"), 11, "a value has letters");
    refused(
        &format!("{ROWS}\"P\" = \"platform\"\n[platforms]\n\"x\" = \"windows\"\n"),
        11,
        "there is no platform `windows`",
    );
    refused(&format!("{ROWS}[[coverage]]\nscope = \"all\"\nanswer = \"full\"\n"), 9, "there is no scope `all`");
    refused(&format!("{ROWS}[coverage]\nscope = \"managed-apps\"\nanswer = \"full\"\n"), 9, "`managed-only`");
    refused(&format!("{ROWS}[coverage]\nscope = \"all-apps\"\n"), 9, "missing field `answer`");
    refused(&RECORDS.replace("sw.apps[]", "sw.apps"), 5, "`apps` is the path of an array");
    refused(&RECORDS.replace("\"i\" =", "\"i..x\" ="), 12, "is no path");
    refused(&RECORDS.replace("\"i\" =", "\"i\" = \"serial\"\n\"j\" ="), 12, "`serial` does not belong here");
    refused(&RECORDS.replace("[keys]", "known-by = [\"id\"]\n[keys]"), 8, "at least two");
    refused(&RECORDS.replace("\"json\"", "\"csv\""), 0, "delimited text has rows");
}

#[test]
fn hostile_mapping_files_are_refused_and_not_followed() {
    let huge = format!("{ROWS}# {}", "x".repeat(300 << 10));
    refused(&huge, 0, "at most");
    let many: String = (0..600).map(|n| format!("\"c{n}\" = \"ignore\"\n")).collect();
    refused(&format!("{ROWS}{many}"), 0, "at most 500");
    let deep = format!("title = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    assert!(Mapping::read("m.toml", &deep).is_err());
    let table = format!("{}x = 1", "[a.".repeat(5_000));
    assert!(Mapping::read("m.toml", &table).is_err());
    let long = ROWS.replace("sys", &format!("\"{}\" = 1\nsys", "y".repeat(5_000)));
    assert!(Mapping::read("m.toml", &long).is_err());
    refused(&RECORDS.replace("sw.apps[]", &format!("{}x[]", "a.".repeat(50))), 5, "`apps` is the path");
    for bytes in ["\0", "title = \"\u{202e}\"", "= = =", "[columns", "title = 1", "columns = 3", "coverage = []"] {
        assert!(Mapping::read("m.toml", bytes).is_err(), "{bytes}");
    }
}

#[test]
fn the_page_about_mapping_files_shows_one_and_names_every_word() {
    let page = include_str!("../../../../docs/mapping.md");
    let shown = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    Mapping::read("docs/mapping.md", shown).unwrap_or_else(|e| panic!("{e}"));
    let tables = [words::SCOPES.iter().map(|w| w.0).collect::<Vec<_>>(), words::CLAIMS.iter().map(|w| w.0).collect()];
    let all = words::ROLES.iter().map(|r| r.0).chain(tables.into_iter().flatten());
    let all = all.chain(words::PLATFORMS.iter().map(|w| w.0)).chain(words::ENROLLMENTS.iter().map(|w| w.0));
    for word in all.chain(words::STATES.iter().map(|w| w.0)).chain(words::OWNERSHIPS.iter().map(|w| w.0)) {
        assert!(page.contains(&format!("`{word}`")), "{word}");
    }
}

#[test]
fn every_role_of_a_layout_has_its_word_but_one() {
    let all = words::ROLES;
    for (n, (word, role, _)) in all.iter().enumerate() {
        assert!(!all[..n].iter().any(|(w, r, _)| w == word || r == role), "{word}");
    }
    // Only `source` has none: whether an app is part of the system decides nothing.
    assert_eq!(all.len() + 1, crate::artifact::mdm::layout::Role::COUNT);
}

fn drafted(name: &str, bytes: &[u8]) -> (String, usize) {
    let head = &bytes[..bytes.len().min(Probe::HEAD)];
    match draft(&Probe { head, size: bytes.len() as u64, name: name.as_bytes() }) {
        Draft::Mapping { text, questions } => (text, questions),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_draft_without_questions_is_a_mapping_that_reads_its_sample() {
    for sample in [
        "Device ID,Device Name,OS,Bundle ID,App Name,Version,Colour\n1,a,iOS 18,com.tencent.xin,WeChat,8,red\n",
        "serial;package\nABC123456;com.tencent.mm\n",
        "{\"udid\": \"00008110-000A11112222401E\", \"bundle_id\": \"com.tencent.xin\"}\n{\"udid\": \"00008110-000A11112222402E\", \"bundle_id\": \"a.b\"}\n",
        r#"{"result": {"phones": [{"serial": "ABC123456", "os": {"version": "18"}, "installed_apps": [{"name": "WeChat", "identifier": "com.tencent.xin", "id": 5}]}]}}"#,
        r#"[{"deviceId": "7", "apps": [{"packageName": "com.tencent.mm", "appName": "WeChat"}]}]"#,
        r#"{"rows": [{"imei": "490154203237518", "package": "com.tencent.mm", "sizes": [1, 2], "x": {"y": 1}}]}"#,
    ] {
        let (text, questions) = drafted("sample.csv", sample.as_bytes());
        assert_eq!(questions, 0, "{text}");
        let fragment = read(&text, sample);
        assert!(fragment.devices[0].apps.iter().any(|a| a.identifier.starts_with("com.tencent")), "{text}");
        assert!(fragment.devices.iter().all(|d| matches!(d.lists[0].1.basis, Basis::Always(Answer::Partial(_)))));
    }
}

#[test]
fn what_is_ambiguous_is_a_question_and_the_draft_is_refused_until_it_is_answered() {
    for (sample, columns) in [
        ("Serial,Name\nABC123456,WeChat\n", &["Name"][..]),
        ("Serial,App Name,Application\nABC123456,WeChat,x\n", &["App Name", "Application"]),
        ("Serial,App Name,Status\nABC123456,WeChat,x\n", &["Status"]),
        ("Serial,App Name,App Name\nABC123456,WeChat,x\n", &["App Name"]),
        (r#"[{"id": 3, "apps": [{"name": "WeChat"}]}]"#, &["id"]),
    ] {
        let (text, questions) = drafted("sample", sample.as_bytes());
        assert_eq!(questions, columns.len(), "{text}");
        let error = Mapping::read("m.toml", &text).unwrap_err().to_string();
        for column in columns {
            assert!(error.contains(&format!("what “{column}” holds is not decided")), "{error}");
        }
    }
    let (text, _) = drafted("sample", b"Serial,Name\nABC123456,WeChat\n");
    let answered = text.replace("\"Name\" = \"?\"", "\"Name\" = \"app-name\"");
    assert!(Mapping::read("m.toml", &answered).is_ok());
    // No column at all tells the devices apart.
    let (text, questions) = drafted("sample", b"Spalte A,Spalte B\nx,com.tencent.mm\n");
    assert!(questions > 0 && text.contains("# QUESTION: no column tells the devices apart"), "{text}");
}

#[test]
fn a_draft_shows_no_value_of_its_sample() {
    let (text, _) = drafted(
        "sample.csv",
        b"Serial,Owner mail,Note,App Name\nSECRETSERIAL1,anna@secret.example,secret note,SecretApp\n",
    );
    assert!(!text.to_lowercase().contains("secret"), "{text}");
    for shape in ["looks like an e-mail address", "text, 11 characters"] {
        assert!(text.contains(shape), "{text}");
    }
}

#[test]
fn hostile_names_of_columns_stay_inside_their_strings() {
    let sample =
        "Serial,App Name,\"x\"\"\n[[coverage]]\nscope = \"\"all-apps\"\"\",\u{202e}evil\nABC123456,WeChat,1,2\n";
    let (text, questions) = drafted("a\"\nformat = \"x\u{202e}.csv", sample.as_bytes());
    assert_eq!(questions, 0, "{text}");
    assert!(!text.lines().any(|line| line == "[[coverage]]" || line.starts_with("format = \"x")), "{text}");
    assert!(!text.contains('\u{202e}'));
    assert!(Mapping::read("m.toml", &text).is_ok(), "{text}");
}

#[test]
fn drafting_from_any_prefix_ends_and_known_exports_need_no_draft() {
    let sample = r#"{"result": {"phones": [{"serial": "ABC123456", "apps": [{"name": "WeChat", "identifier": "com.tencent.xin"}]}]}}"#;
    for cut in 0..sample.len() {
        let head = &sample.as_bytes()[..cut];
        let _ = draft(&Probe { head, size: sample.len() as u64, name: b"x" });
    }
    let wide = (0..8_000).map(|n| format!("c{n}")).collect::<Vec<_>>().join(",") + "\n";
    let (text, questions) = drafted("wide.csv", wide.as_bytes());
    assert!(questions > 0 && text.lines().count() < 700);
    let known = b"ApplicationName,DeviceId,Platform\nWeChat,x,IOS\n";
    let probe = Probe { head: known, size: known.len() as u64, name: b"x" };
    assert!(matches!(draft(&probe), Draft::Known(title) if title.contains("Intune")));
    let page = b"<!DOCTYPE html><title>Sign in</title>";
    assert!(
        matches!(draft(&Probe { head: page, size: 36, name: b"x.csv" }), Draft::Nothing(said) if said.contains("Sign in"))
    );
}

#[test]
fn a_list_that_says_beside_its_apps_that_it_goes_on_is_not_whole() {
    let inner = |more: &str| {
        let text =
            format!(r#"{{"list":[{{"id":"D1","at":"2026-11-01T00:00:00Z","sw":{{"apps":[{{"i":"a.b"}}]{more}}}}}]}}"#);
        read(RECORDS, text).devices[0].lists[0].1.errors
    };
    let map = RECORDS.replace("records = \"list[]\"", "records = \"\"");
    let alone = |more: &str| {
        let text = format!(r#"{{"id":"D1","at":"2026-11-01T00:00:00Z","sw":{{"apps":[{{"i":"a.b"}}]}}{more}}}"#);
        read(&map, text).devices[0].lists[0].1.errors
    };
    for of in [&inner as &dyn Fn(&str) -> u64, &alone] {
        assert_eq!((of(""), of(r#","next":null"#), of(r#","total":1"#)), (0, 0, 0));
        for more in [r#","next":"https://mdm.example/2""#, r#","has_more":true"#, r#","paging":{"total":2}"#] {
            assert_eq!(of(more), 1, "{more}");
        }
    }
}

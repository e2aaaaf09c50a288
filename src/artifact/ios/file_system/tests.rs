use super::*;
use crate::artifact::Fragment;
use crate::artifact::ios::testing::{Said, binary, corpus, held, on_disk, parse, xml};
use crate::model::Severity;

const APPS: &str = "containers/Bundle/Application";

fn image(files: &[ArtifactFile]) -> Fragment {
    parse(&IosFileSystem, Some(RootKind::IosData), files)
}

fn bundle(container: &str, id: &str, name: &str) -> ArtifactFile {
    let text = xml(&format!(
        "<dict><key>CFBundleIdentifier</key><string>{id}</string><key>CFBundleDisplayName</key><string>{name}</string>
        <key>CFBundleShortVersionString</key><string>6.6.1</string><key>CFBundleVersion</key><string>6.6.1.32</string></dict>"
    ));
    held(BUNDLE, &format!("{APPS}/{container}/{name}.app/Info.plist"), &binary(&text))
}

fn store(container: &str) -> ArtifactFile {
    let text = xml(
        "<dict><key>softwareVersionBundleId</key><string>com.tencent.xin</string><key>itemId</key><integer>414478124</integer>
        <key>artistName</key><string>Tencent</string><key>itemName</key><string>WeChat!</string></dict>",
    );
    held(STORE, &format!("{APPS}/{container}/iTunesMetadata.plist"), text.as_bytes())
}

fn metadata(container: &str, id: &str) -> ArtifactFile {
    let text = xml(&format!("<dict><key>MCMMetadataIdentifier</key><string>{id}</string></dict>"));
    let path = format!("{APPS}/{container}/.com.apple.mobile_container_manager.metadata.plist");
    held(CONTAINER, &path, text.as_bytes())
}

#[test]
fn every_bundle_is_installed_and_the_store_record_beside_it_describes_it() {
    let said = image(&[
        bundle("A", "com.tencent.xin", "WeChat"),
        store("A"),
        metadata("A", "com.tencent.xin"),
        bundle("B", "com.apple.Maps", "Maps"),
        bundle("C", "org.side.loaded", "Side"),
    ]);
    assert_eq!(said.in_state(State::Installed), ["com.apple.Maps", "com.tencent.xin", "org.side.loaded"]);
    let app = |id: &str| said.device().apps.iter().find(|a| &*a.identifier == id).unwrap();
    let wechat = app("com.tencent.xin");
    assert_eq!((wechat.name.as_deref(), wechat.version.as_deref()), (Some("WeChat"), Some("6.6.1")));
    assert_eq!((wechat.publisher.as_deref(), wechat.store_id.as_deref()), (Some("Tencent"), Some("414478124")));
    let list = &said.device().lists[0].1;
    assert_eq!((list.basis, list.end), (Basis::Always(Answer::Assumed(ASSUMED)), End::Unmarked));
    assert_eq!((list.entries, list.errors), (2, 0));
    assert!(said.diagnostics.is_empty(), "{:?}", said.diagnostics);
}

#[test]
fn a_container_without_a_readable_bundle_is_an_error_of_the_list() {
    let mut cut = bundle("A", "com.tencent.mqq", "QQ");
    cut = held(BUNDLE, &String::from_utf8_lossy(&cut.file.path), b"bplist00\xd1");
    let said =
        image(&[cut, metadata("A", "com.tencent.mqq"), bundle("B", "a.b.c", "B"), metadata("C", "com.tencent.xin")]);
    assert_eq!(said.in_state(State::Installed), ["a.b.c"]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.mqq", "com.tencent.xin"]);
    assert_eq!(said.device().lists[0].1.errors, 2);
    assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error), (Code::MalformedRecord, Severity::Warning)]);
}

fn folder(path: &str) -> ArtifactFile {
    held(FOLDER, &format!("{APPS}/{path}/"), b"")
}

#[test]
fn an_app_folder_without_an_info_plist_is_an_error_of_the_list() {
    let errors = |files: &[ArtifactFile]| {
        let said = image(files);
        (said.device().lists[0].1.errors, said.messages(Code::MalformedRecord).len())
    };
    let whole = [folder("B"), folder("B/B.app"), bundle("B", "a.b.c", "B"), metadata("B", "a.b.c")];
    assert_eq!(errors(&whole), (0, 0));
    for more in [&[folder("A"), folder("A/WeChat.app")][..], &[folder("A")], &[folder("B/WeChat.app")]] {
        assert_eq!(errors(&[&whole, more].concat()), (1, 1), "{more:?}");
        assert_eq!(errors(more), (1, 1), "{more:?}");
    }
    // What was put beside the app is no error where the app can be read.
    assert_eq!(errors(&[&whole[..], &[store("A")]].concat()), (1, 1));
}

#[test]
fn a_bundle_with_two_identifiers_hides_neither() {
    let two = xml(
        "<dict><key>CFBundleIdentifier</key><string>com.tencent.xin</string><key>CFBundleName</key><string>Foo</string>
        <key>CFBundleIdentifier</key><string>org.example.foo</string></dict>",
    );
    let file = |text: &str| held(BUNDLE, &format!("{APPS}/A/A.app/Info.plist"), text.as_bytes());
    let said = image(&[file(&two)]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.xin", "org.example.foo"]);
    assert_eq!((said.device().lists[0].1.errors, said.messages(Code::MalformedRecord).len()), (1, 1));
    let said = image(&[file(&two.replace("com.tencent.xin", "org.example.foo"))]);
    assert_eq!((said.in_state(State::Installed), said.device().lists[0].1.errors), (vec!["org.example.foo"], 0));
    let damaged = two.replace("org.example.foo", "com.tencent.xin").replace("xin", "x\0n");
    assert_eq!(image(&[file(&damaged)]).device().lists[0].1.errors, 1);
}

#[test]
fn what_store_record_and_metadata_name_beside_another_bundle_is_told() {
    let said = image(&[bundle("C", "org.side.loaded", "Side"), store("C"), metadata("C", "com.tencent.mqq")]);
    assert_eq!(said.in_state(State::Installed), ["org.side.loaded"]);
    assert_eq!(said.in_state(State::Unknown), ["com.tencent.mqq", "com.tencent.xin"]);
    let of = |id: &str| said.device().apps.iter().find(|a| &*a.identifier == id).unwrap();
    assert_eq!(of("com.tencent.xin").store_id.as_deref(), Some("414478124"));
    assert_eq!(of("org.side.loaded").store_id, None, "the record of another app does not describe it");
    let said = image(&[bundle("C", "com.Tencent.Xin", "WeChat"), store("C"), metadata("C", "com.tencent.xin")]);
    assert_eq!(said.device().apps.len(), 1, "identifiers differ in more than case");
}

#[test]
fn a_second_list_behind_that_of_a_bundle_is_an_error_of_the_list() {
    let one = |id: &str| xml(&format!("<dict><key>CFBundleIdentifier</key><string>{id}</string></dict>"));
    let (a, b) = (one("org.example.a"), one("com.tencent.xin"));
    for two in [format!("{a}{b}").into_bytes(), [binary(&a), binary(&b)].concat()] {
        let said = image(&[held(BUNDLE, &format!("{APPS}/A/A.app/Info.plist"), &two)]);
        assert_eq!(said.in_state(State::Installed), ["org.example.a"]);
        assert_eq!(said.device().lists[0].1.errors, 1);
        assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error)]);
    }
}

#[test]
fn an_image_without_bundles_states_no_list() {
    let said = image(&[]);
    assert!(said.device().lists.is_empty() && said.device().apps.is_empty());
}

#[test]
fn the_real_bundles_say_what_is_expected() {
    let Some(path) = corpus("ios/expected/app-bundles.json") else { return };
    let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut count = 0;
    for (path, keys) in expected.as_object().unwrap() {
        let at = corpus("ios").unwrap().join(path);
        let said = image(&[on_disk(BUNDLE, &format!("{APPS}/X/X.app/Info.plist"), &at)]);
        let app = &said.device().apps[0];
        assert_eq!(Some(&*app.identifier), keys["CFBundleIdentifier"].as_str());
        let name = keys["CFBundleDisplayName"].as_str().or(keys["CFBundleName"].as_str());
        assert_eq!(app.name.as_deref(), name);
        assert_eq!(app.version.as_deref(), keys["CFBundleShortVersionString"].as_str());
        count += 1;
    }
    assert_eq!(count, 3);
}

use super::*;
use crate::artifact::Fragment;
use crate::artifact::ios::testing::{Said, binary, corpus, held, on_disk, parse, xml};
use crate::model::{Severity, State};

fn answers(bytes: &[u8]) -> Fragment {
    parse(&AppleMdm, None, &[held(ANSWER, "answer.plist", bytes)])
}

const UDID: &str = "<key>UDID</key><string>00008110-000A1B2C3D4E5F60</string>";
const OK: &str = "<key>Status</key><string>Acknowledged</string>";

fn item(keys: &str) -> String {
    format!("<dict>{keys}</dict>")
}

fn app(id: &str, name: &str, more: &str) -> String {
    item(&format!(
        "<key>Identifier</key><string>{id}</string><key>Name</key><string>{name}</string><key>ShortVersion</key><string>8.0</string><key>Version</key><string>8.0.50</string>{more}"
    ))
}

fn installed(items: &str, rest: &str) -> String {
    xml(&format!(
        "<dict><key>CommandUUID</key><string>0</string><key>InstalledApplicationList</key><array>{items}</array>{rest}</dict>"
    ))
}

fn only_list(said: &Fragment) -> &ListStatement {
    assert_eq!(said.device().lists.len(), 1);
    &said.device().lists[0].1
}

#[test]
fn an_answer_for_a_udid_lists_every_app_if_the_server_asked_for_all() {
    let text =
        installed(&[app("com.tencent.xin", "WeChat", ""), app("a.b.c", "A", "")].concat(), &format!("{OK}{UDID}"));
    for bytes in [text.clone().into_bytes(), binary(&text)] {
        let said = answers(&bytes);
        assert_eq!(said.in_state(State::Installed), ["a.b.c", "com.tencent.xin"]);
        let list = only_list(&said);
        assert_eq!((list.basis, list.end), (Basis::Always(Proof::Assumed(ASSUMED)), End::Proven));
        assert!(list.managed && list.entries == 2 && list.as_of.is_none());
        assert_eq!(said.facts(), ["Udid 00008110-000a1b2c3d4e5f60"]);
        let wechat = said.device().apps.iter().find(|a| &*a.identifier == "com.tencent.xin").unwrap();
        assert_eq!((wechat.name.as_deref(), wechat.version.as_deref()), (Some("WeChat"), Some("8.0")));
        assert!(said.diagnostics.is_empty(), "{:?}", said.diagnostics);
    }
}

#[test]
fn a_user_enrollment_and_a_managed_list_show_managed_apps_only() {
    let said = answers(
        installed(&app("a.b.c", "A", ""), &format!("<key>EnrollmentID</key><string>E-1</string>{OK}")).as_bytes(),
    );
    assert_eq!(only_list(&said).basis, Basis::Always(Proof::ManagedOnly));
    assert_eq!(said.facts(), ["Enrollment user-enrollment", "EnrollmentId apple-mdm//E-1"]);
    assert_eq!(said.codes(), [(Code::ManagedAppsOnly, Severity::Note)]);

    let status =
        |id: &str, status: &str| format!("<key>{id}</key><dict><key>Status</key><string>{status}</string></dict>");
    let apps = [
        status("a.managed", "Managed"),
        status("b.user", "UserInstalledApp"),
        status("c.updating", "Updating"),
        status("d.rejected", "ManagementRejected"),
        status("e.gone", "ManagedButUninstalled"),
        status("f.queued", "Queued"),
        status("g.new", "SomethingNew"),
        "<key>h.bare</key><dict/>".into(),
    ]
    .concat();
    let said = answers(
        xml(&format!("<dict><key>ManagedApplicationList</key><dict>{apps}</dict>{OK}{UDID}</dict>")).as_bytes(),
    );
    assert_eq!(said.in_state(State::Installed), ["a.managed", "b.user", "c.updating", "d.rejected"]);
    assert_eq!(said.in_state(State::Removed), ["e.gone"]);
    assert_eq!(said.in_state(State::Offered), ["f.queued"]);
    assert_eq!(said.in_state(State::Unknown), ["g.new", "h.bare"]);
    let list = only_list(&said);
    assert_eq!((list.scope, list.basis, list.entries), (ListScope::ManagedApps, Basis::Always(Proof::ManagedOnly), 4));
}

#[test]
fn an_answer_that_is_an_error_is_no_list() {
    for status in ["Error", "CommandFormatError", "NotNow"] {
        let chain = "<key>ErrorChain</key><array><dict><key>ErrorCode</key><integer>12</integer><key>LocalizedDescription</key><string>Not now</string></dict></array>";
        let said =
            answers(xml(&format!("<dict>{chain}<key>Status</key><string>{status}</string>{UDID}</dict>")).as_bytes());
        assert!(matches!(only_list(&said).basis, Basis::Always(Proof::NotCollected(_))), "{status}");
        assert_eq!(said.messages(Code::NotCollected), [format!("the device answered {status}: Not now; ask it again")]);
    }
    let odd =
        installed(&app("com.tencent.xin", "WeChat", ""), &format!("<key>Status</key><string>Error</string>{UDID}"));
    let said = answers(odd.as_bytes());
    assert_eq!(said.in_state(State::Installed), ["com.tencent.xin"]);
    assert!(matches!(only_list(&said).basis, Basis::Always(Proof::NotCollected(_))));
    let said = answers(installed(&app("a.b", "A", ""), UDID).as_bytes());
    assert_eq!(only_list(&said).basis, Basis::Always(Proof::Partial(Reason("no-status"))));
}

#[test]
fn what_is_still_downloading_is_offered_if_no_byte_of_it_is_there() {
    let on = |key: &str| format!("<key>{key}</key><true/>");
    let size = "<key>DynamicSize</key><integer>4096</integer>";
    let none = "<key>BundleSize</key><integer>0</integer>";
    let items = [
        app("a.new", "A", &format!("{}{none}", on("Installing"))),
        app("b.waiting", "B", &format!("{none}{}", on("DownloadWaiting"))),
        app("b.not-asked", "B", &on("Installing")),
        app("c.update", "C", &format!("{}{size}", on("Installing"))),
        app("d.failed-update", "D", &format!("<key>Installing</key><false/>{}", on("DownloadFailed"))),
        app("e.clip", "E", &on("IsAppClip")),
    ]
    .concat();
    let said = answers(installed(&items, &format!("{OK}{UDID}")).as_bytes());
    assert_eq!(said.in_state(State::Offered), ["a.new", "b.waiting"]);
    assert_eq!(said.in_state(State::Unknown), ["b.not-asked", "c.update"]);
    assert_eq!(said.in_state(State::Installed), ["d.failed-update", "e.clip"]);
    assert_eq!(only_list(&said).entries, 2);
    assert!(said.device().apps.iter().any(|a| &*a.identifier == "e.clip" && a.caveat.is_some()));
}

#[test]
fn an_entry_without_an_identifier_is_named_and_keeps_the_list_from_being_whole() {
    let items =
        [item("<key>Name</key><string>微信</string><key>BundleSize</key><integer>1</integer>"), app("a.b", "A", "")]
            .concat();
    let said = answers(installed(&items, &format!("{OK}{UDID}")).as_bytes());
    assert_eq!(said.in_state(State::Installed), ["a.b", "微信"]);
    assert_eq!((only_list(&said).entries, only_list(&said).errors), (2, 1));
    assert_eq!(said.codes(), [(Code::MalformedRecord, Severity::Warning)]);
    let said = answers(installed("", &format!("{OK}{UDID}")).as_bytes());
    assert_eq!((only_list(&said).entries, only_list(&said).counted), (0, false));
    assert_eq!(said.codes(), [(Code::NotCollected, Severity::Warning)]);
}

#[test]
fn a_key_that_stands_twice_hides_no_app_and_makes_no_list_whole() {
    let twice = |more: &str, rest: &str| {
        let said = answers(installed(&app("org.whispersystems.signal", "Signal", more), rest).as_bytes());
        let apps: Vec<(String, State)> =
            said.device().apps.iter().map(|a| (a.identifier.to_string(), a.state)).collect();
        (only_list(&said).errors, apps)
    };
    let ok = format!("{OK}{UDID}");
    let signal = |state| ("org.whispersystems.signal".to_owned(), state);
    let same = "<key>Identifier</key><string>org.whispersystems.signal</string>";
    assert_eq!(twice(same, &ok), (0, vec![signal(State::Installed)]), "the same twice is no contradiction");
    let other = "<key>Identifier</key><string>com.tencent.xin</string>";
    let both = vec![signal(State::Unknown), ("com.tencent.xin".to_owned(), State::Unknown)];
    assert_eq!(twice(other, &ok), (1, both));
    let installing = "<key>Installing</key><false/><key>Installing</key><true/>";
    assert_eq!(twice(installing, &ok), (1, vec![signal(State::Unknown)]), "it is not known to be on its way only");
    for rest in [
        format!("{ok}<key>UDID</key><string>00008110-000A1B2C3D4E5F61</string>"),
        format!("{ok}<key>Status</key><string>Idle</string>"),
    ] {
        assert_eq!(twice("", &rest), (1, vec![signal(State::Installed)]), "{rest}");
    }
}

#[test]
fn what_is_no_list_or_no_identifier_makes_no_list_whole_and_an_enrollment_id_none_of_all_apps() {
    let of = |items: &str, rest: &str| only_list(&answers(installed(items, rest).as_bytes())).clone();
    let (a, ok) = (app("a.b", "A", ""), format!("{OK}{UDID}"));
    let text = "<key>InstalledApplicationList</key><string>com.tencent.xin</string>";
    assert_eq!((of(&a, &ok).errors, of(&a, &format!("{ok}{text}")).errors), (0, 1));
    let odd = app("a.b", "A", "<key>Identifier</key><array><string>com.tencent.xin</string></array>");
    assert_eq!(of(&odd, &ok).errors, 1);
    let enrolled = of(&a, &format!("{ok}<key>EnrollmentID</key><string>E-1</string>"));
    assert_eq!(enrolled.basis, Basis::Always(Proof::ManagedOnly));
}

fn device_information(model: &str, udid: &str) -> String {
    xml(&format!(
        "<dict><key>QueryResponses</key><dict><key>DeviceName</key><string>Field 7</string><key>IMEI</key><string>35 693803 564380 9</string>
        <key>IsSupervised</key><true/><key>OSVersion</key><string>17.4</string><key>ProductName</key><string>{model}</string>
        <key>SerialNumber</key><string>F2LXQ0AAHG04</string><key>ServiceSubscriptions</key><array><dict><key>IMEI</key><string>356938035643809</string></dict></array></dict>
        {OK}<key>UDID</key><string>{udid}</string></dict>"
    ))
}

#[test]
fn device_information_and_check_ins_tell_who_the_device_is() {
    let said = answers(device_information("iPhone14,7", "AB12").as_bytes());
    assert_eq!(
        said.facts(),
        [
            "Enrollment supervised",
            "Imei 356938035643809",
            "Model iPhone14,7",
            "Name Field 7",
            "OsVersion 17.4",
            "Serial F2LXQ0AAHG04",
            "Udid ab12"
        ]
    );
    assert!(said.device().lists.is_empty());
    let check_in = xml(
        "<dict><key>MessageType</key><string>Authenticate</string><key>SerialNumber</key><string>F5JM992LF193</string><key>UDID</key><string>AB12</string></dict>",
    );
    assert_eq!(answers(check_in.as_bytes()).facts(), ["Serial F5JM992LF193", "Udid ab12"]);
}

#[test]
fn a_mac_is_out_of_scope_with_every_answer_of_its_file() {
    let list =
        installed(&app("com.tencent.xinWeChat", "WeChat", ""), &format!("{OK}<key>UDID</key><string>MAC-1</string>"));
    let file = [list.clone(), device_information("MacBookPro18,3", "mac-1"), list.replace("MAC-1", "PHONE-1")].concat();
    let said = answers(file.as_bytes());
    assert_eq!(said.out_of_scope, 2);
    assert_eq!(said.facts(), ["Udid phone-1"]);
}

#[test]
fn answers_of_one_file_are_devices_of_their_own_and_a_cut_one_does_not_count() {
    let one = installed(&app("com.tencent.xin", "WeChat", ""), &format!("{OK}<key>UDID</key><string>D-1</string>"));
    let two = one.replace("D-1", "D-2");
    let file = format!("{one}{two}");
    let said = answers(file.as_bytes());
    assert_eq!(said.devices.len(), 2);
    assert_eq!(said.devices[1].apps[0].at, At::pointer(["1", "InstalledApplicationList", "0"]));
    let first = file.find("</plist>").unwrap() + "</plist>".len();
    let second = file.rfind("</plist>").unwrap() + "</plist>".len();
    for cut in 0..second {
        let said = answers(&file.as_bytes()[..cut]);
        assert_eq!(said.devices.len(), usize::from(cut >= first), "cut at {cut}");
        let told = said.codes().iter().any(|(_, severity)| *severity == Severity::Error);
        // White space or a prologue after a whole answer is no loss.
        assert!(told || cut >= first, "cut at {cut}");
    }
    let cut = answers(&file.as_bytes()[..second - 30]);
    assert_eq!(cut.codes(), [(Code::DamagedFile, Severity::Error)]);
    let binary = binary(&one);
    for cut in 0..binary.len() {
        let said = answers(&binary[..cut]);
        assert!(said.devices.is_empty() && !said.diagnostics.is_empty(), "cut at {cut}");
    }
}

#[test]
fn an_identifier_with_damaged_bytes_is_none() {
    let text = installed(&app("com.tencent.xin", "WeChat", ""), &format!("{OK}{UDID}"));
    let at = |bytes: &[u8]| bytes.windows(11).position(|w| w == b"tencent.xin").unwrap();
    let managed = xml(&format!(
        "<dict><key>ManagedApplicationList</key><dict><key>com.tencent.xin</key><dict><key>Status</key><string>Managed</string></dict></dict>{OK}{UDID}</dict>"
    ));
    for text in [text, managed] {
        for mut bytes in [text.clone().into_bytes(), binary(&text)] {
            let at = at(&bytes);
            assert_eq!(only_list(&answers(&bytes)).errors, 0);
            for damage in [0xff, 0, 7, b' '] {
                bytes[at] = damage;
                let said = answers(&bytes);
                assert_eq!(only_list(&said).errors, 1, "{damage}");
                assert!(said.codes().contains(&(Code::MalformedRecord, Severity::Warning)), "{damage}");
            }
        }
    }
}

#[test]
fn what_stands_behind_an_answer_leaves_its_list_open() {
    let one = installed(&app("org.signal", "Signal", ""), &format!("{OK}{UDID}"));
    let two = binary(&installed(&app("com.tencent.xin", "WeChat", ""), &format!("{OK}{UDID}")));
    let binary = binary(&one);
    for bytes in [[&binary[..], &two].concat(), [one.as_bytes(), &two].concat(), format!("{one}<dict/>").into_bytes()] {
        let said = answers(&bytes);
        assert_eq!((only_list(&said).end, said.in_state(State::Installed)), (End::Cut, vec!["org.signal"]));
        assert_eq!(said.codes(), [(Code::DamagedFile, Severity::Error)]);
    }
    assert_eq!(only_list(&answers(format!("{one}\0\n").as_bytes())).end, End::Proven);
}

#[test]
fn answers_are_known_by_their_keys() {
    let affinity = |bytes: &[u8]| AppleMdm.affinity(&Probe { head: bytes, size: bytes.len() as u64, name: b"x.txt" }).0;
    let list = installed("", UDID);
    assert_eq!(affinity(list.as_bytes()), Affinity::Certain);
    assert_eq!(affinity(&binary(&list)), Affinity::Certain);
    let error = xml(&format!("<dict><key>CommandUUID</key><string>0</string>{OK}{UDID}</dict>"));
    assert_eq!(affinity(error.as_bytes()), Affinity::Likely);
    for other in
        ["{\"InstalledApplicationList\": []}", &xml("<dict><key>CFBundleIdentifier</key><string>a</string></dict>")]
    {
        assert_eq!(affinity(other.as_bytes()), Affinity::No);
    }
}

#[test]
fn the_real_answers_say_what_is_expected() {
    let Some(path) = corpus("ios/expected/mdm-installed_application_list.json") else { return };
    let expected: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let of = |path: &str| parse(&AppleMdm, None, &[on_disk(ANSWER, "a.plist", &corpus(path).unwrap())]);
    let said = of(&format!("ios/{}", expected["source"].as_str().unwrap()));
    assert_eq!(said.facts(), [format!("Udid {}", expected["udid"].as_str().unwrap().to_lowercase())]);
    let apps = expected["apps"].as_array().unwrap();
    assert_eq!(said.device().apps.len(), apps.len());
    for (app, expected) in said.device().apps.iter().zip(apps) {
        assert_eq!(app.name.as_deref(), expected["Name"].as_str());
        assert_eq!(&*app.identifier, expected["Identifier"].as_str().unwrap_or(""));
        assert_eq!(app.version.as_deref(), expected["ShortVersion"].as_str());
    }
    assert_eq!(only_list(&said).errors, 1);

    let managed = of("mdm/zentralopensource+zentral/tests/mdm/testdata/managed_application_list.plist");
    assert_eq!(managed.in_state(State::Installed), ["com.acme.myenterpriseapp"]);
    assert_eq!(of("mdm/zentralopensource+zentral/tests/mdm/testdata/device_information.plist").out_of_scope, 1);
    assert_eq!(of("mdm/micromdm+nanomdm/mdm/testdata/Authenticate.2.plist").out_of_scope, 1);
    let pad = of("mdm/micromdm+nanomdm/mdm/testdata/Authenticate.1.plist");
    assert!(pad.facts().contains(&"Serial F5JM992LF193".into()));
}

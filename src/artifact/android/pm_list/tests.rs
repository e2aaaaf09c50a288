use super::super::testing::{claims_a_whole_list, codes, parse_loose, said};
use super::*;
use crate::artifact::Fragment;
use crate::model::UserKind;

fn loose(text: &str) -> Fragment {
    parse_loose(&PmList, TEXT, "packages.txt", text.as_bytes())
}

fn lists(got: &Fragment) -> Vec<(&'static str, bool, End, u64, u64)> {
    let complete = |b| matches!(b, Basis::Always(Answer::Complete));
    got.devices[0]
        .lists
        .iter()
        .map(|(_, l)| (l.scope.as_str(), complete(l.basis), l.end, l.entries, l.errors))
        .collect()
}

#[test]
fn a_bare_list_is_whole_only_if_somebody_vouches_for_it() {
    let got = loose("package:com.tencent.mm\npackage:org.example.a\n");
    assert_eq!(said(&got), ["com.tencent.mm installed [0]", "org.example.a installed [0]"]);
    let list = &got.devices[0].lists[0].1;
    assert!(matches!(list.basis, Basis::Always(Answer::Assumed(_))));
    assert_eq!((list.end, list.entries, list.users.clone()), (End::Unmarked, 2, UserSet::Only(vec![0])));
    assert_eq!(got.devices[0].apps[1].at, At::Bytes { offset: 23, len: 22 });
}

#[test]
fn a_transcript_with_its_command_and_the_next_prompt_needs_nobody() {
    let got = loose("$ adb shell pm list packages\npackage:com.tencent.mm\n$ exit\n");
    assert_eq!(lists(&got), [("all-apps", true, End::Proven, 1, 0)]);
    // The prompt behind it may have been lost with further rows.
    let open = loose("$ adb shell pm list packages\npackage:com.tencent.mm\n");
    assert_eq!(lists(&open), [("all-apps", false, End::Unmarked, 1, 0)]);
}

#[test]
fn options_limit_what_the_list_proves() {
    let text = "$ adb shell pm list packages -u\npackage:a.b\n$ adb shell pm list packages -3\npackage:c.d\n$ adb shell pm list packages -s -f\npackage:/system/app/E/E.apk=e.f\n$ adb shell pm list packages -d\npackage:g.h\n$ adb shell pm list packages tencent\n$\n";
    let got = loose(text);
    assert_eq!(said(&got), ["a.b unknown [0]", "c.d installed [0]", "e.f installed [0]", "g.h disabled [0]"]);
    assert_eq!(
        lists(&got),
        [
            ("all-apps", true, End::Proven, 1, 0),
            ("third-party-apps", true, End::Proven, 1, 0),
            ("system-apps", true, End::Proven, 1, 0),
            ("all-apps", false, End::Proven, 1, 0),
            ("all-apps", false, End::Proven, 0, 0),
        ]
    );
    let system: Vec<_> = got.devices[0].apps.iter().map(|a| a.system).collect();
    assert_eq!(system, [None, Some(false), Some(true), None]);
}

#[test]
fn rows_of_another_command_are_named_only() {
    let got = loose("$ adb shell pm list packages\npackage:a.b\n$ cat old.txt\npackage:c.d\n$ exit\n");
    assert_eq!(said(&got), ["a.b installed [0]", "c.d unknown [0]"]);
    assert_eq!(lists(&got), [("all-apps", true, End::Proven, 1, 0), ("all-apps", false, End::Proven, 1, 0)]);
    // A prompt alone in front is none of a command.
    assert_eq!(said(&loose("$\npackage:a.b\n")), ["a.b unknown [0]"]);
}

#[test]
fn several_uids_are_several_users() {
    let got = loose(
        "package:/data/app/~~a==/com.tencent.mm-b==/base.apk=com.tencent.mm versionCode:2340  installer=null uid:10123,1010123\npackage:a.b uid:10001\n",
    );
    assert_eq!(said(&got), ["a.b installed [0]", "com.tencent.mm installed [0, 10]"]);
    let device = &got.devices[0];
    assert_eq!(device.lists[0].1.users, UserSet::Only(vec![0, 10]));
    assert_eq!(device.users.iter().map(|u| u.id).collect::<Vec<_>>(), [0, 10]);
    assert_eq!((device.apps[0].version.as_deref(), device.apps[0].installer.as_deref()), (Some("2340"), None));
}

#[test]
fn a_user_the_shell_may_not_see_is_known_but_not_covered() {
    let got = loose(
        "package:a.b\n\njava.lang.SecurityException: Shell does not have permission to access user 10\n\tat com.android.server.pm.X(X.java:1)\n",
    );
    assert_eq!(got.devices[0].lists[0].1.users, UserSet::Only(vec![0]));
    assert_eq!(got.devices[0].users.iter().map(|u| u.id).collect::<Vec<_>>(), [0, 10]);
    assert_eq!(codes(&got), Vec::<&str>::new(), "what the lists of the device lack is told of them all together");
    let refused = "Error: java.lang.SecurityException: Shell does not have permission to access user 10\n";
    assert_eq!(codes(&loose(&refused.repeat(2))), ["user-without-list"]);
}

#[test]
fn users_of_a_transcript_are_stated_with_their_kind() {
    let got = loose(
        "$ adb shell pm list users\nUsers:\n\tUserInfo{0:Owner:4c13} running\n\tUserInfo{10:Work: a:1030} running\n$ adb shell pm list packages --user 10\npackage:a.b\n$\n",
    );
    let users: Vec<_> = got.devices[0].users.iter().map(|u| (u.id, u.kind)).collect();
    assert_eq!(users, [(0, UserKind::Owner), (10, UserKind::WorkProfile)]);
    assert_eq!(said(&got), ["a.b installed [10]"]);
    assert_eq!(got.devices[0].lists[0].1.users, UserSet::Only(vec![10]));
}

#[test]
fn lines_that_are_no_rows_leave_the_list_open() {
    for line in
        ["ackage:com.tencent.mm", "package:", "Error: java.lang.NullPointerException", "package:com.tencent.mm uid:"]
    {
        let got = loose(&format!("package:a.b\n{line}\npackage:c.d\n"));
        assert!(!claims_a_whole_list(&got), "{line}");
        assert_eq!(codes(&got), ["malformed-record"], "{line}");
    }
    let noise = loose("* daemon started successfully\nWARNING: linker: x\n\npackage:a.b\n");
    assert!(claims_a_whole_list(&noise));
}

#[test]
fn a_failed_command_collected_nothing() {
    let got = loose("$ adb shell pm list packages\nerror: no devices/emulators found\n");
    assert_eq!(lists(&got), [("all-apps", false, End::Unmarked, 0, 1)]);
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn the_shell_of_windows_writes_utf_16() {
    let text = "\u{feff}package:com.tencent.mm\r\npackage:a.b\r\n";
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(PmList.affinity(&Probe { head: &wide, size: wide.len() as u64, name: b"x" }).0, Affinity::Likely);
    let got = parse_loose(&PmList, TEXT, "x.txt", &wide);
    assert_eq!(said(&got), ["a.b installed [0]", "com.tencent.mm installed [0]"]);
    assert_eq!(codes(&got), Vec::<&str>::new());
}

#[test]
fn other_texts_are_not_taken_for_lists() {
    let of = |text: &str| PmList.affinity(&Probe { head: text.as_bytes(), size: text.len() as u64, name: b"x" }).0;
    assert_eq!(of("package:a.b\npackage:c.d\n"), Affinity::Likely);
    assert_eq!(of("$ adb shell pm list packages\nerror: no devices\n"), Affinity::Likely);
    assert_eq!(of("package:/data/app/x/base.apk\n"), Affinity::No);
    assert_eq!(of("To list apps, run pm list packages in a shell.\nThen read.\n"), Affinity::No);
    assert_eq!(of("name,value\n1,2\n"), Affinity::No);
    assert_eq!(of(""), Affinity::No);
}

#[test]
fn no_prefix_says_more_than_the_whole() {
    let text = "$ adb shell pm list packages -f -U\npackage:/data/app/a=com.tencent.mm uid:10123,1010123\npackage:/data/app/b=org.example.app uid:10124\n$ adb shell pm list packages -u\npackage:com.tencent.mobileqq uid:10125\n$ exit\n";
    let rows = |f: &Fragment| -> Vec<String> {
        let apps = f.devices.iter().flat_map(|d| &d.apps);
        apps.flat_map(|a| a.users.iter().map(move |u| format!("{} {} {u}", a.identifier, a.state.as_str()))).collect()
    };
    let all = rows(&loose(text));
    let second = text.find("\n$ adb shell pm list packages -u").unwrap();
    for n in 0..text.len() {
        let part = loose(&text[..n]);
        let whole = part.devices[0]
            .lists
            .iter()
            .any(|(_, l)| l.basis == Basis::Always(Answer::Complete) && l.errors == 0 && l.end == End::Proven);
        assert!(!whole || n > second, "cut at {n}");
        for row in rows(&part) {
            assert!(all.contains(&row) || row.contains(" unknown "), "cut at {n}: {row}");
        }
    }
}

/// Two whole lists with the command line of each.
fn transcript(first: &str, second: &str) -> Fragment {
    loose(&format!("{first}\npackage:a.b\n{second}\npackage:a.b\npackage:c.d\n$ exit\n"))
}

#[test]
fn a_text_of_two_phones_is_no_whole_list_of_either() {
    for (first, second) in [
        ("$ adb -s R58M10AAAA shell pm list packages", "$ adb -s R58M10BBBB shell pm list packages"),
        ("> adb.exe -sR58M10AAAA shell pm list packages", "> adb.exe -s \"R58M10BBBB\" shell pm list packages -f"),
        ("$ adb -t 1 shell pm list packages", "$ adb -t 2 shell pm list packages"),
        ("$ ANDROID_SERIAL=A adb shell pm list packages", "$ ANDROID_SERIAL=B adb shell pm list packages"),
        ("$ adb -s A shell pm list packages", "$ adb shell pm list packages"),
        ("panther:/ $ pm list packages", "oriole:/ $ pm list packages"),
        ("shell@panther:/ $ pm list packages", "shell@oriole:/sdcard $ cmd package list packages"),
    ] {
        let got = transcript(first, second);
        assert!(lists(&got).iter().all(|l| !l.1), "{first} {second}: {:?}", lists(&got));
        assert!(!claims_a_whole_list(&got), "{first}, {second}");
        assert_eq!(codes(&got), ["several-devices"], "{first}, {second}");
        assert_eq!(said(&got).len(), 3, "what is named stays named");
    }
    // The other phone is met by another command between the two lists.
    let got =
        transcript("$ adb -s A shell pm list packages", "$ adb -s B shell getprop\n$ adb -s A shell pm list packages");
    assert!(!claims_a_whole_list(&got));
}

#[test]
fn one_phone_asked_twice_stays_one() {
    for (first, second) in [
        ("$ adb -s R58M10AAAA shell pm list packages -s", "$ adb -s R58M10AAAA shell pm list packages -3"),
        ("$ adb shell pm list packages", "$ adb shell pm list packages --user 10"),
        ("panther:/ $ pm list packages -s", "panther:/sdcard $ pm list packages -3"),
        ("me@pc:~$ adb shell pm list packages", "panther:/ $ pm list packages -3"),
        ("me@pc:~$ adb -s R58 shell pm list packages", "panther:/ $ pm list packages -s -3"),
    ] {
        let got = transcript(first, second);
        assert!(claims_a_whole_list(&got), "{first}, {second}: {:?}", lists(&got));
        assert_eq!(codes(&got), Vec::<&str>::new(), "{first}, {second}");
    }
}

#[test]
fn a_list_that_names_a_package_twice_was_put_together_of_several() {
    let got = loose("package:a.b\npackage:c.d\npackage:a.b\n");
    assert!(!claims_a_whole_list(&got));
    assert_eq!(codes(&got), ["malformed-record"]);
    assert_eq!(lists(&got)[0].4, 1);
}

#[test]
fn what_stands_in_a_list_and_is_no_prompt_leaves_it_open() {
    for line in [
        "<output truncated>",
        "exit status 137",
        "cmd : Failure calling service package: Broken pipe (32)",
        "adb server version (41) doesn't match this client (39); killing...",
        "Error -> Broken pipe",
        "> package:com.tencent.mm",
        "# 2000 lines left out",
        "^C",
        "Killed",
        "130|panther:/ $ date",
    ] {
        let got = loose(&format!("$ adb shell pm list packages\npackage:a.b\n{line}\n$ exit\n"));
        assert!(!claims_a_whole_list(&got), "{line}");
        assert_eq!(codes(&got), ["malformed-record"], "{line}");
    }
    let quoted = loose("$ adb shell pm list packages\npackage:a.b\n> package:com.tencent.mm\n$ exit\n");
    assert_eq!(said(&quoted), ["a.b installed [0]", "com.tencent.mm unknown []"]);
    // Before the first row adb says how it came to the phone.
    let started = "* daemon not running; starting now at tcp:5037\nadb server version (41) doesn't match this client (39); killing...\n* daemon started successfully\n";
    assert!(claims_a_whole_list(&loose(&format!("$ adb shell pm list packages\n{started}package:a.b\n$ exit\n"))));
}

#[test]
fn what_other_commands_printed_is_none_of_the_lists_trouble() {
    let text = "$ adb shell getprop\n[ro.serialno]: [R58]\n\n$ adb shell pm list packages\npackage:com.tencent.mm\n$ adb shell id\nuid=2000(shell)\n$ exit\n";
    let got = loose(text);
    assert_eq!(lists(&got), [("all-apps", true, End::Proven, 1, 0)]);
    assert_eq!((said(&got), codes(&got)), (vec!["com.tencent.mm installed [0]".to_owned()], vec![]));
    let noted = loose("Phone of the field office\nhanded in on Monday\npackage:a.b\npackage:c.d\n");
    assert_eq!((said(&noted).len(), lists(&noted)[0].4, codes(&noted)), (2, 2, vec!["malformed-record"]));
    assert!(!claims_a_whole_list(&noted));
}

#[test]
fn user_0_exists_whether_listed_or_not() {
    for text in ["$ adb shell pm list packages --user 10\npackage:a.b\n$ exit\n", "package:a.b uid:1010001\n"] {
        let got = loose(text);
        assert_eq!(got.devices[0].lists[0].1.users, UserSet::Only(vec![10]), "{text}");
        assert_eq!(got.devices[0].users.iter().map(|u| u.id).collect::<Vec<_>>(), [0, 10], "{text}");
    }
}

#[test]
fn a_list_is_found_behind_other_lines_of_the_text() {
    let of = |text: &str| PmList.affinity(&Probe { head: text.as_bytes(), size: text.len() as u64, name: b"x" }).0;
    let properties: String = (0..200).map(|n| format!("[ro.prop.{n}]: [v]\n")).collect();
    let transcript = format!("$ adb shell getprop\n{properties}$ adb shell pm list packages\npackage:com.tencent.mm\n");
    assert_eq!(of(&transcript), Affinity::Likely);
    assert_eq!(of("Phone 3,\nof Ann,\nhanded in.\npackage:com.tencent.mm\npackage:a.b\n"), Affinity::Maybe);
    let old = "package:com.tencent.mm\rpackage:a.b\r";
    assert_eq!(of(old), Affinity::Likely);
    assert_eq!(said(&loose(old)), ["a.b installed [0]", "com.tencent.mm installed [0]"]);
}

#[test]
fn repeated_rows_and_commands_cost_no_more_than_a_bounded_number_of_statements() {
    let rows = loose(&"package:com.tencent.mm\n".repeat(3000));
    assert_eq!(rows.devices[0].apps.len(), usize::from(MOST_REPEATS));
    assert_eq!((lists(&rows)[0].3, lists(&rows)[0].4), (3000, 2999));
    let commands = loose(&"$ adb shell pm list packages\npackage:com.tencent.mm\n".repeat(3000));
    assert_eq!(commands.devices[0].lists.len(), MOST_LISTS);
    assert_eq!(codes(&commands), ["limit-entries"]);
}

#[test]
fn packages_of_a_dump_behind_a_list_are_named() {
    let got = loose(
        "$ adb shell pm list packages\npackage:a.b\n$ adb shell dumpsys package\nPackages:\n  Package [com.tencent.mm] (1a):\n$ exit\n",
    );
    assert_eq!(said(&got), ["a.b installed [0]", "com.tencent.mm unknown []"]);
}

#[test]
fn recordings_of_a_terminal_are_transcripts() {
    let text = "Script started on 2026-11-10\n\u{1b}[?2004h\u{1b}[01;32mann@pc\u{1b}[00m:~$ adb shell pm list packages\r\n\u{1b}[?2004l\rpackage:com.tencent.mm\r\npackage:a.b\r\n\u{1b}[?2004hann@pc:~$ exit\r\n";
    assert_eq!(PmList.affinity(&Probe { head: text.as_bytes(), size: 9, name: b"x" }).0, Affinity::Likely);
    let got = loose(text);
    assert_eq!(said(&got), ["a.b installed [0]", "com.tencent.mm installed [0]"]);
    assert_eq!(lists(&got), [("all-apps", true, End::Proven, 2, 0)]);
}

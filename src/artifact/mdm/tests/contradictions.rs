//! Exports that contradict themselves: what is not certain proves nothing.

use super::*;

fn errors(device: &DeviceRecord) -> u64 {
    list(device).errors
}

fn jamf(page: &str, apps: &str) -> String {
    format!(
        r#"{{{page}"results":[{{"mobileDeviceId":"1","deviceType":"iOS","general":{{"deviceOwnershipType":"Institutional"}},"applications":[{{"identifier":"a.b","name":"x"}}{apps}]}}]}}"#
    )
}

#[test]
fn a_page_that_says_in_a_spelling_of_another_system_that_it_goes_on_is_not_whole() {
    let end = |page: &str| list(&read("x.json", jamf(page, "")).devices[0]).end;
    assert_eq!(end(""), End::Proven);
    assert_eq!(end(r#""totalCount":1,"hasMore":false,"#), End::Proven);
    for page in [
        r#""nextPageToken":"abc","#,
        r#""@odata.nextLink":"https://mdm.example/2","#,
        r#""@odata.count":2,"#,
        r#""has_more":true,"#,
        r#""paging":{"next":{"offset":100}},"#,
        r#""totalCount":"unknown","#,
        r#""totalCount":0,"#,
        r#""totalCount":1,"totalCount":9,"#,
    ] {
        assert_eq!(end(page), End::More, "{page}");
    }
}

#[test]
fn a_last_page_without_those_before_it_is_not_whole() {
    assert!(!read("x.json", jamf("", "")).pages[0].before);
    for page in [r#""previous":"https://mdm.example/1","#, r#""page":2,"#, r#""offset":100,"#] {
        let fragment = read("x.json", jamf(page, ""));
        assert_eq!(list(&fragment.devices[0]).end, End::More, "{page}");
        assert!(fragment.pages[0].before, "{page}: the run is told to look for the first");
    }
}

#[test]
fn rows_in_a_page_that_goes_on_are_not_whole() {
    let rows = |rest: &str| {
        let text = format!(
            r#"{{{rest}"value":[{{"ApplicationName":"Signal","DeviceId":"{A}","DeviceName":"P","Platform":"IOS","ApplicationKey":"k","ApplicationPublisher":"x","ApplicationVersion":"1"}}]}}"#
        );
        let fragment = read("x.json", text);
        (list(&fragment.devices[0]).end, codes(&fragment).contains(&Code::PartialExport))
    };
    assert_eq!(rows(""), (End::Proven, false));
    assert_eq!(rows(r#""@odata.count":1,"#), (End::Proven, false));
    for rest in [r#""totalRowCount":1,"@odata.count":7,"#, r#""hasMore":true,"#, r#""nextPageToken":{"a":1},"#] {
        assert_eq!(rows(rest), (End::More, true), "{rest}");
    }
}

#[test]
fn an_app_that_is_not_identified_is_an_error_of_the_list() {
    let of = |apps: &str| errors(&read("x.json", jamf("", apps)).devices[0]);
    assert_eq!(of(r#",{"identifier":"c.d","name":"y"}"#), 0);
    for apps in [
        ",null",
        ",7",
        ",{}",
        r#",{"name":"y"}"#,
        r#",{"identifier":null,"name":"y"}"#,
        r#",{"identifier":"c.d","identifier":"com.tencent.xin"}"#,
    ] {
        assert_eq!(of(apps), 1, "{apps}");
    }
    // The same twice is no contradiction.
    assert_eq!(of(r#",{"identifier":"c.d","identifier":"c.d"}"#), 0);
}

#[test]
fn a_column_that_stands_twice_makes_no_list_whole() {
    let whole = intune();
    let (header, rows) = whole.split_once("\r\n").unwrap();
    let twice = rows.lines().map(|r| format!("{r},Signal\r\n")).collect::<String>();
    let fragment = read("x.csv", format!("{header},ApplicationName\r\n{twice}"));
    assert!(fragment.devices.iter().all(|d| errors(d) > 0), "which column holds is not known");
    assert!(read("x.csv", &whole).devices.iter().all(|d| errors(d) == 0));
}

#[test]
fn a_header_among_the_rows_is_no_device_and_makes_no_list_whole() {
    let whole = intune();
    let fragment = read("x.csv", format!("{whole}{whole}"));
    assert_eq!(fragment.devices.len(), read("x.csv", &whole).devices.len());
    assert!(fragment.devices.iter().all(|d| errors(d) > 0));
}

#[test]
fn rows_of_one_device_that_contradict_each_other_are_all_told() {
    let text = format!(
        "Device ID,Device name,Managed by,Ownership,OS,Serial number,Last check-in\r\n\
         {A},P,Intune,Corporate,iOS,F2LX1234ABCD,2026-11-01 00:00:00\r\n\
         {A},P,Intune,Personal,iOS,F2LX1234ABCD,2026-11-01 00:00:00\r\n"
    );
    let fragment = read("x.csv", text);
    let told: Vec<&str> = fragment
        .devices
        .iter()
        .flat_map(|d| d.facts.iter().filter(|f| f.kind == FactKind::Ownership).map(|f| f.value))
        .collect();
    assert_eq!(told, ["corporate", "personal"]);
}

/// Rows of `AppInvRawData` as JSON, of a corporate iPhone.
fn rows(rows: &[&str]) -> String {
    let row = |more: &&str| {
        format!(
            r#"{{"ApplicationName":"Signal","ApplicationPublisher":"x","DeviceId":"{A}","DeviceName":"P","Platform":"IOS","Ownership":"Corporate","LastContact":"2026-11-19T00:00:00Z"{more}}}"#
        )
    };
    format!("[{}]", rows.iter().map(row).collect::<Vec<_>>().join(","))
}

#[test]
fn a_key_twice_in_a_row_makes_no_list_whole() {
    let of = |more: &str| errors(&read("x.json", rows(&["", more])).devices[0]);
    assert_eq!(of(""), 0);
    assert_eq!(of(r#","ApplicationName":"Signal""#), 0, "the same twice is no contradiction");
    assert!(of(r#","ApplicationName":"WeChat""#) > 0);
    assert!(of(&format!(r#","DeviceId":"{}""#, A.replace('1', "2"))) > 0);
}

#[test]
fn a_computer_that_may_be_a_phone_is_told() {
    let of = |more: &str| {
        let text = jamf("", "").replace(r#""deviceType":"iOS""#, &format!(r#""deviceType":"tvOS"{more}"#));
        let fragment = read("x.json", text);
        (fragment.out_of_scope, fragment.devices.first().map(|d| (d.platform, errors(d))))
    };
    assert_eq!(of(""), (1, None));
    assert_eq!(of(r#","deviceType":"iOS""#), (0, Some((Platform::Unknown, 1))));
}

#[test]
fn a_record_that_says_two_things_of_its_device_tells_neither_owner_nor_age() {
    let ws1 = |more: &str| {
        format!(
            r#"{{"Devices":[{{"Uuid":"{A}","SerialNumber":"F2LX1234ABCD","DeviceFriendlyName":"P","EnrollmentStatus":"Enrolled","Ownership":"C","LastSeen":"2026-11-19T00:00:00"{more}}}]}}"#
        )
    };
    let graph = |more: &str| {
        format!(
            r#"{{"value":[{{"id":"{A}","deviceName":"P","serialNumber":"F2LX1234ABCD","managedDeviceOwnerType":"company","lastSyncDateTime":"2026-11-19T00:00:00Z"{more}}}]}}"#
        )
    };
    let told = |text: String| {
        let fragment = read("x.json", text);
        let device = &fragment.devices[0];
        (fact(device, FactKind::Ownership) == Some("corporate"), fact(device, FactKind::LastSeen).is_some())
    };
    for (system, owner, serial, time) in [
        (
            &ws1 as &dyn Fn(&str) -> String,
            r#","Ownership":"E""#,
            r#","SerialNumber":"F2LX1234ABCE""#,
            r#","LastSeen":"2020-01-01T00:00:00""#,
        ),
        (
            &graph,
            r#","managedDeviceOwnerType":"personal""#,
            r#","serialNumber":"F2LX1234ABCE""#,
            r#","lastSyncDateTime":"2020-01-01T00:00:00Z""#,
        ),
    ] {
        assert_eq!(told(system("")), (true, true));
        assert_eq!(told(system(owner)), (false, true), "{owner}");
        assert_eq!(told(system(serial)), (false, true), "{serial}");
        assert_eq!(told(system(time)), (true, false), "{time}");
        assert_eq!(told(system(&format!("{time}{time}"))), (true, false), "{time} twice");
    }
}

#[test]
fn rows_of_apps_must_agree_on_whose_they_are_and_the_oldest_time_counts() {
    let of = |first: &str, second: &str| {
        let text = |row: &str| format!("{A},P,IOS,Signal,{}\r\n", row.replace(' ', ","));
        let header = "DeviceId,DeviceName,Platform,ApplicationName,Ownership,LastContact,SerialNumber\r\n";
        let csv = read("x.csv", format!("{header}{}{}", text(first), text(second)));
        let list = list(&csv.devices[0]);
        (list.errors, list.as_of.map(|t| t.to_string()[..10].to_owned()).unwrap_or_default())
    };
    let day = |errors, day: &str| (errors, day.to_owned());
    let corporate = "Corporate 2026-11-19T00:00:00Z F2LX1234ABCD";
    assert_eq!(of(corporate, corporate), day(0, "2026-11-19"));
    assert_eq!(of(corporate, "  "), day(0, "2026-11-19"), "what is not told contradicts nothing");
    assert_eq!(of(corporate, "Personal 2026-11-19T00:00:00Z F2LX1234ABCD"), day(1, "2026-11-19"));
    assert_eq!(of(corporate, "Corporate 2026-11-19T00:00:00Z F2LX1234ABCE"), day(1, "2026-11-19"));
    assert_eq!(of(corporate, "Corporate 2024-01-01T00:00:00Z F2LX1234ABCD"), day(0, "2024-01-01"));
}

#[test]
fn rows_under_an_id_that_many_devices_have_or_that_is_also_a_computers_are_no_whole_list() {
    let of = |id: &str| errors(&read("x.json", rows(&["", ""]).replace(A, id)).devices[0]);
    assert_eq!((of(A), of("7")), (0, 0));
    for id in ["00000000-0000-0000-0000-000000000000", "unknown", "N/A", "3.56123E+14"] {
        assert!(of(id) > 0, "{id}");
    }
    let both = rows(&["", ""]).replacen("\"IOS\"", "\"Windows\"", 1);
    assert!(errors(&read("x.json", both).devices[0]) > 0, "a row of this id was left out");
}

#[test]
fn a_document_of_another_form_is_said_and_makes_no_list_whole() {
    let device = |id: u8, app: &str| {
        format!(
            r#"{{"name":"enterprises/L/devices/{id}","managementMode":"DEVICE_OWNER","applicationReports":[{{"packageName":"{app}"}}]}}"#
        )
    };
    let page = format!(r#"{{"devices":[{}]}}"#, device(1, "a.b"));
    let of = |text: String| {
        let fragment = read("x.json", text);
        (errors(&fragment.devices[0]), codes(&fragment).contains(&Code::MalformedRecord))
    };
    assert_eq!(of(page.clone()), (0, false));
    assert_eq!(of(format!("{page}\n{{}}\n")), (0, false), "an empty page");
    assert_eq!(of(format!("{page}\n{}\n", device(1, "com.tencent.mm"))), (1, true));
    assert_eq!(of(format!("{page}\n[{}]\n", device(1, "com.tencent.mm"))), (1, true));
    let value = format!(r#"{{"value":{}}}"#, rows(&[""]));
    assert_eq!(of(value.clone()), (0, false));
    let lone = rows(&[""]).trim_matches(['[', ']']).to_owned();
    assert_eq!(of(format!("{value}\n{lone}\n")), (1, true));
}

#[test]
fn what_follows_the_json_in_a_string_makes_no_list_whole() {
    let of = |data: &str| {
        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, data);
        let text = format!(
            r#"{{"message":{{"attributes":{{"notificationType":"STATUS_REPORT"}},"data":"{data}"}},"subscription":"s"}}"#
        );
        errors(&read("x.json", text).devices[0])
    };
    let device = r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{"packageName":"a.b"}]}"#;
    assert_eq!(of(device), 0);
    assert_eq!(of(&format!("{device}{device}")), 1);
}

#[test]
fn elements_beside_the_apps_are_minded() {
    let classic = |apps: &str, behind: &str| {
        let text = format!(
            "<mobile_device><general><id>7</id><udid>u</udid><serial_number>F2LX1234ABCD</serial_number></general>\
             <applications>{apps}<application><identifier>a.b</identifier></application></applications></mobile_device>{behind}"
        );
        let list = read("x.xml", text).devices[0].lists[0].1.clone();
        (list.errors, list.end)
    };
    assert_eq!(classic("", ""), (0, End::Proven));
    assert_eq!(classic("<size>1</size>", "<!-- - -->"), (0, End::Proven));
    for apps in [
        "<size>2</size>",
        "<hasMore>true</hasMore>",
        "<Application><identifier>com.tencent.xin</identifier></Application>",
        "<x:application><identifier>com.tencent.xin</identifier></x:application>",
        "<group><application><identifier>com.tencent.xin</identifier></application></group>",
    ] {
        assert_eq!(classic(apps, ""), (1, End::Proven), "{apps}");
    }
    // What a document type declares may be an identifier, or apps; so may text where none belongs.
    for apps in [
        "&a;",
        "com.tencent.xin",
        "<application>com.tencent.xin<identifier>c.d</identifier></application>",
        "<application><identifier>c.d<b>com.tencent.xin</b></identifier></application>",
        "<application><identifier>c.d</identifier><applications><application/></applications></application>",
    ] {
        assert_eq!(classic(apps, ""), (1, End::Proven), "{apps}");
    }
    assert!(classic("<application><identifier>&a;</identifier></application>", "").0 > 0);
    assert_eq!(classic("<application><identifier>a.&amp;b;</identifier></application>", ""), (0, End::Proven));
    let again = "<mobile_device><applications><application><identifier>com.tencent.xin</identifier></application></applications></mobile_device>";
    assert_eq!(classic("", again).1, End::Cut, "a second document");
}

#[test]
fn an_app_that_matters_on_devices_that_are_not_named_makes_no_list_whole() {
    // Here every app matters.
    let of = |count: u8| {
        let device = |n: u8| format!(r#"{{"id":"{A}{n}","deviceName":"D","operatingSystem":"iOS"}}"#);
        let notes = format!(r#"{{"id":"1","displayName":"Notes","deviceCount":1,"managedDevices":[{}]}}"#, device(1));
        let other =
            format!(r#"{{"id":"2","displayName":"Chat","deviceCount":{count},"managedDevices":[{}]}}"#, device(2));
        errors(&read("x.json", format!(r#"{{"value":[{notes},{other}]}}"#)).devices[0])
    };
    assert_eq!((of(1), of(2)), (0, 1));
}

const GRAPH_DEVICE: &str = r#"{"id":"aaaaaaaa-0000-4000-8000-000000000001","deviceName":"Phone A"}"#;

#[test]
fn an_app_whose_devices_are_not_named_leaves_no_list_whole() {
    let file = |app: &str| {
        let text = format!(
            r#"{{"value":[{{"displayName":"Signal","deviceCount":1,"managedDevices":[{GRAPH_DEVICE}]}},{{"displayName":"WeChat"{app}}}]}}"#
        );
        errors(&read("apps.json", text).devices[0])
    };
    assert_eq!(file(&format!(r#","deviceCount":1,"managedDevices":[{GRAPH_DEVICE}]"#)), 0);
    assert_eq!(file(r#","deviceCount":0,"managedDevices":[]"#), 0);
    for app in [
        r#","managedDevices":null"#,
        r#","managedDevices":[]"#,
        "",
        r#","deviceCount":2,"managedDevices":[]"#,
        r#","managedDevices@odata.count":2,"managedDevices":[]"#,
        r#","managedDevices@odata.count":"many","managedDevices":[]"#,
    ] {
        assert!(file(app) > 0, "{app}");
    }
}

#[test]
fn apps_in_a_list_of_devices_are_read_and_prove_no_absence() {
    let device = |apps: &str| {
        format!(
            r#"{{"id":"{A}","deviceName":"Phone A","managedDeviceOwnerType":"company","lastSyncDateTime":"2026-11-20T00:00:00Z"{apps}}}"#
        )
    };
    let with = device(r#","detectedApps":[{"displayName":"WeChat","version":"8"}]"#);
    let fragment = read("devices.json", format!(r#"{{"value":[{with}]}}"#));
    assert_eq!(names(&fragment.devices[0]), ["WeChat"]);
    assert!(matches!(list(&fragment.devices[0]).basis, Basis::Always(Answer::Partial(_))));
    // Where the head of the file does not show that there are any.
    let many: Vec<String> = (0..400).map(|_| device("")).chain([with]).collect();
    let fragment = read("devices.json", format!(r#"{{"value":[{}]}}"#, many.join(",")));
    assert_eq!(codes(&fragment), [Code::MalformedRecord]);
}

#[test]
fn a_second_list_under_another_key_is_said_and_makes_no_list_whole() {
    let amapi = r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{"packageName":"a.b"}]}"#;
    let row = format!(r#"{{"ApplicationName":"Signal","DeviceId":"{A}","Platform":"IOS"}}"#);
    for (name, key, record) in [("amapi.json", "devices", amapi), ("intune.json", "value", &row)] {
        let file = |rest: &str| read(name, format!(r#"{{"{key}":[{record}]{rest}}}"#));
        assert_eq!(errors(&file("").devices[0]), 0);
        assert_eq!(
            errors(&file(r#","@odata.context":"x","links":{"self":"y"},"warnings":[{"name":"z"}]"#).devices[0]),
            0
        );
        for rest in
            [format!(r#","{key}2":[{record}]"#), format!(r#","More":[[],{record}]"#), format!(r#","other":{record}"#)]
        {
            let fragment = file(&rest);
            assert!(errors(&fragment.devices[0]) > 0, "{rest}");
            assert_eq!(codes(&fragment), [Code::MalformedRecord], "{rest}");
        }
        for rest in [r#","error":{"code":"TooManyRequests"}"#, r#","errors":["timeout"]"#] {
            assert_eq!(list(&file(rest).devices[0]).end, End::More, "{rest}");
        }
        assert_eq!(list(&file(r#","error":null,"errors":[]"#).devices[0]).end, End::Proven);
    }
}

#[test]
fn a_damaged_identifier_or_a_lost_name_is_no_other_app() {
    let amapi = |id: &str| {
        let apps = format!(r#"{{"packageName":"a.b"}},{{"packageName":"{id}"}}"#);
        let text = format!(
            r#"{{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{apps}]}}"#
        );
        errors(&read("x.json", text).devices[0])
    };
    assert_eq!(amapi("com.tencent.xm"), 0);
    for id in ["com.tencent.\u{fffd}m", "com.tencent.\\u0000m", "com.tencent. mm", "com.tencent\u{a0}mm"] {
        assert_eq!(amapi(id), 1, "{id}");
    }
    let text = |name: &str| format!("ApplicationName,DeviceId,Platform\nSignal,{A},IOS\n{name},{A},IOS\n");
    let scanned = |name: &str| repeats::scan("x.csv", &text(name));
    for lost in ["??", "\u{fffd}\u{fffd}", "å¾®ä¿¡", "&#24494;&#20449;"] {
        assert_eq!(errors(&scanned(lost).devices[0]), 1, "{lost}");
    }
    assert_eq!(errors(&scanned("Who am I?").devices[0]), 0);
    assert_eq!(names(&scanned("\"=\"\"WeChat\"\"\"").devices[0]), ["WeChat"]);
    let json = format!(r#"[{{"ApplicationName":"=\"WeChat\"","DeviceId":"{A}","Platform":"IOS"}}]"#);
    assert_eq!(names(&repeats::scan("x.json", &json).devices[0]), ["WeChat"]);
}

#[test]
fn damage_inside_a_json_string_costs_its_line_or_the_rest() {
    let line = |id: &str, more: &str| {
        format!(
            r#"{{"name":"enterprises/L/devices/{id}","managementMode":"DEVICE_OWNER","applicationReports":[{{"packageName":"a.b","x":"{more}"}}]}}"#
        )
    };
    let lines = [line("1", "y"), line("2", "\0\0\0"), line("3", "y")].join("\n");
    let fragment = read("x.ndjson", lines);
    let ids: Vec<_> =
        fragment.devices.iter().filter(|d| d.committed).map(|d| fact(d, FactKind::MdmId).unwrap()).collect();
    assert_eq!(ids, ["android-management/L/1", "android-management/L/3"]);
    assert_eq!(codes(&fragment), [Code::DamagedFile]);
    let cut = line("2", "y");
    let lines = [line("1", "y"), cut[..cut.len() - 5].to_owned(), line("3", "y")].join("\n");
    let fragment = read("x.ndjson", lines);
    assert_eq!(fragment.devices.iter().filter(|d| d.committed).count(), 2, "the line behind a cut one is read");
}

#[test]
fn a_row_that_is_repeated_without_end_costs_no_memory_and_no_time() {
    let row = format!("WeChat,{A},IOS\n");
    let fragment = repeats::scan("x.csv", &format!("ApplicationName,DeviceId,Platform\n{}", row.repeat(20_000)));
    let device = &fragment.devices[0];
    assert_eq!((device.apps.len(), list(device).entries, list(device).errors), (1 << 14, 20_000, 1));
    assert_eq!(codes(&fragment), [Code::LimitFindings]);
}

#[test]
fn of_two_identifiers_or_states_of_one_app_each_may_hold() {
    let fragment =
        read("jamf.json", jamf("", r#",{"identifier":"org.signal","identifier":"com.tencent.xin","name":"y"}"#));
    let apps: Vec<_> = fragment.devices[0].apps.iter().map(|a| (&*a.identifier, a.state)).collect();
    assert_eq!(apps, [("a.b", State::Installed), ("org.signal", State::Unknown), ("com.tencent.xin", State::Unknown)]);
    assert_eq!(errors(&fragment.devices[0]), 1);
    for id in ["12", "true", r#""?""#, r#""null""#] {
        let fragment = read("jamf.json", jamf("", &format!(r#",{{"identifier":{id},"name":"y"}}"#)));
        assert_eq!(errors(&fragment.devices[0]), 1, "{id}");
    }
    let text = r#"{"name":"enterprises/L/devices/1","managementMode":"DEVICE_OWNER","applicationReports":[{"packageName":"com.tencent.mm","state":"REMOVED","state":"INSTALLED"}]}"#;
    assert_eq!(read("x.json", text).devices[0].apps[0].state, State::Unknown);
}

#[test]
fn what_stands_in_place_of_a_record_or_a_list_of_them_is_an_error_of_all() {
    let one = r#"{"mobileDeviceId":"1","deviceType":"iOS","applications":[{"identifier":"a.b","name":"x"}]}"#;
    for text in [
        format!(r#"{{"results":[{one},7]}}"#),
        format!(r#"{{"results":[{one},"x"]}}"#),
        format!(r#"{{"results":[{one}],"results":"x"}}"#),
    ] {
        assert!(errors(&read("jamf.json", &text).devices[0]) > 0, "{text}");
    }
}

#[test]
fn an_owner_beside_a_doubled_column_or_a_numbered_enrollment_is_nobody() {
    let owner = |head: &str, row: &str| {
        let text = format!(
            "Device ID,Device name,OS,Serial number,Last check-in,{head}\n{A},P,iOS,F2LX1234ABCD,2026-11-20 00:00:00,{row}\n"
        );
        let fragment = read("DevicesWithInventory.csv", text);
        fact(&fragment.devices[0], FactKind::Ownership).map(str::to_owned)
    };
    assert_eq!(owner("Ownership", "Corporate").as_deref(), Some("corporate"));
    assert_eq!(owner("Ownership,Ownership", "Corporate,Personal"), None);
    assert_eq!(owner("Ownership,Serial number", "Corporate,F2LX1234ABCX"), None);
    let graph = |kind: &str| {
        let text = format!(
            r#"{{"value":[{{"id":"{A}","deviceName":"P","managedDeviceOwnerType":"company","deviceEnrollmentType":{kind},"lastSyncDateTime":"2026-11-20T00:00:00Z"}}]}}"#
        );
        fact(&read("devices.json", text).devices[0], FactKind::Ownership).map(str::to_owned)
    };
    for known in [r#""unknown""#, "null", r#""deviceEnrollmentManager""#] {
        assert_eq!(graph(known).as_deref(), Some("corporate"), "{known}");
    }
    assert_eq!(graph("11").as_deref(), Some("contested"), "a number that nobody explains");
}

#[test]
fn an_owner_told_in_a_way_that_nobody_reads_is_told_to_be_open() {
    let owner = |more: &str| {
        let text = format!(
            r#"{{"value":[{{"id":"{A}","deviceName":"P","operatingSystem":"iOS","lastSyncDateTime":"2026-11-20T00:00:00Z"{more}}}]}}"#
        );
        fact(&read("devices.json", text).devices[0], FactKind::Ownership).map(str::to_owned)
    };
    assert_eq!(owner(r#","managedDeviceOwnerType":"company""#).as_deref(), Some("corporate"));
    for silent in ["", r#","managedDeviceOwnerType":"unknown""#, r#","managedDeviceOwnerType":null"#] {
        assert_eq!(owner(silent), None, "{silent}");
    }
    for open in [
        r#","managedDeviceOwnerType":"company","deviceEnrollmentType":11"#,
        r#","managedDeviceOwnerType":"somebody""#,
        r#","managedDeviceOwnerType":"company","managedDeviceOwnerType":"personal""#,
    ] {
        assert_eq!(owner(open).as_deref(), Some("contested"), "{open}");
    }
}

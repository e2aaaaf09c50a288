//! What is cut off says no more than the whole, and shows that it is cut.

use super::*;

/// The devices of `part` say nothing that `whole` does not, and at most as much.
fn says_no_more(part: &Fragment, whole: &Fragment, context: &str) {
    for device in &part.devices {
        let id = fact(device, FactKind::MdmId);
        let same = whole.devices.iter().find(|d| fact(d, FactKind::MdmId) == id);
        let same = same.unwrap_or_else(|| panic!("{context}: a device of its own: {device:?}"));
        assert!(
            device.facts.iter().all(|f| same.facts.iter().any(|known| known == f)),
            "{context}: {:?}",
            device.facts
        );
        for app in &device.apps {
            assert!(
                same.apps.iter().any(|a| a.name == app.name && a.identifier == app.identifier),
                "{context}: {app:?}"
            );
        }
        for (_, l) in device.lists.iter() {
            assert!(l.entries <= list(same).entries, "{context}");
        }
    }
}

#[test]
fn no_prefix_of_rows_says_more_than_the_whole_or_hides_that_it_is_cut() {
    for text in [intune(), intune().replace("\r\n", "\n").replace("k3,\"Notes", "k3,\"A\nB Notes")] {
        let whole = read("x.csv", &text);
        for cut in 0..text.len() {
            let context = format!("cut at {cut}");
            let Some(Ok(part)) = try_read("x.csv", &text.as_bytes()[..cut]) else { continue };
            says_no_more(&part, &whole, &context);
            let between = text.as_bytes()[cut - 1] == b'\n';
            let ends: Vec<_> = part.devices.iter().map(|d| list(d).end).collect();
            assert!(between || ends.iter().all(|e| *e == End::Cut), "{context}: {ends:?}");
            let told = !codes(&part).is_empty();
            assert!(between || told || part.devices.is_empty(), "{context}");
        }
    }
}

#[test]
fn a_cut_device_id_is_no_device() {
    let text = format!("ApplicationName,Version,DeviceName,DeviceId\nWeChat,8,Phone A,{A}\nWeChat,8,Phone B,{B}\n");
    let whole = read("x.csv", &text);
    for cut in text.len() - 38..text.len() {
        let Some(Ok(part)) = try_read("x.csv", &text.as_bytes()[..cut]) else { continue };
        says_no_more(&part, &whole, &format!("cut at {cut}"));
    }
    // Whole but for its line end: the device counts, the list is not whole.
    let part = read("x.csv", text.trim_end());
    assert_eq!(part.devices.len(), 2);
    assert_eq!(list(&part.devices[1]).end, End::Cut);
}

#[test]
fn no_prefix_of_a_document_commits_an_open_record_or_ends_well() {
    let whole = read("x.json", AMAPI);
    for cut in 0..AMAPI.len() - 1 {
        let Some(Ok(part)) = try_read("x.json", &AMAPI.as_bytes()[..cut]) else { continue };
        let context = format!("cut at {cut}");
        says_no_more(&part, &whole, &context);
        let closed = AMAPI[..cut].matches("},\n {").count() + 1;
        assert!(part.devices.len() <= closed, "{context}");
        assert!(part.devices.iter().all(|d| list(d).end == End::Cut), "{context}");
        assert!(codes(&part).contains(&Code::DamagedFile), "{context}");
    }
}

#[test]
fn no_prefix_of_lines_commits_the_line_that_is_cut() {
    let lines = amapi_lines();
    let whole = read("x.ndjson", &lines);
    for cut in 1..lines.len() {
        let Some(Ok(part)) = try_read("x.ndjson", &lines.as_bytes()[..cut]) else { continue };
        says_no_more(&part, &whole, &format!("cut at {cut}"));
        // A line is whole when its last brace is there, with or without a line end.
        let complete = lines[..cut].lines().filter(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()).count();
        assert_eq!(part.devices.len(), complete, "cut at {cut}");
        let open = lines[..cut].lines().count() > complete;
        assert_eq!(codes(&part).contains(&Code::DamagedFile), open, "cut at {cut}");
    }
}

#[test]
fn no_prefix_of_rows_as_json_ends_well() {
    let text = format!(
        r#"[{{"ApplicationName":"WeChat","DeviceId":"{A}","Platform":"IOS"}},
 {{"DeviceId":"{B}","ApplicationName":"Slack","Platform":"IOS"}}]"#
    );
    let whole = read("x.json", &text);
    assert_eq!(whole.devices.len(), 2);
    for cut in 1..text.len() {
        let Some(Ok(part)) = try_read("x.json", &text.as_bytes()[..cut]) else { continue };
        says_no_more(&part, &whole, &format!("cut at {cut}"));
        assert!(part.devices.iter().all(|d| list(d).end == End::Cut), "cut at {cut}");
    }
}

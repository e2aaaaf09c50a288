//! What is remembered of earlier devices must change nothing: each device of a
//! fleet reads as it does alone.

use proptest::prelude::*;

use super::*;
use crate::signature::SignatureSet;

/// Reads as a scan does: only what signatures ask for is kept, and what passes
/// is remembered.
pub(super) fn scan(name: &str, text: &str) -> Fragment {
    static SET: std::sync::OnceLock<SignatureSet> = std::sync::OnceLock::new();
    let set = SET.get_or_init(|| SignatureSet::builtin().unwrap());
    read_retaining(Retain::Relevant(set), name, text.as_bytes(), &Leash::unbounded()).unwrap().unwrap()
}

/// What is said of the only device of one file, or of one of many.
fn said(device: &DeviceRecord) -> String {
    let apps: Vec<_> =
        device.apps.iter().map(|a| format!("{} {:?} {:?} {:?}", a.identifier, a.name, a.version, a.state)).collect();
    let list = list(device);
    format!("{:?} {apps:?} entries {} errors {} {:?}", device.facts, list.entries, list.errors, list.end)
}

/// App objects of one layout, good and bad.
fn objects(id: &str, name: &str) -> Vec<String> {
    let mut out: Vec<String> =
        (0..6).map(|n| format!(r#"{{"{id}":"org.example.app{n}","{name}":"App {n}","x":[{{"y":"}}"}}]}}"#)).collect();
    out.extend(
        [
            r#"{"ID":"com.tencent.mm","NAME":"WeChat"}"#,
            r#"{"ID":"com.tencent.xin","NAME":"WeChat"}"#,
            // A state that says it is gone, and one that nobody knows.
            r#"{"ID":"org.example.gone","NAME":"Gone","state":"REMOVED"}"#,
            r#"{"ID":"org.example.gone","NAME":"Gone","state":"LOST"}"#,
            // No identifier; twice with two values; no text; an escape; the beginning of another.
            r#"{"NAME":"Nameless"}"#,
            r#"{"ID":"org.example.one","ID":"org.example.two"}"#,
            r#"{"ID":"org.example.\ud800"}"#,
            r#"{"ID":"com.tencent.\u006dm"}"#,
            r#"{"ID":"org.example.nest","x":{"y":1}}"#,
            r#"{"ID":"org.example.nest","x":{"y":1},"ID":"com.tencent.mm"}"#,
            r#"{"ID":"org.example.nest","x":{"y":1},"applications":[{"ID":"com.tencent.mm"}]}"#,
            "null",
            "[]",
            "{}",
            r#""{}""#,
        ]
        .map(|object| object.replace("ID", id).replace("NAME", name)),
    );
    out
}

fn fleet() -> impl Strategy<Value = Vec<Vec<prop::sample::Index>>> {
    prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 0..6), 1..24)
}

proptest! {
    #[test]
    fn app_objects_that_were_met_before_count_as_they_did_then(devices in fleet()) {
        let pool = objects("packageName", "displayName");
        let line = |(n, apps): (usize, &Vec<prop::sample::Index>)| {
            let apps: Vec<&str> = apps.iter().map(|i| i.get(&pool).as_str()).collect();
            format!(r#"{{"name":"enterprises/L/devices/{n}","applicationReports":[{}],"managementMode":"DEVICE_OWNER","ownership":"COMPANY_OWNED"}}"#, apps.join(", "))
        };
        let lines: Vec<String> = devices.iter().enumerate().map(line).collect();
        let all = scan("devices.ndjson", &lines.join("\n"));
        prop_assert_eq!(all.devices.len(), lines.len());
        for (device, line) in all.devices.iter().zip(&lines) {
            prop_assert_eq!(said(device), said(&scan("devices.ndjson", line).devices[0]));
        }
    }

    #[test]
    fn app_objects_of_a_document_count_as_they_do_alone(devices in fleet()) {
        let pool = objects("identifier", "name");
        let object = |(n, apps): (usize, &Vec<prop::sample::Index>)| {
            let apps: Vec<&str> = apps.iter().map(|i| i.get(&pool).as_str()).collect();
            format!(r#"{{"mobileDeviceId":"{n}","deviceType":"iOS","applications":[{}],"general":{{"deviceOwnershipType":"Institutional"}}}}"#, apps.join(" ,"))
        };
        let document = |objects: &[String]| format!(r#"{{"results":[{}],"totalCount":{}}}"#, objects.join(","), objects.len());
        let objects: Vec<String> = devices.iter().enumerate().map(object).collect();
        let all = scan("jamf.json", &document(&objects));
        prop_assert_eq!(all.devices.len(), objects.len());
        for (device, object) in all.devices.iter().zip(&objects) {
            let alone = scan("jamf.json", &document(std::slice::from_ref(object)));
            prop_assert_eq!(said(device), said(&alone.devices[0]));
        }
    }

    #[test]
    fn rows_with_names_that_were_met_before_count_as_they_did_then(devices in fleet(), order in any::<u64>()) {
        let names = ["Signal", "WeChat", "Wechat ", "\"WeChat\"", "App 1", "App 2", "App, 3", "", "com.tencent.mm", "ApplicationName", "App 1\u{200b}"];
        let head = "ApplicationKey,ApplicationName,ApplicationVersion,DeviceId,DeviceName,Platform\r\n";
        let rows = |(n, apps): (usize, &Vec<prop::sample::Index>)| -> Vec<String> {
            let quoted = |name: &str| if name.contains(',') { format!("\"{name}\"") } else { name.to_owned() };
            let row = |i: &prop::sample::Index| format!("k,{},1.0,{n:08x}-0000-4000-8000-00000000000{},Phone {n},IOS\r\n", quoted(names[i.index(names.len())]), n % 10);
            apps.iter().map(row).collect()
        };
        let each: Vec<Vec<String>> = devices.iter().enumerate().map(rows).filter(|r| !r.is_empty()).collect();
        prop_assume!(!each.is_empty());
        let mut all = each.concat();
        // Any order that does not bring a device's first row behind another's.
        let step = usize::try_from(order % 7).unwrap() + 1;
        let len = all.len();
        let firsts: Vec<String> = each.iter().map(|rows| rows[0].clone()).collect();
        all = (0..step).flat_map(|s| (s..len).step_by(step)).map(|i| all[i].clone()).collect();
        let first = |row: &String| firsts.iter().position(|f| f.split(',').nth_back(2) == row.split(',').nth_back(2)).unwrap();
        let whole = scan("export.csv", &format!("{head}{}", all.concat()));
        let of = |device: &DeviceRecord| {
            let mut text = said(device);
            // Rows of one device stand in another order.
            let from = text.find(" entries ").unwrap();
            let mut apps: Vec<String> = device.apps.iter().map(|a| format!("{:?}", a.name)).collect();
            apps.sort();
            text = text[from..].to_owned();
            format!("{:?} {apps:?} {text}", fact(device, FactKind::MdmId))
        };
        for row in &firsts {
            let alone = scan("export.csv", &format!("{head}{}", each[first(row)].concat()));
            let said: Vec<String> = whole.devices.iter().map(&of).collect();
            prop_assert!(said.contains(&of(&alone.devices[0])), "{} not in {said:?}", of(&alone.devices[0]));
        }
    }
}

#[test]
fn what_matters_is_read_each_time_and_found_at_its_own_place() {
    let apps = objects("packageName", "displayName");
    let line = |n: usize| {
        format!(
            r#"{{"name":"enterprises/L/devices/{n}","applicationReports":[{},{}],"managementMode":"DEVICE_OWNER"}}"#,
            apps[0], apps[6]
        )
    };
    let text: String = (0..40).map(|n| line(n) + "\n").collect();
    let all = scan("devices.ndjson", &text);
    assert!(all.devices.iter().all(|d| list(d).entries == 2 && names(d) == ["WeChat"]));
    let places: std::collections::HashSet<_> = all.devices.iter().map(|d| format!("{:?}", d.apps[0].at)).collect();
    assert_eq!(places.len(), 40);
}

/// A row of `device` with one of twelve apps, and now and then an odd one.
fn row_of(device: u32, dice: u32) -> String {
    let id = format!("{device:08x}-5a1e-4c0d-9b7e-0123456789ab");
    let (app, end) = (dice % 12, if dice.is_multiple_of(7) { "\n" } else { "\r\n" });
    let platform = if device == 7 { "Windows" } else { "IOS" };
    // Two people use one device; another has two names.
    let (user, name) = (if device == 3 { dice % 2 } else { 0 }, if device == 5 { dice % 2 } else { 0 });
    match dice % 97 {
        0 => format!("key-0,WeChat,8.0,{id},Phone {device},{platform},u{user}\r\n"),
        1 => format!("key-1,\"App, 1\",1.0,\"{id}\",Phone {device},{platform},u{user}\r\n"),
        2 => format!("key-2,App 2,1.0,{id},\"Phone, {device}\",{platform},u{user}\r\n"),
        3 => format!("key-3,,1.0,{id},Phone {device},{platform},u{user}\r\n"),
        4 => format!("\nkey-4,App 4,1.0,{},Phone {device},{platform},u{user}\r\n", id.to_uppercase()),
        5 => format!("key-of-this-very-row-{device}-{dice},App 5,{dice}.0,{id},Phone {device},{platform},u{user}\r\n"),
        _ => format!("key-of-an-app-{app},App {app},1.0,{id},Phone {device} {name},{platform},u{user}{end}"),
    }
}

#[test]
fn rows_of_a_fleet_in_any_order_count_for_their_devices() {
    const HEAD: &str = "ApplicationKey,ApplicationName,ApplicationVersion,DeviceId,DeviceName,Platform,UserName\r\n";
    let mut dice = 1_u32;
    let mut roll = || {
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        dice >> 8
    };
    let of = |device: &DeviceRecord| {
        (
            fact(device, FactKind::MdmId).unwrap().to_owned(),
            names(device).len(),
            list(device).entries,
            list(device).errors,
        )
    };
    for in_a_row in [1, 3, 40] {
        let rows: Vec<(u32, String)> = (0..6000 / in_a_row)
            .flat_map(|_| {
                let device = roll() % 40;
                (0..in_a_row).map(|_| (device, row_of(device, roll()))).collect::<Vec<_>>()
            })
            .collect();
        let text = |of: &dyn Fn(u32) -> bool| {
            let rows: String = rows.iter().filter(|(device, _)| of(*device)).map(|(_, row)| row.as_str()).collect();
            format!("{HEAD}{rows}")
        };
        let whole = scan("export.csv", &text(&|_| true));
        let mut together: Vec<_> = whole.devices.iter().map(of).collect();
        // Each device alone, and each of its apps once only: nothing is known before it is read.
        let mut alone: Vec<_> = (0..40)
            .filter(|device| *device != 7)
            .map(|device| {
                let own: Vec<&str> = rows.iter().filter(|(d, _)| *d == device).map(|(_, row)| row.as_str()).collect();
                let once = own.iter().map(|row| of(&scan("export.csv", &format!("{HEAD}{row}")).devices[0]));
                once.reduce(|a, b| (a.0, a.1 + b.1, a.2 + b.2, a.3 + b.3)).unwrap()
            })
            .collect();
        together.sort();
        alone.sort();
        assert_eq!(together, alone, "{in_a_row} in a row");
        assert_eq!(whole.out_of_scope, 1);
    }
}

//! Public samples and documents that lie beside the checkout.

use super::*;

pub(super) fn corpus(path: &str) -> Option<Vec<u8>> {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/mdm").join(path);
    let bytes = std::fs::read(&file).ok();
    if bytes.is_none() {
        eprintln!("skipped: no {}", file.display());
    }
    bytes
}

#[test]
fn public_samples_are_read_as_what_they_are() {
    for (name, out_of_scope) in [
        ("AppInvRawData.csv", 2),
        ("AppInvRawData.rows.json", 2),
        ("AppInvAggregate.csv", 3),
        ("AppInvAggregate.rows.json", 3),
    ] {
        let Some(bytes) = corpus(&format!("cartography-cncf+cartography/intune/{name}")) else { return };
        let fragment = read(name, bytes);
        // The samples hold computers only.
        assert_eq!((fragment.devices.len(), fragment.out_of_scope), (0, out_of_scope), "{name}");
    }
    let fragment = read("x.json", corpus("cartography-cncf+cartography/jamf/v2-mobile-devices-detail.json").unwrap());
    assert_eq!(
        fragment.devices.iter().map(|d| fact(d, FactKind::Serial).unwrap()).collect::<Vec<_>>(),
        ["IPHONESPRING001", "IPADSPRING001"]
    );
    assert!(fragment.devices.iter().all(|d| matches!(list(d).basis, Basis::Always(Answer::NotCollected(_)))));
    let mocks =
        "deploymenttheory+go-sdk-jamfpro-v2/jamfpro/jamf_pro_api/mobile_devices/mocks/validate_detail_list.json";
    let fragment = read("x.json", corpus(mocks).unwrap());
    assert_eq!(&*fragment.devices[0].apps[0].identifier, "com.apple.airport.mobileairportutility");
    assert_eq!(fact(&fragment.devices[0], FactKind::Ownership), Some("corporate"));
}

#[test]
fn every_documented_report_is_known_by_its_columns() {
    let Some(bytes) = corpus("microsoft-docs/intune-report-columns.json") else { return };
    let reports: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let listed = |key: &str| -> Vec<String> {
        match &reports[key] {
            serde_json::Value::Array(names) => names.iter().map(|n| n.as_str().unwrap().to_owned()).collect(),
            serde_json::Value::Object(names) => names.values().map(|n| n.as_str().unwrap().to_owned()).collect(),
            _ => panic!("{key}"),
        }
    };
    for (report, id) in [
        ("AppInvRawData", "intune-app-inventory"),
        ("AppInvByDevice", "intune-app-inventory"),
        ("AppInvAggregate", "intune-app-aggregate"),
        ("DetectedAppsAggregate (2021)", "intune-app-aggregate"),
        ("DevicesWithInventory requested->received", "intune-devices"),
        ("Devices", "intune-devices"),
    ] {
        let header = listed(report).join(",") + "\n";
        assert_eq!(known("x", header.as_bytes()).map(|k| k.2), Some(id), "{report}");
    }
}

#[test]
fn every_key_of_android_management_is_in_the_discovery_document() {
    let Some(bytes) = corpus("googleapis+google-api-python-client/androidmanagement.v1.inventory-schemas.json") else {
        return;
    };
    let document: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let schemas = &document["schemas"];
    let walk = |from: &str, path: &str| {
        let mut schema = &schemas[from];
        for part in path.split('.') {
            let mut property = &schema["properties"][part.trim_end_matches("[]")];
            assert!(property.is_object(), "{from}.{path}: no {part}");
            if part.ends_with("[]") {
                property = &property["items"];
            }
            schema = property["$ref"].as_str().map_or(property, |name| &schemas[name]);
        }
    };
    let Shape::Records(records) = &crate::artifact::mdm::android_management::DEVICES.shape else { panic!() };
    records.keys.iter().for_each(|(path, _)| walk("Device", path));
    walk("Device", records.apps);
    records.app_keys.iter().for_each(|(path, _)| walk("ApplicationReport", path));
    records.more.iter().for_each(|path| walk("ListDevicesResponse", path));
}

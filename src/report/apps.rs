//! The inventory: every app seen on every device, without a verdict.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::text::{count, safe};
use super::{assemble, v1};
use crate::artifact::{Observation, SourceHash};
use crate::format::hex;
use crate::inventory::{Device, Devices};
use crate::model::DigestKind;

/// One device with every app its evidence names.
#[derive(Debug, Serialize)]
pub struct DeviceApps {
    /// Unique in the document and stable between runs.
    pub key: String,
    /// `device`, `packages`, `aggregate`.
    pub record: &'static str,
    /// Platform.
    pub platform: &'static str,
    /// Who it is.
    pub identity: v1::Identity,
    /// Users and profiles.
    pub users: Vec<v1::User>,
    /// Lists of apps.
    pub coverage: Vec<v1::Coverage>,
    /// Apps, sorted by identifier, name, state.
    pub apps: Vec<AppRow>,
    /// Ids of the items that speak of it.
    pub evidence: Vec<v1::Word>,
}

/// One statement about one app.
#[derive(Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
pub struct AppRow {
    /// Kind of the identifier.
    pub kind: &'static str,
    /// The identifier; the display name where the source has none.
    pub identifier: String,
    /// Display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// App Store id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store_id: Option<String>,
    /// Version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Presence.
    pub state: &'static str,
    /// Users; empty: not told apart.
    pub users: Vec<u32>,
    /// Which app installed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub installer: Option<String>,
    /// Part of the system image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system: Option<bool>,
    /// SHA-256 of signing certificates.
    pub signers: Vec<String>,
    /// File, and row or key in it.
    pub locator: String,
    /// Which artifact.
    pub artifact: &'static str,
    /// Digest of that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// One device with its apps.
pub fn device_apps(device: Device, devices: &Devices, items: &dyn Fn(u32) -> v1::Word) -> DeviceApps {
    let mut apps: Vec<AppRow> = device.apps.iter().filter_map(|a| row(a, devices)).collect();
    apps.sort();
    apps.dedup();
    DeviceApps {
        record: device.record.as_str(),
        platform: device.platform.as_str(),
        users: assemble::users(&device),
        apps,
        evidence: device.items.iter().map(|i| items(*i)).collect(),
        coverage: device.coverage.into_iter().map(|c| assemble::coverage(c, devices)).collect(),
        identity: assemble::identity(device.identity),
        key: device.key,
    }
}

fn row(app: &Observation, devices: &Devices) -> Option<AppRow> {
    let source = devices.source(app.source)?;
    let own = |text: &Option<Box<str>>| text.as_deref().map(str::to_owned);
    let digests = app.signers.iter().flat_map(|s| &s.digests);
    Some(AppRow {
        kind: app.kind.as_str(),
        identifier: if app.identifier.is_empty() {
            own(&app.store_id).or_else(|| own(&app.name)).unwrap_or_default()
        } else {
            app.identifier.to_string()
        },
        name: own(&app.name),
        store_id: own(&app.store_id),
        version: own(&app.version),
        publisher: own(&app.publisher),
        state: app.state.as_str(),
        users: app.users.clone(),
        installer: own(&app.installer),
        system: app.system,
        signers: digests.filter(|d| d.kind == DigestKind::Sha256).map(|d| d.value.clone()).collect(),
        locator: app.at.locator(&source.locator).to_string(),
        artifact: source.artifact,
        sha256: match source.hash {
            SourceHash::File(sha256) => Some(hex(&sha256)),
            SourceHash::None => None,
        },
    })
}

/// Devices with their apps for people.
pub fn apps_table(device: &DeviceApps, out: &mut dyn Write) -> io::Result<()> {
    let id = &device.identity;
    let parts = [&id.name, &id.model, &id.serial].into_iter().flatten().map(|p| safe(p, 60));
    let mut name: Vec<String> = parts.collect();
    if name.is_empty() {
        name.push(safe(&device.key, 200));
    }
    writeln!(out, "{} ({})", name.join(" · "), count(device.apps.len() as u64, "statement", "statements"))?;
    let mut by_id: BTreeMap<&str, Vec<&AppRow>> = BTreeMap::new();
    for app in &device.apps {
        by_id.entry(&app.identifier).or_default().push(app);
    }
    for (id, rows) in by_id {
        let mut states: Vec<String> = rows
            .iter()
            .map(|r| {
                let users: Vec<String> = r.users.iter().map(u32::to_string).collect();
                if users.is_empty() { r.state.to_owned() } else { format!("{} (user {})", r.state, users.join(", ")) }
            })
            .collect();
        states.dedup();
        let name = rows.iter().find_map(|r| r.name.as_deref()).filter(|n| *n != id).unwrap_or_default();
        let version = rows.iter().find_map(|r| r.version.as_deref()).unwrap_or_default();
        writeln!(out, "  {:40}  {:12}  {:24}  {}", safe(id, 80), safe(version, 12), states.join(", "), safe(name, 60))?;
    }
    Ok(())
}

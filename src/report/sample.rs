//! Reports for tests: small, whole, and different from each other.

use super::{Output, RENDERERS, Style, Writer, v1};

/// For words and strings alike.
fn text<T: From<String>>(text: &str) -> T {
    text.to_owned().into()
}

/// A complete app list.
pub(crate) fn list(locator: &str, as_of: &str) -> v1::Coverage {
    v1::Coverage {
        scope: "all-apps".into(),
        users: None,
        completeness: "complete".into(),
        basis: "complete-list".into(),
        entries: 7,
        as_of: Some(as_of.to_owned()),
        artifact: "packages-xml".into(),
        locator: locator.to_owned(),
        ..v1::Coverage::default()
    }
}

/// WeChat on one device, by one file.
pub(crate) fn finding(state: &str, locator: &str, as_of: &str) -> v1::Finding {
    v1::Finding {
        code: text(match state {
            "removed" => "prohibited-app-removed",
            "trace" => "prohibited-app-trace",
            "unknown" => "prohibited-app-presence-unknown",
            _ => "prohibited-app-present",
        }),
        app: text("wechat-pay"),
        app_name: text("WeChat Pay"),
        hosted_by: Some(text("WeChat")),
        policies: vec![text("us-eo-13971")],
        relation: text("host"),
        state: text(state),
        strength: text("strong"),
        identifier: v1::Identifier { kind: text("package-name"), value: text("com.tencent.mm") },
        version: Some(text("8.0.50")),
        users: vec![0],
        signer: v1::Signer { status: text("unknown"), sha256: Vec::new() },
        reasons: vec![v1::Reason {
            indicator: text("wechat/package"),
            value: text("com.tencent.mm"),
            strength: text("strong"),
            confidence: text("high"),
            provenance: vec![0],
        }],
        provenance: vec![v1::Provenance {
            locator: text(locator),
            artifact: text("packages-xml"),
            state: text(state),
            users: vec![0],
            as_of: Some(text(as_of)),
            hash_scope: text("none"),
            sha256: None,
        }],
        does_not_prove: vec![text("That it was ever used.")],
        ..v1::Finding::default()
    }
}

/// A clear Android phone with this serial number, read from item `e1`.
pub(crate) fn device(serial: &str) -> v1::Device {
    v1::Device {
        key: format!("android:serial:{serial}"),
        record: text("device"),
        platform: text("android"),
        identity: v1::Identity {
            serial: Some(text(serial)),
            ownership: text("unknown"),
            enrollment: text("unknown"),
            ..v1::Identity::default()
        },
        verdict: text("clear"),
        verdict_reasons: vec![text("complete-app-list")],
        policies: vec![v1::PolicyVerdict { id: text("us-eo-13971"), verdict: text("clear") }],
        as_of: Some(text("2026-11-01T00:00:00Z")),
        users: vec![v1::User { id: 0, kind: text("owner") }],
        apps_observed: 7,
        coverage: vec![list(&format!("phones/{serial}/packages.xml"), "2026-11-01T00:00:00Z")],
        does_not_prove: vec![text(super::CLEAR_SPEAKS_FOR_ITS_TIME), text("That nothing is hidden.")],
        evidence: vec![text("e1")],
        ..v1::Device::default()
    }
}

/// The same phone with WeChat on it.
pub(crate) fn prohibited(serial: &str) -> v1::Device {
    let mut device = device(serial);
    device.verdict = text("prohibited");
    device.verdict_reasons = vec![text("prohibited-app-present")];
    device.policies[0].verdict = text("prohibited");
    device.findings = vec![finding("installed", &format!("phones/{serial}/packages.xml"), "2026-11-01T00:00:00Z")];
    device.does_not_prove.remove(0);
    device
}

/// One item that was read.
pub(crate) fn item(id: &str, locator: &str, devices: &[&v1::Device]) -> v1::Evidence {
    v1::Evidence {
        id: id.to_owned(),
        locator: locator.to_owned(),
        kind: "android-data".into(),
        status: "read".into(),
        devices: devices.iter().map(|d| d.key.clone()).collect(),
        ..v1::Evidence::default()
    }
}

/// A run of one policy.
pub(crate) fn run() -> v1::Run {
    let mut options = std::collections::BTreeMap::new();
    options.insert(text("as_of"), "2026-11-21T00:00:00Z".into());
    options.insert(text("assume_full_lists"), false.into());
    options.insert(text("min_strength"), "probable".into());
    options.insert(text("stale_after_days"), 30.into());
    v1::Run {
        tool: v1::Tool { name: text("tidewaiter"), version: text("0.1.0") },
        started_at: text("2026-11-21T00:00:00Z"),
        finished_at: Some(text("2026-11-21T00:00:00Z")),
        complete: Some(true),
        signatures: v1::Signatures { sha256: "ab".repeat(32), apps: 9 },
        policies: vec![v1::Policy {
            id: text("us-eo-13971"),
            title: text("Executive Order 13971"),
            status: text("revoked"),
            sha256: "cd".repeat(32),
            entries: 8,
            ..v1::Policy::default()
        }],
        options,
        ..v1::Run::default()
    }
}

/// Writes a report of these devices, one item for each.
pub(crate) fn report(run: &v1::Run, devices: &[v1::Device], format: &str) -> Vec<u8> {
    let mut devices = devices.to_vec();
    devices.sort_by(|a, b| a.key.cmp(&b.key));
    let mut items = Vec::new();
    for (n, device) in devices.iter_mut().enumerate() {
        let id = format!("e{}", n + 1);
        let root = device.coverage.first().map(|c| c.locator.replace("/packages.xml", "")).unwrap_or_default();
        device.evidence = vec![id.clone().into()];
        items.push(item(&id, &root, &[device]));
    }
    write(run, &devices, &items, format)
}

/// Writes exactly these pieces.
pub(crate) fn write(run: &v1::Run, devices: &[v1::Device], items: &[v1::Evidence], format: &str) -> Vec<u8> {
    let mut out = Vec::new();
    {
        let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
        let style = Style { width: 80, ..Style::default() };
        let mut outputs: Vec<Output<'_>> = vec![((format.make)(style), Box::new(&mut out))];
        let mut writer = Writer::begin(&mut outputs, run).unwrap();
        devices.iter().for_each(|d| writer.device(d).unwrap());
        items.iter().for_each(|e| writer.evidence(e).unwrap());
        writer.end(run.clone(), None).unwrap();
    }
    out
}

/// The document a report was written as.
pub(crate) fn parse(bytes: &[u8]) -> v1::Report {
    serde_json::from_slice(bytes).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(bytes)))
}

/// Keeps bytes as a file.
pub(crate) fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut file, bytes).unwrap();
    file
}

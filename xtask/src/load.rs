//! Reports of made-up fleets, to measure renderers and readers with.
//!
//! The same number of devices gives the same bytes on every machine.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context as _, Result};
use tidewaiter::report::{RENDERERS, Style, Tally, v1};

/// Devices of one made-up export.
const EXPORT: u64 = 5000;
/// Code, app, name of the app, identifier, hosting app.
const APPS: [(&str, &str, &str, Option<&str>); 6] = [
    ("wechat-pay", "WeChat Pay", "com.tencent.mm", Some("WeChat")),
    ("alipay", "Alipay", "com.eg.android.AlipayGphone", None),
    ("camscanner", "CamScanner", "com.intsig.camscanner", None),
    ("shareit", "SHAREit", "com.lenovo.anyshare.gps", None),
    ("tencent-qq", "Tencent QQ", "com.tencent.mobileqq", None),
    ("wps-office", "WPS Office", "cn.wps.moffice_eng", None),
];
const MODELS: [(&str, &str, &str); 5] = [
    ("iPhone15,2", "ios", "26.1"),
    ("iPhone14,6", "ios", "18.7.2"),
    ("Google Pixel 8", "android", "16"),
    ("Samsung SM-S921U", "android", "15"),
    ("Samsung SM-A546U", "android", "14"),
];

/// One device in so many has names that mean harm.
const HOSTILE_EVERY: u64 = 97;
const HOSTILE: [&str; 12] = [
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "\"><svg onload=window.pwned=1>",
    "</noscript><iframe src=\"https://example.org\"></iframe>",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "\t=1+1",
    "javascript:window.pwned=1",
    "＝1+1",
    "\u{1b}[2J\u{7}\u{0}bell",
    "abc\u{202e}gpj.exe\u{2066}\u{200b}\u{feff}",
    "Z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}\u{308} constructor __proto__",
];

/// Writes a report of `devices` devices in the format that the file's ending names.
pub(crate) fn write(devices: u64, to: &Path) -> Result<()> {
    let ending = to.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let format = RENDERERS.iter().find(|f| f.id == ending);
    let format = format.with_context(|| format!("{}: no report format ends in this way", to.display()))?;
    let mut out = BufWriter::new(File::create(to)?);
    let mut renderer = (format.make)(Style { width: 80, ..Style::default() });
    let mut tally = Tally::default();
    let mut run = run();
    renderer.begin(&run, &mut out)?;
    for n in 0..devices {
        let mut device = device(n);
        if n % HOSTILE_EVERY == 5 {
            harm(&mut device, n / HOSTILE_EVERY);
        }
        tally.device(&device);
        renderer.device(&device, &mut out)?;
    }
    for n in 0..devices.div_ceil(EXPORT) {
        let item = evidence(n, devices);
        tally.evidence(&item);
        renderer.evidence(&item, &mut out)?;
    }
    for n in 0..devices.div_ceil(EXPORT).min(1000) {
        let message = v1::Diagnostic {
            severity: ["warning", "note"][(n % 2) as usize].into(),
            code: "stale-list".into(),
            locator: Some(export(n)),
            device: None,
            message: "rows are older than 30 days; export again".to_owned(),
            count: n + 1,
        };
        tally.diagnostic(&message);
        renderer.diagnostic(&message, &mut out)?;
    }
    run.finished_at = Some("2026-11-21T12:09:00Z".to_owned());
    run.complete = Some(true);
    run.exit_status = Some(tally.exit_status(true));
    renderer.end(&run, &tally.summary, &mut out)?;
    out.flush()?;
    Ok(())
}

/// Puts hostile names wherever evidence gives a value.
fn harm(device: &mut v1::Device, n: u64) {
    let long = "long ".repeat(2000);
    let name = if n % 13 == 12 { &long } else { HOSTILE[(n % 13) as usize] };
    device.key.push_str(name);
    device.identity.name = Some(name.to_owned());
    device.identity.primary_user = Some(name.to_owned());
    device.identity.model = Some(name.to_owned());
    for finding in &mut device.findings {
        finding.display_name = Some(name.to_owned());
        finding.version = Some(name.to_owned());
    }
    for list in &mut device.coverage {
        list.note = Some(name.to_owned());
    }
}

/// A number that looks random and is not (SplitMix64).
fn noise(n: u64, salt: u64) -> u64 {
    let mut z = n.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn export(n: u64) -> String {
    format!("exports/region-{n:03}/AppInvRawData.csv")
}

fn digest(n: u64) -> String {
    (0..4).map(|part| format!("{:016x}", noise(n, 40 + part))).collect()
}

fn run() -> v1::Run {
    v1::Run {
        tool: v1::Tool { name: "tidewaiter".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
        started_at: "2026-11-21T12:00:00Z".to_owned(),
        signatures: v1::Signatures { sha256: digest(1), apps: 11 },
        policies: vec![v1::Policy {
            id: "us-eo-13971".to_owned(),
            title: "Executive Order 13971".to_owned(),
            status: "revoked".into(),
            ended: Some("2021-06-09".to_owned()),
            sha256: digest(2),
            entries: 8,
            ..v1::Policy::default()
        }],
        ..v1::Run::default()
    }
}

fn evidence(n: u64, devices: u64) -> v1::Evidence {
    let keys = n * EXPORT..devices.min((n + 1) * EXPORT);
    v1::Evidence {
        id: format!("item-{n}"),
        locator: export(n),
        kind: "intune-app-inventory".into(),
        status: if n % 7 == 3 { "partly-read" } else { "read" }.into(),
        size: Some(40_000_000 + n),
        devices: keys.map(key).collect(),
        consulted: vec![v1::Consulted {
            locator: export(n),
            size: Some(40_000_000 + n),
            mtime: None,
            hash_scope: "file".into(),
            sha256: Some(digest(n)),
        }],
        ..v1::Evidence::default()
    }
}

fn key(n: u64) -> String {
    format!("serial:{:07}{:05X}", n, noise(n, 3) & 0xf_ffff)
}

fn device(n: u64) -> v1::Device {
    let (verdict, reason) = match noise(n, 0) % 100 {
        0..4 => ("prohibited", "prohibited-app-present"),
        4..6 => ("suspect", "presence-unknown"),
        6..41 => ("inconclusive", "managed-apps-only"),
        41..50 => ("inconclusive", "stale"),
        _ => ("clear", "complete-app-list"),
    };
    let (model, platform, os) = MODELS[(noise(n, 1) % 5) as usize];
    let serial = key(n).split_off("serial:".len());
    let day = format!("2026-11-{:02}T06:00:00Z", 1 + noise(n, 2) % 20);
    let findings = match verdict {
        "prohibited" => (0..1 + noise(n, 5) % 3).map(|i| finding(n, i, "installed", &day)).collect(),
        "suspect" => vec![finding(n, 0, "unknown", &day)],
        _ => Vec::new(),
    };
    let complete = verdict == "clear";
    v1::Device {
        key: key(n),
        record: "device".into(),
        platform: platform.into(),
        identity: v1::Identity {
            name: Some(format!("Phone {n} of team {}", noise(n, 6) % 400)),
            serial: Some(serial),
            imei: vec![format!("35{:013}", noise(n, 7) % 10_000_000_000_000)],
            primary_user: Some(format!("user.{}@agency.example", noise(n, 8) % 40_000)),
            model: Some(model.to_owned()),
            os_version: Some(os.to_owned()),
            ownership: "corporate".into(),
            enrollment: "fully-managed".into(),
            ..v1::Identity::default()
        },
        verdict: verdict.into(),
        verdict_reasons: vec![reason.into()],
        policies: vec![v1::PolicyVerdict { id: "us-eo-13971".into(), verdict: verdict.into() }],
        as_of: complete.then(|| day.clone()),
        waived: false,
        users: vec![v1::User { id: 0, kind: "owner".into() }],
        apps_observed: 20 + noise(n, 9) % 120,
        coverage: vec![v1::Coverage {
            scope: "all-apps".into(),
            users: None,
            completeness: if complete { "complete" } else { "partial" }.into(),
            basis: if complete { "documented" } else { reason }.into(),
            entries: 20 + noise(n, 9) % 120,
            as_of: Some(day),
            assumption: None,
            artifact: "intune-app-inventory".into(),
            locator: export(n / EXPORT),
            sha256: Some(digest(n / EXPORT)),
            note: None,
            ..v1::Coverage::default()
        }],
        findings,
        does_not_prove: vec![
            "Personal devices list managed apps only.".into(),
            "The export does not say when each row was collected.".into(),
        ],
        evidence: vec![format!("item-{}", n / EXPORT).into()],
    }
}

fn finding(n: u64, i: u64, state: &'static str, day: &str) -> v1::Finding {
    let (app, app_name, identifier, host) = APPS[((noise(n, 4) + i) % 6) as usize];
    v1::Finding {
        code: if state == "installed" { "prohibited-app-present" } else { "prohibited-app-presence-unknown" }.into(),
        app: app.to_owned(),
        app_name: app_name.to_owned(),
        hosted_by: host.map(str::to_owned),
        policies: vec!["us-eo-13971".to_owned()],
        relation: if host.is_some() { "host" } else { "app" }.into(),
        state: state.into(),
        strength: "strong".into(),
        identifier: v1::Identifier { kind: "package-name".into(), value: identifier.to_owned() },
        version: Some(format!("8.0.{}", noise(n, 10) % 60)),
        signer: v1::Signer { status: "unknown".into(), sha256: Vec::new() },
        reasons: vec![v1::Reason {
            indicator: format!("{app}.android.package"),
            value: identifier.to_owned(),
            strength: "strong".into(),
            confidence: "confirmed".into(),
            provenance: vec![0],
        }],
        provenance: vec![v1::Provenance {
            locator: format!("{}#byte={}+180", export(n / EXPORT), n * 9000 + i * 180),
            artifact: "intune-app-inventory".into(),
            state: state.into(),
            as_of: Some(day.to_owned()),
            hash_scope: "record".into(),
            sha256: Some(digest(n * 8 + i)),
            ..v1::Provenance::default()
        }],
        does_not_prove: vec!["That an app is installed does not say that it was used.".into()],
        ..v1::Finding::default()
    }
}

//! Nothing that names anybody is left, in any format.

use super::*;
use crate::report::reading::Saved;
use crate::report::sample::{device, file, finding, item, parse, prohibited, report, run, write};
use crate::report::{Output, RENDERERS, Style, Writer};

fn redactor() -> Redactor {
    Redactor::new(b"0123456789abcdef-a key for tests").unwrap()
}

fn redact(bytes: &[u8], format: &str, redactor: &Redactor) -> Vec<u8> {
    let file = file(bytes);
    let saved = Saved::open(file.path()).unwrap();
    let mut out = Vec::new();
    {
        let format = RENDERERS.iter().find(|f| f.id == format).unwrap();
        let inner = (format.make)(Style { width: 80, ..Style::default() });
        let mut outputs: Vec<Output<'_>> =
            vec![(Box::new(Redacting::new(redactor.clone(), inner)), Box::new(&mut out))];
        let mut writer = Writer::begin(&mut outputs, &saved.begun()).unwrap();
        let ending = saved.read(&mut |part| writer.part(&part)).unwrap();
        writer.end(ending.run, ending.summary).unwrap();
    }
    out
}

/// A report in which every text that could name somebody bears a mark.
#[expect(clippy::too_many_lines, reason = "one field of the report a line")]
fn marked() -> Vec<u8> {
    let mark = |what: &str| format!("CLEAR{what}/CLEAR{what}#CLEAR{what}");
    let mut d = prohibited("CLEARserial");
    d.key = format!("android:serial:{}", mark("key"));
    let id = &mut d.identity;
    for slot in [
        &mut id.name,
        &mut id.udid,
        &mut id.enrollment_id,
        &mut id.mdm_id,
        &mut id.primary_user,
        &mut id.model,
        &mut id.os_version,
    ] {
        *slot = Some(mark("identity"));
    }
    id.imei = vec![mark("imei")];
    id.other_ids = vec![mark("other")];
    d.verdict_reasons.push(mark("reason").into());
    d.does_not_prove.push(mark("sentence").into());
    d.does_not_prove.push("That this belongs to CLEARserial was never shown here.".into());
    d.evidence.push(mark("item").into());
    let list = &mut d.coverage[0];
    list.locator = mark("list");
    list.artifact = mark("artifact").into();
    list.basis = mark("basis").into();
    list.note = Some(mark("note"));
    list.assumption = Some(mark("assumption").into());
    list.sha256 = Some("CLEAR00ff".repeat(8)[..64].to_owned());
    let f = &mut d.findings[0];
    f.display_name = Some(mark("name"));
    f.version = Some(mark("version"));
    f.installer = Some(mark("installer"));
    f.signer = v1::Signer { status: "mismatch".into(), sha256: vec![mark("signer")] };
    f.reasons[0].value = mark("value");
    f.reasons[0].indicator = mark("indicator");
    f.provenance[0].locator = mark("provenance");
    f.provenance[0].sha256 = Some(mark("hash"));
    f.waiver = Some(v1::Waiver { id: mark("w"), approver: mark("w"), basis: mark("w"), expires: mark("w") });
    let mut possible = finding("installed", "x", "2026-01-01T00:00:00Z");
    possible.app = mark("app");
    possible.app_name = mark("app");
    possible.hosted_by = Some(mark("host"));
    possible.identifier.value = "org.CLEAR.private".to_owned();
    d.findings.push(possible);
    let mut e = item("e1", &mark("evidence"), &[&d]);
    e.kind = mark("kind").into();
    e.consulted = vec![v1::Consulted { locator: mark("file"), sha256: Some(mark("h")), ..v1::Consulted::default() }];
    let mut r = run();
    r.tool.version = mark("tool");
    r.options.insert("waivers".to_owned(), mark("option").into());
    r.options.insert("CLEARoption".to_owned(), serde_json::json!({"CLEAR": ["CLEAR"]}));
    r.config = Some(v1::Config { file: mark("config"), sha256: mark("config") });
    r.policies[0].title = mark("title");
    r.policies[0].citation = Some(mark("citation"));
    r.policies[0].unresolved = vec![mark("unresolved")];
    r.policies[0].rests_on.insert(mark("platform"), vec![mark("rests").into()]);
    r.sources =
        vec![v1::RunSource { policies: vec![mark("policy")], options: r.options.clone(), ..v1::RunSource::default() }];
    let mut whole = parse(&write(&r, &[d], &[e], "json"));
    whole.diagnostics.push(v1::Diagnostic {
        severity: "warning".into(),
        code: "values-conflict".into(),
        locator: Some(mark("locator")),
        device: Some(mark("device")),
        message: mark("message"),
        count: 1,
    });
    whole.diagnostics.push(v1::Diagnostic { code: mark("code").into(), ..whole.diagnostics[0].clone() });
    serde_json::to_vec(&whole).unwrap()
}

#[test]
fn no_marked_text_is_left_in_any_format() {
    let clear = marked();
    for format in RENDERERS {
        let text = String::from_utf8(redact(&clear, format.id, &redactor())).unwrap();
        let at = text.find("CLEAR").unwrap_or(0);
        assert!(!text.contains("CLEAR"), "{}: {:?}", format.id, text.get(at.saturating_sub(80)..at + 40));
    }
}

#[test]
fn what_a_report_is_for_is_kept() {
    let clear = report(&run(), &[device("AAAAAA1"), prohibited("BBBBBB2")], "json");
    let redacted = parse(&redact(&clear, "json", &redactor()));
    let before = parse(&clear);
    assert_eq!(redacted.summary, before.summary);
    assert_eq!(redacted.run.exit_status, Some(1));
    let found = redacted.devices.iter().find(|d| d.verdict == "prohibited").unwrap();
    let finding = &found.findings[0];
    assert_eq!((finding.app.as_str(), finding.app_name.as_str()), ("wechat-pay", "WeChat Pay"));
    assert_eq!((finding.identifier.value.as_str(), finding.version.as_deref()), ("com.tencent.mm", Some("8.0.50")));
    assert_eq!(redacted.run.redacted.unwrap().method, "hmac-sha-256");
    assert!(redacted.devices.is_sorted_by(|a, b| a.key <= b.key), "the order tells nothing of the old names");
    assert!(redacted.evidence.iter().all(|e| e.devices.iter().all(|k| redacted.devices.iter().any(|d| d.key == *k))));
}

#[test]
fn pseudonyms_are_stable_under_one_key_and_different_under_another() {
    let clear = report(&run(), &[prohibited("BBBBBB2")], "json");
    let serial = |r: &Redactor| parse(&redact(&clear, "json", r)).devices[0].identity.serial.clone().unwrap();
    let one = serial(&redactor());
    assert_eq!(one, serial(&redactor()));
    let other = Redactor::new(b"another key that is long enough").unwrap();
    assert_ne!(one, serial(&other));
    let plain = hex(&<Sha256 as sha2::Digest>::digest(b"BBBBBB2"));
    assert!(!plain.starts_with(&one[2..]), "a plain hash can be tried out");
    let again = report(&run(), &[device("BBBBBB2")], "ndjson");
    assert_eq!(parse(&redact(&again, "json", &redactor())).devices[0].identity.serial.as_ref(), Some(&one));
}

#[test]
fn a_key_that_can_be_guessed_is_refused() {
    for weak in [&b""[..], b"short\n", b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", b"0123456789abcde\r\n"] {
        assert!(Redactor::new(weak).is_err(), "{weak:?}");
    }
    assert!(!format!("{:?}", redactor()).contains("0123456789"), "a key is never printed");
}

#[test]
fn the_mac_is_hmac_sha_256() {
    // RFC 4231, test case 2 has a key of 4 bytes, which is refused here; test case 6's key is alike
    // throughout. So: the same value by the definition of RFC 2104.
    use sha2::Digest as _;
    let key = b"0123456789abcdef-a key for tests";
    let pad = |x: u8| (0..64).map(|i| key.get(i).copied().unwrap_or(0) ^ x).collect::<Vec<u8>>();
    let inner = Sha256::digest([pad(0x36), b"value\0BBBBBB2".to_vec()].concat());
    let outer = hex(&Sha256::digest([pad(0x5c), inner.to_vec()].concat()));
    assert_eq!(redactor().name("BBBBBB2"), format!("r-{}", &outer[..24]));
}

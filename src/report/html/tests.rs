use super::*;

fn hostile() -> v1::Device {
    let name = "</script><img src=x onerror=alert(1)>\u{202e}\u{2028}\"'";
    v1::Device {
        key: format!("key{name}"),
        record: "device".into(),
        platform: "android".into(),
        verdict: "prohibited".into(),
        verdict_reasons: vec!["prohibited-app-present".into(), name.into()],
        identity: v1::Identity {
            name: Some(name.repeat(400)),
            primary_user: Some("=cmd|' /C calc'!A0".to_owned()),
            ..v1::Identity::default()
        },
        findings: vec![v1::Finding {
            app_name: name.to_owned(),
            provenance: vec![v1::Provenance {
                locator: "a%00b%E2%80%AE.zip!/x#/<blink>".to_owned(),
                ..Default::default()
            }],
            ..v1::Finding::default()
        }],
        does_not_prove: vec![name.into()],
        ..v1::Device::default()
    }
}

fn page(devices: &[v1::Device]) -> String {
    let mut html = Html::new();
    let mut out = Vec::new();
    let mut run = v1::Run { started_at: "2026-11-21T12:00:00Z".to_owned(), ..v1::Run::default() };
    run.policies.push(v1::Policy {
        title: "<blink>Order</blink>".to_owned(),
        status: "revoked".into(),
        ..Default::default()
    });
    run.options.insert("<i>".to_owned(), "</dd>".into());
    html.begin(&run, &mut out).unwrap();
    for device in devices {
        html.device(device, &mut out).unwrap();
    }
    let item = v1::Evidence {
        locator: "<u>".to_owned(),
        kind: "<s>".into(),
        status: "unreadable".into(),
        ..Default::default()
    };
    html.evidence(&item, &mut out).unwrap();
    let message =
        v1::Diagnostic { severity: "error".into(), message: "</noscript><q>".to_owned(), ..Default::default() };
    html.diagnostic(&message, &mut out).unwrap();
    let summary = v1::Summary { devices: 1, prohibited: 1, ..v1::Summary::default() };
    html.end(&run, &summary, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Names of all elements, as a browser with scripts finds them: the content of
/// `script`, `style` and `noscript` is passed over.
fn elements(page: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let name: String = rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/' || *c == '!').collect();
        if matches!(name.as_str(), "script" | "style" | "noscript") {
            rest = &rest[rest.find(&format!("</{name}")).unwrap()..];
        }
        out.push(name);
    }
    out
}

#[test]
fn values_from_evidence_make_no_elements() {
    let page = page(&[hostile()]);
    let found = elements(&page);
    for foreign in ["img", "blink", "u", "s", "q", "i"] {
        assert!(!found.iter().any(|e| e == foreign), "<{foreign}> came from a value");
    }
    // A reader without scripts sees the content of `noscript` as markup.
    let plain = page.replace("<noscript", "<div").replace("</noscript>", "</div>");
    let found = elements(&plain);
    assert!(!found.iter().any(|e| matches!(e.as_str(), "img" | "blink" | "u" | "s" | "q" | "i")), "{found:?}");
    assert!(!page.contains('\u{202e}') && !page.contains('\u{2028}'));
}

#[test]
fn the_policy_of_the_page_names_the_digests_of_what_it_runs() {
    let page = page(&[]);
    let between = |from: &str, to: &str| {
        let start = page.rfind(from).unwrap() + from.len();
        page[start..start + page[start..].find(to).unwrap()].to_owned()
    };
    let digest = |text: String| STANDARD.encode(Sha256::digest(text.as_bytes()));
    assert!(page.contains(&format!("style-src 'sha256-{}'", digest(between("<style>", "</style>")))));
    assert!(page.contains(&format!("script-src 'sha256-{}'", digest(between("<script>", "</script>")))));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn nothing_in_the_page_is_loaded_or_handled_inline() {
    let page = page(&[hostile()]);
    let own = page.replace(SCRIPT, "").replace(STYLE, "");
    for forbidden in
        [" style=", " onclick", " onload", "src=\"", "http:", "https:", "//", "javascript:", "@import", "url("]
    {
        assert!(!own.contains(forbidden), "{forbidden}");
    }
    for forbidden in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttpRequest",
    ] {
        assert!(!SCRIPT.contains(forbidden), "{forbidden}");
    }
    assert!(!STYLE.contains("url(") && !STYLE.contains("@import"));
}

#[test]
fn without_devices_the_page_says_so() {
    let mut html = Html::new();
    let mut out = Vec::new();
    let run = v1::Run { complete: Some(false), ..v1::Run::default() };
    html.begin(&run, &mut out).unwrap();
    html.end(&run, &v1::Summary::default(), &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    assert!(page.contains("No device was found in the evidence."));
    assert!(page.contains("The run was not completed."));
    for id in ["devices", "evidence", "diagnostics", "basis", "how", "outcome"] {
        assert_eq!(page.matches(&format!("<section id=\"{id}\"")).count(), 1, "{id}");
    }
    assert_eq!(page.matches("<section").count(), page.matches("</section>").count());
}

#[test]
fn a_page_that_was_cut_off_has_no_outcome_and_a_warning() {
    let whole = page(&[hostile()]);
    let cut = &whole[..whole.find("<section id=\"outcome\"").unwrap()];
    assert!(cut.contains("id=\"cut-off\"") && cut.contains("main:has(#outcome) #cut-off"));
}

#[test]
fn what_is_kept_does_not_grow_with_the_devices() {
    let mut html = Html::new();
    let mut sink = io::sink();
    html.begin(&v1::Run::default(), &mut sink).unwrap();
    for n in 0..3000 {
        let key = format!("k{n}");
        let device =
            v1::Device { verdict_reasons: vec![key.clone().into()], record: "device".into(), key, ..hostile() };
        html.device(&device, &mut sink).unwrap();
        assert!(!html.rows.is_full() && !html.details.is_full());
    }
    assert!(html.charts.words().len() <= 300);
}

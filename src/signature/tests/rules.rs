//! Each rule of the checker, broken.

use crate::signature::check::{Problem, check_dir};
use crate::signature::{SignatureError, SignatureSet};
use std::fs;

/// A small app without a fault; `ID` is to be replaced. Line 5 begins the indicator.
pub(super) const APP: &str = r#"id = "ID"
name = "X"
# A comment.

[[indicator]]
kind = "package-name"
platform = "android"
value = "com.x.app"
relation = "app"
confidence = "confirmed"
ship = "exact"
sources = ["LAWN"]
"#;

const POLICY: &str = r#"id = "p"
title = "P"
instrument = "internal"
jurisdiction = "US"
issued = "2024-01"
status = "in-force"
sources = ["somewhere"]

[[entry]]
named = "X"
kind = "app"
app = "x"
"#;

fn check_files(files: &[(&str, &str)]) -> Vec<Problem> {
    let folder = tempfile::tempdir().unwrap();
    for below in ["apps", "policies"] {
        fs::create_dir(folder.path().join(below)).unwrap();
    }
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let problems = check_dir(folder.path());
    let loads = SignatureSet::load(&[folder.path().to_owned()]);
    assert_eq!(loads.is_ok(), problems.is_empty(), "the checker and the loader agree");
    if let Err(error) = loads {
        assert!(matches!(error, SignatureError::Invalid(ref p) if *p == problems), "{error}");
    }
    problems
}

/// The one problem of the app `x` with `text` after it.
fn with(text: &str) -> (usize, String) {
    only(&check_files(&[("apps/x.toml", &format!("{}{text}", APP.replace("ID", "x")))]))
}

/// The one problem of the app `x` after a replacement.
fn changed(from: &str, to: &str) -> (usize, String) {
    let text = APP.replace("ID", "x");
    assert!(text.contains(from));
    only(&check_files(&[("apps/x.toml", &text.replace(from, to))]))
}

fn only(problems: &[Problem]) -> (usize, String) {
    assert_eq!(problems.len(), 1, "{problems:#?}");
    (problems[0].line, problems[0].message.clone())
}

fn policy(from: &str, to: &str) -> (usize, String) {
    assert!(POLICY.contains(from));
    let text = POLICY.replace(from, to);
    only(&check_files(&[("apps/x.toml", &APP.replace("ID", "x")), ("policies/p.toml", &text)]))
}

fn assert_says((line, message): (usize, String), at: usize, part: &str) {
    assert!(message.contains(part), "{message}");
    assert_eq!(line, at, "{message}");
}

#[test]
fn the_sample_has_no_fault() {
    let app = APP.replace("ID", "x");
    assert_eq!(check_files(&[("apps/x.toml", &app), ("policies/p.toml", POLICY)]), []);
}

#[test]
fn toml_that_is_none_is_told_with_its_line() {
    assert_says(changed("relation = \"app\"", "relation = app"), 9, "");
    assert_says(changed("relation = \"app\"", "relation = \"host-app\""), 9, "unknown variant");
    assert_says(changed("ship = \"exact\"", "ship = \"exact\"\nshop = 1"), 12, "unknown field `shop`");
    assert_says(changed("name = \"X\"\n", ""), 1, "missing field `name`");
    assert_says(changed("platform = \"android\"", "platform = \"symbian\""), 5, "unknown platform `symbian`");
}

#[test]
fn ids_are_slugs_and_the_names_of_their_files() {
    assert_says(changed("id = \"x\"", "id = \"X y\""), 1, "must be the file's name");
    assert_says(changed("id = \"x\"", "id = \"z\""), 1, "must be the file's name");
    assert_says(policy("id = \"p\"", "id = \"q\""), 1, "must be the file's name");
}

#[test]
fn ids_are_unique_across_folders() {
    let text = APP.replace("ID", "wechat");
    assert_says(
        only(&check_files(&[("apps/wechat.toml", &text)])),
        1,
        "already described in signatures/apps/wechat.toml",
    );
    let text = POLICY.replace("\"p\"", "\"us-eo-13971\"").replace("app = \"x\"", "");
    assert_says(
        only(&check_files(&[("policies/us-eo-13971.toml", &text)])),
        1,
        "already described in signatures/policies/us-eo-13971.toml",
    );
}

#[test]
fn every_row_names_a_known_source() {
    assert_says(changed("[\"LAWN\"]", "[]"), 5, "no source");
    assert_says(changed("[\"LAWN\"]", "[\"LAWM\"]"), 5, "source `LAWM` is not in sources.toml");
    assert_says(policy("[\"somewhere\"]", "[]"), 1, "no source");
    let own =
        [("apps/x.toml", &*APP.replace("ID", "x").replace("LAWN", "OWN")), ("sources.toml", "OWN = \"we saw it\"\n")];
    assert_eq!(check_files(&own), []);
    let clash = [("apps/x.toml", &*APP.replace("ID", "x")), ("sources.toml", "# ours\nLAWN = \"something else\"\n")];
    assert_says(only(&check_files(&clash)), 2, "already defined");
}

#[test]
fn no_value_is_claimed_twice() {
    assert_says(changed("com.x.app", "com.tencent.mm"), 5, "already claimed by `wechat`");
    assert_says(changed("com.x.app", "com.Tencent.MM"), 5, "already claimed by `wechat`");
    let name = "\n[[indicator]]\nkind = \"display-name\"\nvalue = \"ＷeChat\"\nrelation = \"app\"\nconfidence = \"confirmed\"\nship = \"exact\"\nsources = [\"MEM\"]\n";
    assert_says(with(name), 14, "already claimed by `wechat`");
    let again = APP.replace("ID", "x").split_once("\n\n").unwrap().1.to_owned();
    assert_says(with(&format!("\n{again}")), 14, "is listed twice");
}

#[test]
fn what_is_listed_as_not_the_app_is_claimed_by_no_app() {
    let not = |platform: &str, id: &str, more: &str| {
        with(&format!(
            "\n[[not]]\nkind = \"related\"\nplatform = \"{platform}\"\nids = [\"{id}\"]\n{more}confidence = \"confirmed\"\nsources = [\"MEM\"]\n"
        ))
    };
    assert_says(
        not("android", "com.X.app", ""),
        14,
        "is listed as another app, yet is x/android/package-name/com.x.app",
    );
    assert_says(not("android", "com.tencent.MM", ""), 14, "yet is wechat/android");
    assert_says(not("ios", "com.tencent.xin", "is = \"shareit\"\n"), 14, "yet is wechat/ios");
    assert_says(not("ios", "com.nobody", "is = \"wechat\"\n"), 14, "claims none of it");
    assert_says(not("android", "com.y", "names = [\"wechat\"]\n"), 14, "yet is wechat/any/display-name/WeChat");
    // What another app lists as not being itself may not be claimed either.
    assert_says(changed("com.x.app", "com.qq.reader"), 5, "`com.qq.reader` is listed by `tencent-qq` as another app");
}

#[test]
fn a_not_entry_has_ids_with_a_platform_or_names() {
    let row = "\n[[not]]\nkind = \"related\"\nids = [\"a.b\"]\nconfidence = \"confirmed\"\nsources = [\"MEM\"]\n";
    assert_says(with(row), 14, "names a platform and ids");
    let row = "\n[[not]]\nkind = \"related\"\nconfidence = \"confirmed\"\nsources = [\"MEM\"]\n";
    assert_says(with(row), 14, "names a platform and ids");
}

#[test]
fn advice_never_outruns_the_sources() {
    assert_says(changed("\"confirmed\"", "\"memory\""), 5, "needs a source; its confidence is memory");
    assert_says(changed("\"confirmed\"", "\"unstated\""), 5, "needs a source; its confidence is unstated");
    let remembered = APP.replace("ID", "x").replace("\"confirmed\"", "\"memory\"").replace("\"exact\"", "\"review\"");
    assert_says(only(&check_files(&[("apps/x.toml", &remembered)])), 5, "remembered only");
    let row = "\n[[publisher]]\nname = \"P\"\nstore = \"any\"\nconfidence = \"memory\"\nship = \"exact\"\nsources = [\"MEM\"]\n";
    assert_says(with(row), 14, "needs a source");
}

#[test]
fn rows_have_the_form_of_their_kind() {
    assert_says(changed("platform = \"android\"\n", ""), 5, "not of this platform");
    assert_says(changed("\"android\"", "\"ios\""), 5, "not of this platform");
    assert_says(changed("com.x.app", "com.x app"), 5, "not a package-name");
    assert_says(changed("relation = \"app\"", "relation = \"host\""), 5, "relation is app or variant");
    assert_says(changed("ship = \"exact\"", "ship = \"exact\"\ndistinctive = true"), 5, "only names are distinctive");
    assert_says(
        changed("ship = \"exact\"", "ship = \"exact\"\nof = [\"com.z\"]"),
        5,
        "`com.z` is no identifier of this app",
    );
    let row = |kind: &str, value: &str| {
        with(&format!(
            "\n[[indicator]]\nkind = \"{kind}\"\nplatform = \"ios\"\nvalue = \"{value}\"\nrelation = \"app\"\nconfidence = \"confirmed\"\nship = \"exact\"\nsources = [\"MEM\"]\n"
        ))
    };
    assert_says(row("store-id", "id123"), 14, "not a store-id");
    assert_says(row("trace-path", "/sdcard/X"), 14, "review at most");
    assert_says(row("display-name", "Some X"), 14, "names have none");
}

#[test]
fn an_app_that_could_never_match_is_refused() {
    assert_says(changed("ship = \"exact\"", "ship = \"off\""), 1, "nothing could ever match");
}

#[test]
fn digests_have_their_length_in_lower_case_hex() {
    let signer = |digest: &str| {
        with(&format!(
            "\n[[signer]]\nkey = \"k\"\nrole = \"signer\"\npackages = [\"com.x.app\"]\n{digest}\nconfidence = \"confirmed\"\nship = \"exact\"\nsources = [\"MEM\"]\n"
        ))
    };
    let ok = "md5 = \"18c867f0717aa67b2ab7347505ba07ed\"\n";
    assert_says(signer(&format!("{ok}sha256 = \"abc\"")), 14, "sha256 of signer `k` must be 64 hex digits");
    assert_says(signer(&format!("{ok}sha1 = \"{}\"", "A".repeat(40))), 14, "lower case");
    assert_says(signer(&format!("{ok}java-hash32 = \"0962f5b7\"")), 14, "without leading zeros");
    assert_says(signer(&format!("{ok}spki-sha256 = \"{}\"", "g".repeat(64))), 14, "spki-sha256");
    assert_says(signer(&format!("{ok}digest-ship = {{ sha1 = \"off\" }}")), 14, "digest-ship names `sha1`");
    assert_says(signer(""), 14, "no digest");
    let elsewhere = ok.replace("md5", "packages-probable = [\"com.z\"]\nmd5");
    assert_says(signer(&elsewhere), 14, "`com.z` is no Android package of this app");
    let twice = "\n[[signer]]\nkey = \"wps-office\"\nrole = \"negative-control\"\nmd5 = \"18c867f0717aa67b2ab7347505ba07ed\"\nconfidence = \"confirmed\"\nship = \"off\"\nsources = [\"MEM\"]\n";
    assert_says(with(twice), 14, "signer `wps-office` is already described in");
    let enabled = twice.replace("\"wps-office\"", "\"k\"").replace("\"off\"", "\"exact\"");
    assert_says(with(&enabled), 14, "what is no signer of the app has ship = \"off\"");
}

#[test]
fn a_host_is_a_known_app_and_its_limits_are_its_identifiers() {
    let hosted = |host: &str, limit: &str| {
        let text = format!(
            "id = \"x\"\nname = \"X\"\n\n[hosted-by]\napp = \"{host}\"\nfunction = \"hosts\"\nsources = [\"MEM\"]\n{limit}"
        );
        only(&check_files(&[("apps/x.toml", &text)]))
    };
    assert_says(hosted("nobody", ""), 4, "hosted by `nobody`, which no signature describes");
    assert_says(hosted("wechat-pay", ""), 4, "which is a function itself");
    let limit = |value: &str, ship: &str| {
        hosted(
            "wechat",
            &format!("\n[[hosted-by.limit]]\nplatform = \"ios\"\nvalue = \"{value}\"\nship = \"{ship}\"\n"),
        )
    };
    assert_says(limit("com.nobody", "review"), 9, "`com.nobody` is no ios identifier of `wechat`");
    assert_says(limit("com.tencent.wx", "exact"), 9, "cannot show the function better than the host");
}

#[test]
fn a_statement_about_a_platform_contradicts_no_identifier() {
    let row =
        "\n[[platform]]\nplatform = \"android\"\nstatus = \"absent\"\nchecked = \"2026-11-21\"\nsources = [\"MEM\"]\n";
    assert_says(with(row), 14, "says there is no edition for android, yet has `com.x.app`");
    let row = row.replace("android", "ios");
    assert_says(with(&row.replace("2026-11-21", "yesterday")), 14, "`yesterday` is no date");
}

#[test]
fn policies_name_known_apps_and_valid_dates() {
    assert_says(policy("app = \"x\"", "app = \"y\""), 9, "no signature describes `y`");
    assert_says(policy("2024-01", "2024-13"), 5, "`2024-13` is no date");
    assert_says(policy("2024-01", "01.01.2024"), 5, "is no date");
    assert_says(policy("app = \"x\"", "app = \"x\"\nadded = \"2024-02-30\""), 13, "is no date");
    assert_says(policy("app = \"x\"", "app = \"x\"\nadded = \"2024\"\nremoved = \"2023\""), 9, "removed before");
    assert_says(policy("status =", "effective-from = \"2024\"\neffective-to = \"2023\"\nstatus ="), 1, "is before");
    assert_says(policy("app = \"x\"", "app = \"x\"\neditions = [\"com.z\"]"), 9, "`com.z` is no identifier of the app");
    assert_says(policy("kind = \"app\"", "kind = \"function\""), 9, "names the host");
    assert_says(policy("kind = \"app\"", "kind = \"vendor\""), 9, "they name none");
    assert_says(policy("app = \"x\"", "app = \"wechat-pay\""), 9, "has the kind `function`");
    assert_says(policy("app = \"x\"", "apps = \"x\""), 12, "unknown field `apps`");
}

#[test]
fn a_folder_that_cannot_be_read_is_a_problem_and_not_a_clean_check() {
    let problems = check_dir(std::path::Path::new("/nowhere/at/all"));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].message.contains("cannot read"));
}

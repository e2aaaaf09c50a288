//! What an observed certificate says.

use super::builtin;
use crate::model::{DigestKind, IdentifierKind, Platform, SignerDigest};
use crate::signature::{Ship, SignatureSet, SignerFit};

const WECHAT: &str = "0fe4ff85c215918396dadc7cd8ce6963339af33d37751a56e54c7206b63a3c7c";
const TESTKEY: &str = "a40da80a59d170caa950cf15c18c454d47a39b26989d8b640ecd745ba71bf5dc";

fn digest(kind: DigestKind, value: &str) -> SignerDigest {
    SignerDigest { kind, value: value.to_owned(), past: false }
}

fn judge(set: &SignatureSet, package: &str, observed: &[SignerDigest]) -> String {
    let indicator = set.identifiers(Platform::Android, IdentifierKind::PackageName, package).next().unwrap();
    match set.signers_of(indicator).judge(observed) {
        SignerFit::Fits { signer, by, ship, probable, past } => {
            let probable = if probable { " probable" } else { "" };
            let past = if past { " past" } else { "" };
            format!("{} by {by:?} {ship}{probable}{past}", signer.key)
        }
        SignerFit::Differs { marker } => format!("differs {}", marker.map_or("", |m| &m.key)),
        SignerFit::Unknown { marker } => format!("unknown {}", marker.map_or("", |m| &m.key)),
    }
}

#[test]
fn the_known_signer_fits_by_any_of_its_digests() {
    let set = builtin();
    let wechat = |kind, value: &str| judge(&set, "com.tencent.mm", &[digest(kind, value)]);
    assert_eq!(wechat(DigestKind::Sha256, WECHAT), "tencent-wechat by Sha256 exact");
    assert_eq!(wechat(DigestKind::Sha256, &WECHAT.to_uppercase()), "tencent-wechat by Sha256 exact");
    assert_eq!(wechat(DigestKind::JavaHash32, "962f5b7"), "tencent-wechat by JavaHash32 exact");
    let both = [digest(DigestKind::JavaHash32, "962f5b7"), digest(DigestKind::Sha256, WECHAT)];
    assert_eq!(judge(&set, "com.tencent.mm", &both), "tencent-wechat by Sha256 exact");
    let past = SignerDigest { past: true, ..digest(DigestKind::Sha256, WECHAT) };
    let rotated = [digest(DigestKind::Sha256, &"a".repeat(64)), past];
    assert_eq!(judge(&set, "com.tencent.mm", &rotated), "tencent-wechat by Sha256 exact past");
}

#[test]
fn another_certificate_differs_where_it_can_be_compared() {
    let set = builtin();
    assert_eq!(judge(&set, "com.tencent.mobileqq", &[digest(DigestKind::Sha256, TESTKEY)]), "differs aosp-testkey");
    assert_eq!(judge(&set, "com.tencent.mm", &[digest(DigestKind::JavaHash32, "1234567")]), "differs ");
    assert_eq!(judge(&set, "com.tencent.mobileqq", &[digest(DigestKind::Sha256, WECHAT)]), "differs ");
    // TIM is known by MD5 only.
    assert_eq!(judge(&set, "com.tencent.tim", &[digest(DigestKind::Sha256, TESTKEY)]), "unknown aosp-testkey");
    assert_eq!(
        judge(&set, "com.tencent.tim", &[digest(DigestKind::Md5, "a6b745bf24a2c277527716f6f36eb68d")]),
        "differs "
    );
    assert_eq!(judge(&set, "com.tencent.mm", &[]), "unknown ");
}

#[test]
fn where_no_signer_is_known_another_certificate_is_no_impostor() {
    let set = builtin();
    let other = digest(DigestKind::Sha256, &"b".repeat(64));
    for package in ["com.uc.vmate", "hk.alipay.wallet", "shareit.lite", "cn.wps.moffice_eng.xiaomi.lite"] {
        assert_eq!(judge(&set, package, std::slice::from_ref(&other)), "unknown ", "{package}");
    }
    let lenovo = digest(DigestKind::Md5, "b4bdcc6c9886781d05fb601649d02801");
    assert_eq!(judge(&set, "shareit.lite", &[lenovo]), "shareit-lenovoapp by Md5 exact probable");
}

#[test]
fn a_signer_or_digest_for_review_confirms_and_never_refutes() {
    let set = builtin();
    let md5 = |value| [digest(DigestKind::Md5, value)];
    let intsig = "27d438581be7acd1b07eaac45da3a233";
    assert_eq!(judge(&set, "com.intsig.camscanner", &md5(intsig)), "intsig by Md5 review");
    assert_eq!(judge(&set, "com.intsig.camscanner", &md5("a6b745bf24a2c277527716f6f36eb68d")), "unknown ");
    let sha256 = |value: &str| [digest(DigestKind::Sha256, value)];
    let wps = "643990878d3ca83952a5be5f3e58d9f8bb6cdc57bf0f228700212071c68db3d7";
    assert_eq!(judge(&set, "cn.wps.moffice_eng", &sha256(wps)), "wps-office by Sha256 review");
    assert_eq!(judge(&set, "cn.wps.moffice_eng", &sha256(WECHAT)), "unknown ");
    assert_eq!(judge(&set, "cn.wps.moffice_eng", &md5(intsig)), "differs ");
}

#[test]
fn comparability_is_told_for_each_kind_of_digest() {
    let set = builtin();
    let of = |package| {
        let mut found = set.identifiers(Platform::Android, IdentifierKind::PackageName, package);
        set.signers_of(found.next().unwrap())
    };
    assert!(of("com.tencent.mm").is_comparable(DigestKind::Sha256));
    assert!(!of("com.tencent.tim").is_comparable(DigestKind::Sha256));
    assert!(!of("cn.wps.moffice_eng").is_comparable(DigestKind::Sha256), "for review only");
    assert!(!of("com.uc.vmate").is_comparable(DigestKind::Sha256));
    assert!(of("com.tencent.mm").known.iter().all(|s| s.ship == Ship::Exact));
}

#[test]
fn team_ids_and_prefixes_go_with_their_bundle() {
    let set = builtin();
    let of = |bundle| {
        let indicator = set.identifiers(Platform::Ios, IdentifierKind::BundleId, bundle).next().unwrap();
        set.apple_prefixes_of(indicator).map(|i| (i.kind.as_str(), i.value.as_str())).collect::<Vec<_>>()
    };
    assert!(of("com.tencent.xin").contains(&("team-id", "88L2Q4487U")));
    assert!(of("com.tencent.xin").contains(&("app-id-prefix", "532LCLCWL8")));
    assert_eq!(of("com.alipay.iphoneclient"), [("app-id-prefix", "8H6B3SFEU4")]);
    assert_eq!(of("com.tencent.mqq"), []);
}

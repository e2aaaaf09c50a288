//! Who an Android device is: system properties, build fingerprints, and the
//! kinds of its users.
//!
//! Build fingerprint: `brand/product/device:release/id/incremental:type/tags`
//! (AOSP `Build.FINGERPRINT`). User types and flags: AOSP `UserManager`,
//! `UserInfo`.

use crate::artifact::{DeviceId, Sink};
use crate::model::{FactKind, UserKind};

/// Flag bits of `UserInfo`.
const RESTRICTED: u32 = 0x08;
const GUEST: u32 = 0x04;
const MANAGED_PROFILE: u32 = 0x20;

/// What is known of a user besides its number.
#[derive(Debug, Default, Clone)]
pub(super) struct UserHints {
    pub(super) flags: Option<u32>,
    /// `android.os.usertype.profile.MANAGED` ...
    pub(super) type_name: Option<String>,
}

/// The kind of a user. Vendors reuse the managed-profile type for their own
/// containers under fixed numbers, so that the number speaks first.
pub(super) fn user_kind(id: u32, hints: &UserHints) -> UserKind {
    let type_name = hints.type_name.as_deref().unwrap_or("");
    match id {
        0 => return UserKind::Owner,
        // Samsung Secure Folder; further ones count up.
        150..=159 => return UserKind::SecureFolder,
        // Samsung Dual Messenger; Xiaomi and OnePlus dual apps.
        95 | 950..=959 | 999 => return UserKind::Clone,
        _ => {}
    }
    if type_name.contains(".profile.MANAGED") {
        return UserKind::WorkProfile;
    }
    if type_name.contains(".profile.CLONE") {
        return UserKind::Clone;
    }
    if type_name.contains("usertype.full.") {
        return UserKind::Secondary;
    }
    match hints.flags {
        Some(flags) if flags & MANAGED_PROFILE != 0 => UserKind::WorkProfile,
        Some(flags) if flags & (RESTRICTED | GUEST) != 0 => UserKind::Secondary,
        // From Android 11 on the type tells; without one a user without the
        // profile bits is a full one.
        Some(_) if type_name.is_empty() => UserKind::Secondary,
        _ => UserKind::Unknown,
    }
}

/// States model and version of the system as a build fingerprint tells them.
pub(super) fn fingerprint_facts(fingerprint: &str, device: DeviceId, sink: &mut Sink<'_>) {
    let mut parts = fingerprint.trim().trim_matches('\'').split('/');
    let (Some(brand), Some(product), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return;
    };
    if brand.is_empty() || product.is_empty() {
        return;
    }
    sink.fact(device, FactKind::Model, &format!("{brand} {product}"));
    if let Some((_, release)) = rest.split_once(':') {
        sink.fact(device, FactKind::OsVersion, release);
    }
}

/// The system properties that say who a device is, collected line by line from
/// `getprop` output.
#[derive(Debug, Default)]
pub(super) struct Properties {
    serial: Option<String>,
    boot_serial: Option<String>,
    other: Vec<String>,
    maker: Option<String>,
    model: Option<String>,
    market_name: Option<String>,
    release: Option<String>,
    fingerprint: Option<String>,
    host: Option<String>,
    /// Properties seen, known or not.
    pub(super) seen: u64,
}

impl Properties {
    /// Takes `[key]: [value]`; anything else is ignored.
    pub(super) fn line(&mut self, line: &str) {
        let Some((key, value)) =
            line.trim_end().strip_prefix('[').and_then(|l| l.strip_suffix(']')).and_then(|l| l.split_once("]: ["))
        else {
            return;
        };
        self.seen += 1;
        if value.trim().is_empty() {
            return;
        }
        let slot = match key {
            "ro.serialno" => &mut self.serial,
            "ro.boot.serialno" => &mut self.boot_serial,
            "ro.product.manufacturer" => &mut self.maker,
            "ro.product.model" => &mut self.model,
            "ro.product.marketname" | "ro.config.marketing_name" => &mut self.market_name,
            "ro.build.version.release" => &mut self.release,
            "ro.build.fingerprint" => &mut self.fingerprint,
            "net.hostname" => &mut self.host,
            // Samsung prints this one on the case.
            "ril.serialnumber" => return self.other.push(value.trim().to_owned()),
            _ => return,
        };
        slot.get_or_insert_with(|| value.trim().to_owned());
    }

    /// The build fingerprint, unless the properties gave one.
    pub(super) fn fingerprint_if_absent(&mut self, fingerprint: &str) {
        self.fingerprint.get_or_insert_with(|| fingerprint.trim().trim_matches('\'').to_owned());
    }

    /// States what was collected.
    pub(super) fn state(&self, device: DeviceId, sink: &mut Sink<'_>) {
        let serial = [&self.serial, &self.boot_serial].into_iter().flatten().find(|s| is_serial(s));
        if let Some(serial) = serial {
            sink.fact(device, FactKind::Serial, serial);
        }
        for other in self.other.iter().chain(&self.boot_serial).filter(|o| is_serial(o)) {
            if Some(other) != serial {
                sink.fact(device, FactKind::OtherId, other);
            }
        }
        match (&self.maker, &self.model) {
            (Some(maker), Some(model)) if !model.to_lowercase().starts_with(&maker.to_lowercase()) => {
                sink.fact(device, FactKind::Model, &format!("{maker} {model}"));
            }
            (_, Some(model)) => sink.fact(device, FactKind::Model, model),
            _ => {}
        }
        if let Some(release) = &self.release {
            sink.fact(device, FactKind::OsVersion, release);
        }
        if let Some(name) = self.market_name.as_ref().or(self.host.as_ref()) {
            sink.fact(device, FactKind::Name, name);
        }
        let incomplete = self.model.is_none() || self.release.is_none();
        if let Some(fingerprint) = self.fingerprint.as_ref().filter(|_| incomplete) {
            fingerprint_facts(fingerprint, device, sink);
        }
    }
}

/// Not one of the words a device says when it has none.
fn is_serial(text: &str) -> bool {
    !text.eq_ignore_ascii_case("unknown") && text.chars().any(|c| c.is_ascii_alphanumeric() && c != '0')
}

#[cfg(test)]
mod tests {
    use super::super::testing::sink_of;
    use super::*;
    use crate::artifact::At;
    use crate::model::Platform;

    fn facts(state: impl FnOnce(DeviceId, &mut Sink<'_>)) -> Vec<(FactKind, String)> {
        let mut sink = sink_of();
        let device = sink.begin(Platform::Android, None, At::Whole);
        state(device, &mut sink);
        sink.commit(device);
        sink.finish().devices.remove(0).facts.iter().map(|f| (f.kind, f.value.into())).collect()
    }

    #[test]
    fn a_fingerprint_tells_model_and_version() {
        let got = facts(|d, s| {
            fingerprint_facts("google/panther/panther:13/TQ1A.230105.002/9325679:user/release-keys", d, s)
        });
        assert_eq!(got, [(FactKind::Model, "google panther".into()), (FactKind::OsVersion, "13".into())]);
        assert_eq!(facts(|d, s| fingerprint_facts("samsung/a40", d, s)), []);
    }

    #[test]
    fn properties_give_serial_and_model_and_ignore_placeholders() {
        let mut p = Properties::default();
        for line in [
            "[ro.serialno]: [unknown]",
            "[ro.boot.serialno]: [R58M123ABCD]",
            "[ro.product.manufacturer]: [samsung]",
            "[ro.product.model]: [SM-A405FN]",
            "[ro.build.version.release]: [10]",
            "no property",
        ] {
            p.line(line);
        }
        assert_eq!(p.seen, 5);
        let got = facts(|d, s| p.state(d, s));
        assert_eq!(
            got,
            [
                (FactKind::Serial, "R58M123ABCD".into()),
                (FactKind::Model, "samsung SM-A405FN".into()),
                (FactKind::OsVersion, "10".into())
            ]
        );
    }

    #[test]
    fn kinds_of_users_follow_number_type_and_flags() {
        let of = |id, flags: Option<u32>, t: &str| {
            user_kind(id, &UserHints { flags, type_name: (!t.is_empty()).then(|| t.to_owned()) })
        };
        assert_eq!(of(0, Some(0x13), ""), UserKind::Owner);
        assert_eq!(of(10, Some(0x1030), "android.os.usertype.profile.MANAGED"), UserKind::WorkProfile);
        assert_eq!(of(10, Some(0x30), ""), UserKind::WorkProfile);
        assert_eq!(of(11, Some(0x10), ""), UserKind::Secondary);
        assert_eq!(of(11, Some(0x1010), "android.os.usertype.profile.PRIVATE"), UserKind::Unknown);
        assert_eq!(of(11, None, "android.os.usertype.full.SECONDARY"), UserKind::Secondary);
        assert_eq!(of(150, Some(0x1030), "android.os.usertype.profile.MANAGED"), UserKind::SecureFolder);
        assert_eq!(of(999, None, ""), UserKind::Clone);
        assert_eq!(of(12, None, ""), UserKind::Unknown);
    }
}

//! ManageEngine Mobile Device Manager Plus: who the devices are.
//!
//! Keys: the vendor's reference of `api/v1/mdm/devices`. The keys of apps are
//! not documented there.

use super::layout::{Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Enrollment, Platform};

const API: &str = "https://www.manageengine.com/mobile-device-management/api/devices/";

/// `devices`.
pub(super) const DEVICES: Layout = Layout {
    spec: ArtifactSpec {
        id: "manage-engine-devices",
        title: "ManageEngine MDM devices",
        proves: "Serial number and user of a device, as ManageEngine has them.",
        does_not_prove: "It lists no apps. Who owns the device: the meaning of owned_by is not documented.",
        since: "API v1",
    },
    system: "manage-engine",
    shape: Shape::Records(Records {
        at: &["devices[]"],
        keys: &[
            ("device_id", Role::DeviceId),
            ("device_name", Role::DeviceName),
            ("serial_number", Role::Serial),
            ("udid", Role::Udid),
            ("imei", Role::Imei),
            ("os_version", Role::OsVersion),
            ("platform_type", Role::Platform),
            ("user.user_email", Role::User),
            ("user.user_name", Role::UserMore),
        ],
        known_by: &[
            &["device_id", "platform_type", "owned_by"],
            &["device_id", "platform_type", "is_removed"],
            &["device_id", "device_name", "platform_type", "owned_by"],
        ],
        ..Records::BASE
    }),
    platforms: &[("ios*", Platform::Ios, Enrollment::Unknown), ("android*", Platform::Android, Enrollment::Unknown)],
    sources: &[API],
    ..Layout::BASE
};

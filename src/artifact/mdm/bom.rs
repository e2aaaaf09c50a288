//! Bills of materials: CycloneDX 1.2 to 1.7 and SPDX 2.
//!
//! Keys: the specifications; those of SPDX from memory. A bill names components;
//! that they are on a device is what its maker says.

use super::app::Values;
use super::layout::{Cover, Layout, Records, Role, Shape};
use crate::artifact::ArtifactSpec;
use crate::model::{Answer, Basis, ListScope, Reason, State};

const CYCLONE: &str = "https://cyclonedx.org/docs/1.6/json/";

const LAYOUT: Layout = Layout {
    system: "bom",
    // Named, which is not installed.
    state: State::Unknown,
    coverage: &[Cover::any(
        ListScope::ThirdPartyApps,
        Basis::Always(Answer::Partial(Reason("bill-of-materials"))),
        "A bill of materials names components; it does not say that they are all.",
        CYCLONE,
    )],
    adjust_app: Some(component),
    sources: &[CYCLONE],
    ..Layout::BASE
};

/// CycloneDX as JSON.
pub(super) const CYCLONEDX: Layout = Layout {
    spec: ArtifactSpec {
        id: "cyclonedx",
        title: "CycloneDX bill of materials (JSON)",
        proves: "Its maker names the component.",
        does_not_prove: "That the component is installed on a device, or that another one is absent.",
        since: "CycloneDX 1.2",
    },
    shape: Shape::Records(Records {
        keys: &[("metadata.component.name", Role::DeviceName), ("metadata.timestamp", Role::InventoryTime)],
        apps: "components[]",
        nested: Some("components"),
        app_keys: &[
            ("name", Role::AppName),
            ("version", Role::Version),
            ("publisher", Role::Publisher),
            ("group", Role::Installer),
            ("purl", Role::AppIdMaybe),
            ("type", Role::Source),
        ],
        known_by: &[&["bomFormat", "specVersion"]],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// CycloneDX as XML.
pub(super) const CYCLONEDX_XML: Layout = Layout {
    spec: ArtifactSpec {
        id: "cyclonedx-xml",
        title: "CycloneDX bill of materials (XML)",
        proves: "Its maker names the component.",
        does_not_prove: "That the component is installed on a device, or that another one is absent.",
        since: "CycloneDX 1.2",
    },
    shape: Shape::Xml(Records {
        at: &["bom"],
        keys: &[("metadata.component.name", Role::DeviceName), ("metadata.timestamp", Role::InventoryTime)],
        apps: "components.component[]",
        app_keys: &[
            ("name", Role::AppName),
            ("version", Role::Version),
            ("publisher", Role::Publisher),
            ("group", Role::Installer),
            ("purl", Role::AppIdMaybe),
        ],
        known_by: &[&["components.component.name"]],
        ..Records::BASE
    }),
    ..LAYOUT
};

/// SPDX 2 as JSON.
pub(super) const SPDX: Layout = Layout {
    spec: ArtifactSpec {
        id: "spdx",
        title: "SPDX bill of materials (JSON)",
        proves: "Its maker names the package.",
        does_not_prove: "That the package is installed on a device, or that another one is absent.",
        since: "SPDX 2",
    },
    experimental: true,
    shape: Shape::Records(Records {
        apps: "packages[]",
        app_keys: &[("name", Role::AppName), ("versionInfo", Role::Version), ("supplier", Role::Publisher)],
        known_by: &[&["spdxVersion", "packages"]],
        ..Records::BASE
    }),
    sources: &["https://spdx.github.io/spdx-spec/v2.3/"],
    ..LAYOUT
};

/// The name in a package URL (`pkg:TYPE/NAMESPACE/NAME@VERSION`), or group and
/// name with a dot between; used only where it has the form of an identifier.
///
/// Libraries, frameworks and firmware are parts of something, not apps.
fn component(app: &mut Values) -> bool {
    if !matches!(app.get(Role::Source), "" | "application" | "container") {
        return false;
    }
    let (group, name) = (app.get(Role::Installer).to_owned(), app.get(Role::AppName).to_owned());
    let purl = app.get(Role::AppIdMaybe);
    let path = purl.split(['@', '?', '#']).next().unwrap_or_default();
    let of_purl = path.rsplit('/').next().unwrap_or_default().to_owned();
    let id = match group.is_empty() {
        true => of_purl,
        false => format!("{group}.{name}"),
    };
    app.replace(Role::AppIdMaybe, &id);
    app.replace(Role::Installer, "");
    app.replace(Role::Source, "");
    true
}

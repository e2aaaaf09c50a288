//! Names of packages: their form, and where paths of code hold them.
//!
//! Imports nothing. Specified by AOSP `FrameworkParsingPackageUtils.validateName`
//! and `InstallPackageHelper.getNextCodePath`
//! (`/data/app/~~RANDOM==/NAME-RANDOM==`, before Android 11 `/data/app/NAME-1`).

/// The characters of package names; a hyphen is not allowed, but was met.
pub(super) fn is_package_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
}

/// The package that a folder or file of `/data/app` was made for: `a.b` of
/// `~~x==/a.b-y==/base.apk`, `a.b-1`, `a.b-1.apk`. `below` is the path below
/// `app/`. None where the installer did not choose the name.
pub(super) fn package_of_code(below: &str) -> Option<&str> {
    let mut parts = below.split('/').filter(|p| !p.is_empty());
    let first = parts.next()?;
    let part = if first.starts_with("~~") { parts.next()? } else { first };
    let (name, suffix) = part.split_once('-')?;
    (name.contains('.') && is_package_name(name) && !suffix.is_empty()).then_some(name)
}

/// The folder `part-x` can be that of `name`, which may have a hyphen or be a
/// version of a shared library, `part_12`.
pub(super) fn is_made_of(name: &str, part: &str) -> bool {
    let rest = name.strip_prefix(part);
    let version = |rest: &str| rest.strip_prefix('_').is_some_and(|v| v.bytes().all(|b| b.is_ascii_digit()));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-') || version(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_of_code_tell_their_package() {
        for path in ["~~x-_==/a.b-y-z==/base.apk", "~~x==/a.b-y==", "a.b-1/base.apk", "a.b-1", "a.b-2.apk"] {
            assert_eq!(package_of_code(path), Some("a.b"), "{path}");
        }
        for path in ["", "~~x==", "vmdl1.tmp/base.apk", "Preload/Preload.apk", "a-1/base.apk", "微信.x-1", "a.b-"] {
            assert_eq!(package_of_code(path), None, "{path}");
        }
    }

    #[test]
    fn damaged_names_are_no_names() {
        assert!(is_package_name("com.Example_1.a") && is_package_name("android"));
        for name in ["", "com.tencent.\u{fffd}m", "com.tencent.?m", "com.tencent.\0m", "a b", " a.b"] {
            assert!(!is_package_name(name), "{name:?}");
        }
    }
}

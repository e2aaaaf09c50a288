//! Lines that mean something by their form alone: headlines, what a shell or a
//! service that failed prints, names in brackets.

use super::super::super::names::is_package_name;
use crate::model::Timestamp;

/// A line without indent that names a section of the dump.
pub(super) fn is_headline(text: &str) -> bool {
    let text = text.trim_end();
    text.len() < 80
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.strip_suffix(':').is_some_and(|t| {
            t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'/' | b'(' | b')'))
        })
}

/// A headline of a section that Android itself does not have: vendors add some,
/// behind an empty line.
pub(super) fn is_vendor_headline(text: &str) -> bool {
    let title = text.trim_end().strip_suffix(':').unwrap_or("");
    title.len() < 80 && title.starts_with(|c: char| c.is_ascii_alphanumeric()) && !title.contains("..")
}

/// Every line of a package is indented: what is not, and no headline, was put
/// in by whoever shortened the text, or by a shell or service that failed.
pub(super) fn is_foreign(text: &str) -> bool {
    let indented = text.starts_with([' ', '\t']);
    let body = text.trim().trim_start_matches(['[', '<', '(', '{']);
    !body.is_empty() && (!indented || body.starts_with("...") || body.starts_with('\u{2026}'))
}

/// `adb shell dumpsys package | grep -v a.b` leaves out what nobody sees.
pub(super) fn is_filtered(command: &str) -> bool {
    let called = command.split_once("dumpsys").map_or("", |(_, rest)| rest);
    let piped = called.split_once('|').map_or("", |(_, rest)| rest.trim_start());
    !piped.is_empty() && !piped.starts_with("tee ")
}

/// The name in `  [com.tencent.mm]`.
pub(super) fn mentioned(text: &str) -> Option<&str> {
    let name = text.strip_prefix("  [")?.trim_end().strip_suffix(']')?;
    is_package_name(name).then_some(name)
}

/// What dumpsys, dumpstate and the service itself (AOSP `Binder.doDump`) print
/// where a dump did not finish.
pub(super) fn is_timeout(text: &str) -> bool {
    text.starts_with("***") && (text.contains("TIMEOUT") || text.contains("timed out"))
        || text.starts_with("Exception occurred while dumping:")
        || text.starts_with("Security exception: ")
        || text.starts_with("Failure while dumping")
        || text.starts_with("Error dumping service")
        || text.starts_with("Permission Denial: can't dump")
}

/// `2022-03-29 23:14:26`, the zone not being told, as if it were UTC.
pub(super) fn local_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let (date, time) = (text.get(..10)?, text.get(11..19)?);
    Timestamp::parse(&format!("{date}T{time}Z"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_list_are_indented() {
        for line in
            ["[... 20 lines truncated ...]", "  [... 20 ...]", "<output truncated>", "$ exit", "    ...", "Killed"]
        {
            assert!(is_foreign(line), "{line}");
        }
        for line in ["", "   ", "  Package [a.b] (1):", "    [a.b]", "\tgids=[3003]", "    usesLibraries:"] {
            assert!(!is_foreign(line), "{line}");
        }
        assert!(is_vendor_headline("mVendorPackages (2):") && !is_vendor_headline("[... cut ...]:"));
        assert!(!is_vendor_headline("Killed") && !is_vendor_headline("more ...:"));
    }
}

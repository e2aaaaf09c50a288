//! Words for people: reasons as sentences, hostile text made harmless, columns.

/// What a verdict reason or coverage basis means, in a clause.
pub(crate) fn reason(code: &str) -> &str {
    meaning(code).unwrap_or(code)
}

/// The same, where the code is known.
pub(crate) fn meaning(code: &str) -> Option<&'static str> {
    Some(match code {
        "prohibited-app-present" => "a prohibited app is present",
        "prohibited-app-removed" => "a prohibited app was removed, and no later complete list confirms it",
        "prohibited-app-trace" => "a side record names a prohibited app, and no complete list disproves it",
        "presence-unknown" => "a prohibited app is named, its presence neither shown nor excluded",
        "circumstantial-match" => "a weak indicator fits a prohibited app",
        "below-min-strength" => "a prohibited app is identified less strongly than asked for",
        "complete-app-list" => "a complete app list names no prohibited app",
        "assumed-full-list" => "the list is complete only if it was not filtered (--assume-full-lists vouches for it)",
        "removed-or-trace-disproved" => "removed apps and traces are history: a later complete list does not name them",
        "policy-entry-unresolved" => "the policy names something that no signature can decide",
        "not-a-device" => "the record stands for no single device",
        "no-app-list" => "no app list was found",
        "platform-unknown" => "the platform is unknown",
        "user-not-covered" => "a user or profile has no complete app list",
        "system-apps-not-covered" => "no complete list of preinstalled apps",
        "managed-apps-only" => "the list holds managed apps only",
        "cut-off" => "the app list is cut off",
        "empty-list" => "the app list is empty and does not say that there are no apps",
        "more-pages" => "the export says there is more than was given",
        "unreadable" => "the app list could not be read",
        "unreadable-entries" => "entries of the app list could not be read",
        "stale" => "the list is older than --stale-after allows",
        "age-unknown" => "the age of the list is unknown",
        "older-than-max-age" => "the list is older than --max-age allows",
        "condition-not-met" => "the list proves something only under another ownership or enrollment",
        "identity-conflict" => "records that share an id with the device contradict it, and may speak of it",
        "unknown-value" => "the report holds a word this version does not know",
        "ownership-unknown" => "who owns the device is unknown, and the list depends on it",
        "superseded-copy" => "an older copy of the package list, which Android would not read",
        "packages-list-leaves-packages-out" => "packages.list leaves packages out",
        "restrictions-without-packages" => "the users' states are there, the package list is not",
        "no-package-list" | "no-package-rows" | "no-package-section" => "no package list was found in it",
        "filtered-list" => "the list was filtered",
        "several-devices" => "the text holds lists of several phones",
        "store-apps-only" => "the list holds apps of the store only",
        "installed-applications-of-another-shape" => "the list of installed apps has an unknown shape",
        "backup-manifest" | "backup-domains" => "a backup's own file lists do not name every app",
        "not-all-apps-collected" => "the system does not collect every app of such a device",
        "encrypted" => "encrypted",
        _ => return None,
    })
}

/// Text from evidence, safe to print: control characters, bidirectional
/// controls and line ends become visible escapes; at most `most` characters.
pub(crate) fn safe(text: &str, most: usize) -> String {
    let mut out = String::with_capacity(text.len().min(most.saturating_add(8)));
    for (n, c) in text.chars().enumerate() {
        if n >= most {
            out.push('…');
            break;
        }
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// Characters that move the cursor, reorder text or cannot be seen.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// `1,204`.
pub(crate) fn number(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// `1 device`, `2 devices`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(n), if n == 1 { one } else { many })
}

/// Breaks text at spaces into lines of at most `width` characters; a longer
/// word stays whole, so that locators can be copied.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut length = 0;
    for word in text.split(' ') {
        let len = word.chars().count();
        match lines.last_mut() {
            Some(line) if length + 1 + len <= width => {
                line.push(' ');
                line.push_str(word);
                length += 1 + len;
            }
            _ => {
                lines.push(word.to_owned());
                length = len;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_text_neither_moves_the_cursor_nor_reorders() {
        assert_eq!(safe("a\x1b[2J\u{202e}b\n", 99), "a\\u{1b}[2J\\u{202e}b\\u{a}");
        assert_eq!(safe("abcdef", 3), "abc…");
    }

    #[test]
    fn counts_read_well() {
        assert_eq!((number(1204).as_str(), number(7).as_str()), ("1,204", "7"));
        assert_eq!(count(1, "device", "devices"), "1 device");
        assert_eq!(wrap("aa bb cccc", 5), ["aa bb", "cccc"]);
    }
}

//! The lines that `pm list packages` prints and the command lines that call it.
//!
//! Specified by AOSP `PackageManagerShellCommand.runListPackages` (Android 4.4
//! to 16): `package:[PATH=]NAME[ versionCode:N][ stopped=B][  installer=I][ uid:N[,N..]]`.

use super::super::names::is_package_name;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Row<'a> {
    pub(super) name: &'a str,
    pub(super) path: Option<&'a str>,
    pub(super) version: Option<&'a str>,
    pub(super) installer: Option<&'a str>,
    /// Users of the uids, ascending; empty where none is printed.
    pub(super) users: Vec<u32>,
}

/// Reads a row; `None` for anything else, `package:/path` of `pm path` included.
pub(super) fn parse(line: &str) -> Option<Row<'_>> {
    let rest = line.trim().strip_prefix("package:")?;
    // Fields stand behind the name, a path before it may hold `=` and spaces.
    let (head, fields) = split_fields(rest);
    let (path, name) = match head.rsplit_once('=') {
        Some((path, name)) => (Some(path), name),
        None => (None, head),
    };
    if !is_package_name(name) {
        return None;
    }
    let mut row = Row { name, path, version: None, installer: None, users: Vec::new() };
    for field in fields.split_whitespace() {
        if let Some(version) = field.strip_prefix("versionCode:") {
            row.version = Some(version);
        } else if let Some(installer) = field.strip_prefix("installer=") {
            row.installer = Some(installer).filter(|i| !i.is_empty() && *i != "null");
        } else if let Some(uids) = field.strip_prefix("uid:") {
            let ids: Option<Vec<u32>> = uids.split(',').map(|u| u.parse::<u32>().ok().map(|u| u / 100_000)).collect();
            row.users = ids?;
            row.users.sort_unstable();
            row.users.dedup();
        } else if !field.starts_with("stopped=") {
            return None;
        }
    }
    Some(row)
}

fn split_fields(rest: &str) -> (&str, &str) {
    let marks = [" versionCode:", " stopped=", " installer=", " uid:"];
    let at = marks.iter().filter_map(|m| rest.find(m)).min();
    at.map_or((rest, ""), |at| (rest[..at].trim_end(), &rest[at..]))
}

/// Which packages a command asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// `-u`, `-a`: also packages that are gone or hidden until installed.
    pub(super) known_only: bool,
    /// `-3`.
    pub(super) third_party: bool,
    /// `-s`.
    pub(super) system: bool,
    /// `-d`.
    pub(super) disabled: bool,
    /// `-e`, `-q`, `--apex-only`, a name or an option nobody knows: not every package.
    pub(super) filtered: bool,
    /// `--user N`.
    pub(super) user: Option<u32>,
}

/// The options of a line that calls `pm list packages`; `None` for other lines.
pub(super) fn command(line: &str) -> Option<Options> {
    if line.trim_start().starts_with("package:") {
        return None;
    }
    let called = ["pm list packages", "cmd package list packages", "pm list package", "cmd package list package"];
    let at = called.iter().find_map(|c| line.find(c).map(|at| at + c.len()))?;
    let mut options = Options::default();
    let rest = line.get(at..)?;
    if !rest.is_empty() && !rest.starts_with([' ', '\t', '"', '\'', ';', '|', '>', '&']) {
        return None;
    }
    let mut words = rest.split_whitespace().map(|w| w.trim_matches(['"', '\'']));
    while let Some(word) = words.next() {
        match word {
            "" => {}
            "-f" | "-U" | "-i" | "--show-versioncode" | "--show-stopped" => {}
            "-u" | "-a" => options.known_only = true,
            "-3" => options.third_party = true,
            "-s" => options.system = true,
            "-d" => options.disabled = true,
            "--user" => match words.next() {
                Some("all" | "-1") => {}
                Some(user) => match user.parse() {
                    Ok(user) => options.user = Some(user),
                    Err(_) => options.filtered = true,
                },
                None => options.filtered = true,
            },
            // Output that went elsewhere takes no row away; what follows may
            // still be a filter.
            ">" | ">>" | "1>" | "2>" => drop(words.next()),
            w if w.starts_with(['>', '1', '2']) && w.contains('>') => {}
            w if w.starts_with(['|', ';', '&']) => {
                options.filtered = true;
                break;
            }
            flags if flags.len() > 2 && flags.starts_with('-') && !flags.starts_with("--") => {
                combined(flags, &mut options);
            }
            _ => options.filtered = true,
        }
    }
    Some(options)
}

/// `-fUi`: the shell command does not take them together, people write them.
fn combined(flags: &str, options: &mut Options) {
    for flag in flags.chars().skip(1) {
        match flag {
            'f' | 'U' | 'i' => {}
            'u' | 'a' => options.known_only = true,
            '3' => options.third_party = true,
            's' => options.system = true,
            'd' => options.disabled = true,
            _ => options.filtered = true,
        }
    }
}

/// The user in `Shell does not have permission to access user 10`.
pub(super) fn user_of_error(line: &str) -> Option<u32> {
    let (_, rest) = line.split_once("access user ")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_every_shape_are_read() {
        let row = |name, path, version, installer, users: &[u32]| {
            Some(Row { name, path, version, installer, users: users.to_vec() })
        };
        assert_eq!(parse("package:com.a.b"), row("com.a.b", None, None, None, &[]));
        assert_eq!(parse("package:android uid:1000\r"), row("android", None, None, None, &[0]));
        let apk = "/data/app/~~Yw==/com.a.b-xQ==/base.apk";
        assert_eq!(parse(&format!("package:{apk}=com.a.b")), row("com.a.b", Some(apk), None, None, &[]));
        assert_eq!(
            parse(&format!(
                "package:{apk}=com.a.b versionCode:12 stopped=true  installer=com.android.vending uid:10123,1010123"
            )),
            row("com.a.b", Some(apk), Some("12"), Some("com.android.vending"), &[0, 10])
        );
        assert_eq!(parse("package:com.a.b  installer=null"), row("com.a.b", None, None, None, &[]));
        assert_eq!(parse("package:com.a.b  installer=null uid:10001"), row("com.a.b", None, None, None, &[0]));
        let odd = "/data/local/my dir/a=b.apk";
        assert_eq!(parse(&format!("package:{odd}=com.a.b")), row("com.a.b", Some(odd), None, None, &[]));
        for line in [
            "package:/data/app/x/base.apk",
            "package:",
            "packages:com.a",
            "package:com.a.b uid:x",
            "package:a b",
            "package:微信",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }

    #[test]
    fn command_lines_tell_what_was_asked() {
        let of = |line: &str| command(line).unwrap();
        assert_eq!(of("$ adb shell pm list packages"), Options::default());
        assert_eq!(of("C:\\tools> adb.exe -s R58 shell \"pm list packages -f -U -i\""), Options::default());
        assert_eq!(
            of("shell@a:/ $ cmd package list packages -u -f"),
            Options { known_only: true, ..Options::default() }
        );
        assert_eq!(
            of("$ pm list packages -3 --user 10"),
            Options { third_party: true, user: Some(10), ..Options::default() }
        );
        assert!(of("$ pm list packages -d").disabled);
        assert!(of("$ pm list packages -s").system);
        for filtered in ["-e", "com.tencent", "| grep tencent", "--apex-only", "--user", "-q", "-fe"] {
            assert!(of(&format!("$ pm list packages {filtered}")).filtered, "{filtered}");
        }
        assert!(!of("$ adb shell pm list packages > out.txt").filtered);
        assert!(!of("$ adb shell pm list packages 2>/dev/null").filtered);
        assert!(of("$ adb shell pm list packages 2>/dev/null | grep -v com.tencent").filtered);
        assert!(of("$ adb shell pm list packages 2>&1 | head -5").filtered);
        assert!(of("$ adb shell pm list packages 2>/dev/null com.android").filtered);
        assert_eq!(command("package:com.pm list packages"), None);
        assert_eq!(command("$ pm list users"), None);
    }

    #[test]
    fn errors_name_the_user_that_was_not_listed() {
        let line = "java.lang.SecurityException: Shell does not have permission to access user 10";
        assert_eq!(user_of_error(line), Some(10));
        assert_eq!(user_of_error("error: no devices"), None);
    }
}

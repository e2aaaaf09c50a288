//! Lines of a transcript that a person typed into a shell: the prompt, and the
//! command behind it.
//!
//! Imports nothing. Prompts: bash(1) `PS1`, zsh, AOSP `mkshrc`
//! (`1|panther:/ $`, the status of a failed command first), cmd.exe
//! (`C:\path>`), PowerShell (`PS C:\path>`). Commands that people note down
//! without a prompt are those of the help of `adb`. What only looks a little
//! like a prompt is none: it would end a list that was cut off.

use std::borrow::Cow;

/// Bytes before the mark of a prompt.
const LONGEST: usize = 120;

/// Characters that shells of developers print instead of a mark.
const GLYPHS: [char; 5] = ['➜', '❯', '›', '»', 'λ'];

/// What `adb` is called with.
const ADB: [&str; 29] = [
    "shell",
    "exec-out",
    "devices",
    "connect",
    "disconnect",
    "root",
    "unroot",
    "remount",
    "reboot",
    "start-server",
    "kill-server",
    "reconnect",
    "version",
    "help",
    "get-state",
    "get-serialno",
    "get-devpath",
    "wait-for-device",
    "logcat",
    "bugreport",
    "backup",
    "pull",
    "push",
    "install",
    "install-multiple",
    "uninstall",
    "forward",
    "tcpip",
    "usb",
];

/// Commands of the phone that stand behind a mark without anything before it.
const KNOWN: [&str; 26] = [
    "am",
    "cat",
    "cd",
    "cp",
    "date",
    "df",
    "dumpsys",
    "echo",
    "export",
    "find",
    "getenforce",
    "getprop",
    "grep",
    "id",
    "ls",
    "logcat",
    "mount",
    "ps",
    "pwd",
    "set",
    "settings",
    "su",
    "sudo",
    "uname",
    "which",
    "whoami",
];

/// A line with a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Typed<'a> {
    /// What was typed; empty where nothing was.
    pub(super) command: &'a str,
    /// The prompt says that the command before it failed.
    pub(super) failed: bool,
}

/// The command of a line that a person typed; `None` for anything else.
pub(super) fn typed(line: &str) -> Option<Typed<'_>> {
    let line = line.trim();
    let call = line.trim_start_matches(GLYPHS);
    if is_call(line) {
        return Some(Typed { command: line, failed: false });
    }
    if is_of_git_bash(line) {
        return Some(Typed { command: "", failed: false });
    }
    if call.len() < line.len() {
        // Such prompts hold the folder, bare: `➜  ~ adb devices`.
        let call = call.split_once("adb").map_or(call, |(before, _)| call.get(before.len()..).unwrap_or(call)).trim();
        return is_call(call).then_some(Typed { command: call, failed: false });
    }
    let marks = line.match_indices(['$', '#', '%', '>']).take_while(|(at, _)| *at < LONGEST);
    marks.filter_map(|(at, mark)| behind(&line[..at], mark, line.get(at + 1..).unwrap_or(""))).next()
}

/// The first line of a prompt of two, `Ann@PC MINGW64 ~/phones (main)`.
fn is_of_git_bash(line: &str) -> bool {
    let mut words = line.split(' ');
    let named = words.next().is_some_and(|w| w.contains('@'));
    let system = matches!(words.next(), Some("MINGW64" | "MINGW32" | "MSYS" | "UCRT64" | "CLANG64"));
    named && system && words.next().is_some_and(|w| w.starts_with(['~', '/']))
}

/// A line without what tells a terminal about colours, titles and pasting, as
/// script(1) records them (ECMA-48 control sequences).
pub(super) fn plain(line: &str) -> Cow<'_, str> {
    if !line.contains('\u{1b}') {
        return Cow::Borrowed(line);
    }
    let mut out = String::with_capacity(line.len());
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => match rest.next() {
                Some('[') => drop(rest.find(|c| matches!(c, '@'..='~'))),
                Some(']') => drop(rest.find(|c| matches!(c, '\u{7}' | '\\'))),
                _ => {}
            },
            '\r' => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

fn behind<'a>(before: &'a str, mark: &str, after: &'a str) -> Option<Typed<'a>> {
    let command = after.trim();
    if before.contains("package:") || command.starts_with("package:") {
        return None;
    }
    if mark == ">" {
        let fits = if before.is_empty() { is_call(command) } else { is_folder_prompt(before.trim()) };
        return fits.then_some(Typed { command, failed: false });
    }
    if !after.is_empty() && !after.starts_with(' ') {
        return None;
    }
    let (failed, before) = match before.split_once('|') {
        Some((status, rest)) if !status.is_empty() && status.bytes().all(|b| b.is_ascii_digit()) => {
            (status.bytes().any(|b| b != b'0'), rest.trim())
        }
        _ => (false, before.trim()),
    };
    let fits = match (before, mark) {
        // Comments begin so, too.
        ("", "#" | "%") => command.is_empty() || is_call(command) || is_known(command),
        ("", _) => command.is_empty() || is_word(command),
        _ => is_prompt(before),
    };
    fits.then_some(Typed { command, failed })
}

/// `ann@pc:~/phones`, `[ann@pc phones]`, `Anns-Mac:~ ann`, `panther:/`, `bash-5.1`.
fn is_prompt(before: &str) -> bool {
    let before = match before.strip_prefix('(').and_then(|b| b.split_once(") ")) {
        Some((environment, rest)) if !environment.contains(' ') => rest,
        _ => before,
    };
    let inner = before.strip_prefix('[').and_then(|b| b.strip_suffix(']')).unwrap_or(before);
    let mut words = inner.split_whitespace();
    let first = words.next().unwrap_or("");
    let place = first.contains(":/") || first.contains(":~") || first.starts_with(['/', '~']);
    let shell = ["bash", "sh", "zsh", "ksh"].iter().any(|s| first.strip_prefix(s).is_some_and(|r| r.starts_with('-')));
    let named = first.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
    (place || shell || named) && words.count() <= 3
}

/// `C:\Users\ann`, `PS C:\`, `ann@pc C:\phones`, of fish `ann@pc ~`.
fn is_folder_prompt(before: &str) -> bool {
    let named = |word: &str| word == "PS" || word.contains('@');
    let (named, folder) = match before.split_once(' ') {
        Some((word, rest)) if named(word) => (true, rest),
        _ => (false, before),
    };
    let mut start = folder.chars();
    let drive = start.next().is_some_and(|c| c.is_ascii_alphabetic())
        && start.next() == Some(':')
        && matches!(start.next(), Some('\\' | '/') | None);
    drive || folder.starts_with("\\\\") || (named && folder.starts_with(['~', '/']) && !folder.contains(' '))
}

/// A call that nothing but a person writes: `adb -s R58M shell ..`, `pm list ..`.
fn is_call(command: &str) -> bool {
    let mut words = command.split_whitespace().map(|w| w.trim_matches(['"', '\'', '`', ';', '&']));
    let mut first = words.next().unwrap_or("");
    while first == "sudo" || first == "export" || first == "set" || first.contains('=') {
        match words.next() {
            Some(word) => first = word,
            None => return first.contains("ANDROID_SERIAL"),
        }
    }
    let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
    if name.eq_ignore_ascii_case("adb") || name.eq_ignore_ascii_case("adb.exe") {
        while let Some(word) = words.next() {
            match word {
                "-s" | "-t" | "-H" | "-P" | "-L" | "--one-device" => drop(words.next()),
                word if word.starts_with('-') => {}
                word => return ADB.contains(&word),
            }
        }
        return false;
    }
    let second = words.next();
    match (first, second) {
        ("exit", None) => true,
        ("exit", Some(n)) => n.parse::<u8>().is_ok() && words.next().is_none(),
        ("pm", Some(s)) => matches!(s, "list" | "path" | "dump"),
        ("cmd", Some(s)) => matches!(s, "package" | "user"),
        _ => false,
    }
}

fn is_known(command: &str) -> bool {
    command.split_whitespace().next().is_some_and(|w| KNOWN.contains(&w))
}

/// Its first word can be the name of a program.
fn is_word(command: &str) -> bool {
    let first = command.split_whitespace().next().unwrap_or("");
    first.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'_' | b'-' | b'=' | b'~' | b'+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_of_every_shell_are_known() {
        for (line, command) in [
            ("$ adb shell pm list packages", "adb shell pm list packages"),
            ("$", ""),
            ("#", ""),
            ("# pm list packages", "pm list packages"),
            ("# ls /data", "ls /data"),
            ("$ cat old.txt", "cat old.txt"),
            ("$ ANDROID_SERIAL=A adb devices", "ANDROID_SERIAL=A adb devices"),
            ("ann@pc:~/my phones$ adb devices", "adb devices"),
            ("[ann@pc phones]$ exit", "exit"),
            ("(venv) ann@pc:~$ python x.py", "python x.py"),
            ("Anns-MacBook-Pro:~ ann$ adb devices", "adb devices"),
            ("ann@mac phones % adb devices", "adb devices"),
            ("bash-5.1$ ls", "ls"),
            ("panther:/ $ pm list packages -f", "pm list packages -f"),
            ("shell@panther:/sdcard # exit", "exit"),
            ("panther:/ $", ""),
            ("C:\\Users\\Ann Bell>adb devices", "adb devices"),
            ("C:\\tools> adb.exe -s R58 shell \"pm list packages\"", "adb.exe -s R58 shell \"pm list packages\""),
            ("PS C:\\> .\\adb.exe shell", ".\\adb.exe shell"),
            ("ann@pc C:\\tools>dir", "dir"),
            ("ann@pc ~/phones> ls", "ls"),
            ("> adb.exe -sR58M shell pm list packages", "adb.exe -sR58M shell pm list packages"),
            ("➜  ~ adb shell pm list packages", "adb shell pm list packages"),
            ("adb -s R58 exec-out pm list packages", "adb -s R58 exec-out pm list packages"),
            ("export ANDROID_SERIAL=R58M", "export ANDROID_SERIAL=R58M"),
            ("exit", "exit"),
            ("exit 0", "exit 0"),
        ] {
            assert_eq!(typed(line), Some(Typed { command, failed: false }), "{line}");
        }
        assert_eq!(typed("Ann@PC MINGW64 ~/phones (main)").unwrap().command, "");
        for line in ["1|panther:/ $ exit", "130|shell@panther:/ # ls", "137|panther:/ $"] {
            assert!(typed(line).unwrap().failed, "{line}");
        }
    }

    #[test]
    fn what_a_terminal_is_told_is_left_out() {
        assert_eq!(plain("\u{1b}[?2004l\rpackage:a.b"), "package:a.b");
        assert_eq!(
            plain("\u{1b}[?2004h\u{1b}]0;ann@pc: ~\u{7}\u{1b}[01;32mann@pc\u{1b}[00m:~$ exit"),
            "ann@pc:~$ exit"
        );
        assert_eq!(plain("a\rb"), "a\rb");
        assert_eq!(plain("a\u{1b}["), "a");
    }

    #[test]
    fn what_programs_print_is_no_prompt() {
        for line in [
            "",
            "<output truncated>",
            "exit status 137",
            "exit code: 1",
            "cmd : Failure calling service package: Broken pipe (32)",
            "cmd: Failure calling service package: Broken pipe (32)",
            "adb server version (41) doesn't match this client (39); killing...",
            "adb: error: closed",
            "adb.exe: no devices/emulators found",
            "Error -> Broken pipe",
            "error: cost 5 $ each",
            "> package:com.tencent.mm",
            "$ package:com.tencent.mm",
            ">> more",
            "> See the list below",
            ">",
            "# 2000 lines left out",
            "% total",
            "100 % done",
            "pm: not found",
            "Killed",
            "a line -> of a diff",
            "package:/data/app/x$ y=com.a",
            "com.android.server.pm.Foo$ Bar",
        ] {
            assert_eq!(typed(line), None, "{line}");
        }
    }
}

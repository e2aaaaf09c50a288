//! A look through a long text for lists that stand behind what a probe shows:
//! a log before a dump, a transcript that begins with other commands.

use std::io::{self, Read};

use super::super::Parser;
use super::dumpsys::{self, AndroidDumpsys, name_of_block};
use super::lines::Lines;
use super::pm_list::{self, PmList, is_command, name_of_row};

/// The parser for a text whose first bytes say nothing, and as which of its
/// artifacts. Reads to the first sign of a dump, else to the end. `Err`: it
/// cannot be read so far.
pub fn parser_behind(input: impl Read) -> io::Result<Option<(&'static dyn Parser, &'static str)>> {
    let mut lines = Lines::new(input)?;
    let (mut listed, mut headline) = (false, false);
    while let Some(line) = lines.next_line()? {
        let text = line.text;
        headline |= text.trim_end() == "Packages:";
        if text.starts_with("DUMP OF SERVICE package:")
            || text.starts_with("== dumpstate: ")
            || (headline && name_of_block(text).is_some())
        {
            return Ok(Some((&AndroidDumpsys, dumpsys::TEXT)));
        }
        listed |= name_of_row(text).is_some() || (text.contains("list package") && is_command(text));
    }
    Ok(listed.then_some((&PmList as &dyn Parser, pm_list::TEXT)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_found_wherever_they_stand() {
        let log = "11-20 10:00:00.000  1000  1234 I ActivityManager: Start proc\n".repeat(3000);
        let of = |text: &str| parser_behind(format!("{log}{text}").as_bytes()).unwrap().map(|(_, role)| role);
        assert_eq!(of("DUMP OF SERVICE package:\nPackages:\n"), Some(dumpsys::TEXT));
        assert_eq!(of("Packages:\n  Package [a.b] (1):\n"), Some(dumpsys::TEXT));
        assert_eq!(of("package:com.tencent.mm\nPackages:\n  Package [a.b] (1):\n"), Some(dumpsys::TEXT));
        assert_eq!(of("$ adb shell pm list packages\n"), Some(pm_list::TEXT));
        assert_eq!(of("package:com.tencent.mm\n"), Some(pm_list::TEXT));
        assert_eq!(of("To list apps, run pm list packages.\n"), None);
        assert_eq!(of(""), None);
    }
}

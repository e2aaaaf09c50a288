//! Whether a text ends as its kind should: a bug report says "done", a dump of
//! all services ends with the last one it announced.

/// What was seen of the marks.
#[derive(Debug, Default)]
pub(super) struct Ending {
    /// The text is a bug report's.
    bug_report: bool,
    done: bool,
    /// The last service that the head announces, and whether the list goes on.
    announced: Option<String>,
    in_list: bool,
    /// The last service whose duration was told, whole.
    finished: Option<String>,
    services: bool,
    /// The last service whose dump began.
    begun: Option<String>,
    /// Its duration was not told yet.
    open: bool,
    /// The last line that is not empty was such a duration, was ended.
    last_is_duration: bool,
    last_ended: bool,
    /// The last line is the rule that stands before a service.
    last_is_rule: bool,
}

impl Ending {
    pub(super) fn line(&mut self, text: &str, ended: bool) {
        if text.trim().is_empty() {
            return;
        }
        self.last_ended = ended;
        self.last_is_duration = false;
        self.last_is_rule = text.trim_end().bytes().all(|b| b == b'-');
        if let Some(rest) = text.strip_prefix("== dumpstate: ") {
            self.bug_report = true;
            self.done |= rest.starts_with("done");
        } else if let Some(name) = text.strip_prefix("DUMP OF SERVICE ") {
            self.begun = name.trim_end_matches(':').rsplit(' ').next().map(str::to_owned);
            self.services = true;
            self.open = true;
            self.in_list = false;
        } else if let Some(name) = duration(text) {
            self.finished = Some(name.to_owned());
            self.last_is_duration = true;
            self.open = false;
        } else if !self.services && text.starts_with("Currently running services:") {
            self.in_list = true;
        } else if let Some(name) = text.strip_prefix("  ").filter(|_| self.in_list) {
            self.announced = name.split_whitespace().next().map(str::to_owned);
        }
    }

    pub(super) fn is_bug_report(&self) -> bool {
        self.bug_report
    }

    /// Lines are missing at the end.
    pub(super) fn is_cut(&self) -> bool {
        if self.bug_report {
            return !self.done;
        }
        match (self.services, &self.announced, &self.finished) {
            (true, Some(announced), Some(finished)) => announced != finished || self.open,
            (true, _, Some(_)) => self.open || self.last_is_rule || !(self.last_is_duration || self.last_ended),
            // Systems before Android 8 tell no durations.
            (true, Some(announced), None) => self.begun.as_ref() != Some(announced) || !self.last_ended,
            _ => !self.last_ended,
        }
    }
}

/// The service of a whole `--------- 0.1s was the duration of dumpsys NAME, ending at: TIME`.
fn duration(text: &str) -> Option<&str> {
    let (_, rest) = text.strip_prefix("--")?.split_once(" was the duration of dumpsys ")?;
    let (name, time) = rest.split_once(", ending at: ")?;
    (time.trim().len() >= "2024-05-06 07:08:10".len()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_cut(text: &str) -> bool {
        let mut ending = Ending::default();
        text.split_inclusive('\n').for_each(|l| ending.line(l.trim_end_matches('\n'), l.ends_with('\n')));
        ending.is_cut()
    }

    const END: &str = "was the duration of dumpsys b, ending at: 2024-05-06 07:08:10";

    #[test]
    fn a_dump_of_services_ends_with_the_last_announced_one() {
        let head = "Currently running services:\n  a\n  b\n----\nDUMP OF SERVICE a:\n";
        let first = format!("--------- 0.1s {}\n", END.replace(" b,", " a,"));
        let whole = format!("{head}{first}DUMP OF SERVICE b:\nx\n--------- 0.1s {END}");
        assert!(!is_cut(&whole), "AndroidQF trims the last line feed");
        assert!(!is_cut(&format!("{whole}\n\n")));
        assert!(is_cut(&whole[..whole.len() - 1]));
        assert!(is_cut(&format!("{head}{first}")));
        assert!(is_cut(head));
        // Nothing announced, lines of no service behind: nothing is known to be missing.
        assert!(!is_cut(&format!("DUMP OF SERVICE b:\n--------- 0.1s {END}\nmore\n")));
        assert!(is_cut(&format!("DUMP OF SERVICE b:\n--------- 0.1s {END}\nDUMP OF SERVICE c:\nx\n")));
    }

    #[test]
    fn a_bug_report_says_done_and_other_texts_end_with_a_line() {
        assert!(is_cut("== dumpstate: 2024-05-06 07:08:09\nDUMP OF SERVICE a:\n"));
        assert!(!is_cut("== dumpstate: 2024-05-06 07:08:09\nDUMP OF SERVICE a:\n== dumpstate: done (id 1)\n===="));
        assert!(!is_cut("Packages:\n  Package [a.b] (1):\n"));
        assert!(is_cut("Packages:\n  Package [a.b] (1):"));
    }
}

//! A saved report held against itself: against the digest it bears, its own
//! findings and lists, its own counts. Where it claims better than they bear
//! out, the more cautious reading is taken and a message says so.

use crate::model::{Code, Diagnostic, Severity};
use crate::report::merge::Judge;
use crate::report::summary::Tally;
use crate::report::v1;

use super::Part;

/// Messages of one kind; what follows is counted.
const MOST: usize = 20;

/// Looks at every piece as it is read.
pub(super) struct Held<'r> {
    judge: Judge<'r>,
    tally: Tally,
    contradicted: u64,
    messages: Vec<(Option<String>, Diagnostic)>,
}

impl<'r> Held<'r> {
    /// `run` is the report's own.
    pub(super) fn new(run: &'r v1::Run) -> Self {
        Self { judge: Judge::new(run, None), tally: Tally::default(), contradicted: 0, messages: Vec::new() }
    }

    /// Looks at one piece, and mends a device that claims too much.
    pub(super) fn part(&mut self, part: &mut Part) {
        match part {
            Part::Device(device) => {
                self.device(device);
                self.tally.device(device);
            }
            Part::Evidence(item) => self.tally.evidence(item),
            Part::Diagnostic(message) => self.tally.diagnostic(message),
        }
    }

    fn device(&mut self, device: &mut v1::Device) {
        let mut again = device.clone();
        self.judge.conclude(&mut again);
        let under = again.policies.iter().zip(&device.policies);
        let worse = rank(&again.verdict) > rank(&device.verdict)
            || (device.waived && !again.waived)
            || under.clone().any(|(now, then)| rank(&now.verdict) > rank(&then.verdict));
        let milder = rank(&again.verdict) < rank(&device.verdict) && rank(&device.verdict) > rank("inconclusive");
        if !worse && !milder {
            return;
        }
        let (then, now) = (&device.verdict, &again.verdict);
        let mut message = if !worse {
            let message = format!("it is called {then}; its own findings and lists show {now}. It was left as it was");
            Diagnostic { severity: Severity::Warning, ..Diagnostic::new(Code::ReportInconsistent, None, message) }
        } else if then == now {
            let message = format!("it is {now}, but not as it says: its waivers or verdicts under one policy differ");
            Diagnostic::new(Code::ReportInconsistent, None, message)
        } else {
            let message = format!("it is called {then}; its own findings and lists show {now}, which was taken");
            Diagnostic::new(Code::ReportInconsistent, None, message)
        };
        if worse {
            self.contradicted += 1;
            *device = again;
        }
        match self.messages.len() {
            MOST => {
                if let Some((_, last)) = self.messages.last_mut() {
                    last.count += 1;
                }
            }
            _ => {
                message.message = format!("the report contradicts itself: {}", message.message);
                self.messages.push((Some(device.key.clone()), message));
            }
        }
    }

    /// What must be said of the end, and whether what it counts holds.
    pub(super) fn end(mut self, run: &v1::Run, summary: Option<&v1::Summary>) -> Verdict {
        let complete = run.complete == Some(true);
        let counts = summary.is_none_or(|told| *told == self.tally.summary);
        let computed = self.tally.exit_status(complete);
        let status = run.exit_status.is_none_or(|told| urgency(told) >= urgency(computed));
        // What was mended counts otherwise, of course.
        if self.contradicted == 0 {
            for (holds, what) in [(counts, "counts"), (status, "exit status")] {
                if !holds {
                    let message = format!(
                        "the report contradicts itself: its {what} is not that of its devices, evidence and messages"
                    );
                    self.messages.push((None, Diagnostic::new(Code::ReportInconsistent, None, message)));
                }
            }
        }
        Verdict { holds: counts && status && self.contradicted == 0, messages: self.messages }
    }
}

/// What came of it.
pub(super) struct Verdict {
    /// Its counts and exit status are those of its pieces.
    pub(super) holds: bool,
    /// Key of the device, and what must be said.
    pub(super) messages: Vec<(Option<String>, Diagnostic)>,
}

/// The worse, the higher. What is unknown was made inconclusive before.
fn rank(verdict: &str) -> usize {
    ["clear", "inconclusive", "suspect", "prohibited"].iter().position(|v| *v == verdict).unwrap_or(1)
}

/// Exit statuses in the order in which the first that fits is taken.
fn urgency(status: u8) -> usize {
    [0, 3, 1, 4].iter().position(|s| *s == status).unwrap_or(usize::MAX)
}

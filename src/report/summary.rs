//! Counts over a run, and the exit status that follows from them.

use super::v1;

/// Adds up a report as it is written.
#[derive(Debug, Default)]
pub struct Tally {
    /// Counts so far.
    pub summary: v1::Summary,
    waived_trouble: u64,
    deciding_prohibited: u64,
    deciding_open: u64,
    errors: u64,
}

impl Tally {
    /// Counts one device.
    pub fn device(&mut self, device: &v1::Device) {
        let s = &mut self.summary;
        s.apps_observed += device.apps_observed;
        if device.record == "device" {
            s.devices += 1;
            match device.verdict.as_str() {
                "prohibited" => s.prohibited += 1,
                "suspect" => s.suspect += 1,
                "clear" => s.clear += 1,
                _ => s.inconclusive += 1,
            }
            s.waived += u64::from(device.waived);
        }
        match (device.waived, device.verdict.as_str()) {
            (true, _) => self.waived_trouble += 1,
            (false, "prohibited") => self.deciding_prohibited += 1,
            (false, "clear") => {}
            // A record that stands for packages or an aggregate is never clear;
            // without a sign of presence it leaves nothing open.
            (false, "suspect") => self.deciding_open += 1,
            (false, _) if device.record == "device" => self.deciding_open += 1,
            (false, _) => {}
        }
    }

    /// Counts one item of evidence.
    pub fn evidence(&mut self, evidence: &v1::Evidence) {
        let counts = &mut self.summary.evidence;
        counts.items += 1;
        self.summary.out_of_scope += evidence.out_of_scope;
        match evidence.status.as_str() {
            "read" => counts.read += 1,
            "partly-read" => counts.partly_read += 1,
            "skipped" => counts.skipped += 1,
            "unknown" => counts.unknown += 1,
            _ => counts.unreadable += 1,
        }
    }

    /// Counts one message.
    pub fn diagnostic(&mut self, diagnostic: &v1::Diagnostic) {
        if diagnostic.severity == "error" {
            self.errors += 1;
        }
    }

    /// The exit status of the run, before `--exit-zero`.
    pub fn exit_status(&self, complete: bool) -> u8 {
        exit_status(&Outcome {
            devices: self.summary.devices,
            prohibited: self.deciding_prohibited,
            open: self.deciding_open,
            read: self.summary.evidence.read + self.summary.evidence.partly_read,
            trouble: self.summary.evidence.partly_read
                + self.summary.evidence.unreadable
                + self.summary.evidence.unknown
                + self.errors,
            complete,
        })
    }
}

/// What the exit status depends on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Outcome {
    /// Records of kind `device`.
    pub devices: u64,
    /// Prohibited and not waived.
    pub prohibited: u64,
    /// Suspect or inconclusive and not waived.
    pub open: u64,
    /// Items read, at least in part.
    pub read: u64,
    /// Items unknown, unreadable or partly read, and error messages.
    pub trouble: u64,
    /// The run was neither interrupted nor stopped by a time limit.
    pub complete: bool,
}

/// The first that fits in the order 4, 1, 3, 0. (2 is decided before a run.)
pub fn exit_status(outcome: &Outcome) -> u8 {
    if outcome.read == 0 {
        4
    } else if outcome.prohibited > 0 {
        1
    } else if outcome.open > 0 || outcome.devices == 0 || outcome.trouble > 0 || !outcome.complete {
        3
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_needs_a_device_and_no_doubt_at_all() {
        let fine = Outcome { devices: 1, read: 1, complete: true, ..Outcome::default() };
        assert_eq!(exit_status(&fine), 0);
        for doubt in [
            Outcome { devices: 0, ..fine },
            Outcome { open: 1, ..fine },
            Outcome { trouble: 1, ..fine },
            Outcome { complete: false, ..fine },
        ] {
            assert_eq!(exit_status(&doubt), 3, "{doubt:?}");
        }
        assert_eq!(exit_status(&Outcome { prohibited: 1, trouble: 9, ..fine }), 1);
        assert_eq!(exit_status(&Outcome { read: 0, trouble: 1, ..fine }), 4);
    }
}

//! A report written in several formats at once, counted on the way.

use std::io::{self, Write};

use super::reading::{Part, begun};
use super::{Renderer, Tally, v1};

/// A renderer and where its bytes go.
pub type Output<'w> = (Box<dyn Renderer>, Box<dyn Write + 'w>);

/// Hands every piece to every renderer and counts it.
pub struct Writer<'o, 'w> {
    outputs: &'o mut [Output<'w>],
    tally: Tally,
}

impl<'o, 'w> Writer<'o, 'w> {
    /// Begins. What the run holds of its end is not shown yet.
    pub fn begin(outputs: &'o mut [Output<'w>], run: &v1::Run) -> io::Result<Self> {
        let mut writer = Self { outputs, tally: Tally::default() };
        let run = begun(run);
        writer.each(|renderer, out| renderer.begin(&run, out))?;
        Ok(writer)
    }

    fn each(&mut self, mut write: impl FnMut(&mut dyn Renderer, &mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        self.outputs.iter_mut().try_for_each(|(renderer, out)| write(renderer.as_mut(), out.as_mut()))
    }

    /// One device.
    pub fn device(&mut self, device: &v1::Device) -> io::Result<()> {
        self.tally.device(device);
        self.each(|renderer, out| renderer.device(device, out))
    }

    /// One item of evidence.
    pub fn evidence(&mut self, evidence: &v1::Evidence) -> io::Result<()> {
        self.tally.evidence(evidence);
        self.each(|renderer, out| renderer.evidence(evidence, out))
    }

    /// One message.
    pub fn diagnostic(&mut self, diagnostic: &v1::Diagnostic) -> io::Result<()> {
        self.tally.diagnostic(diagnostic);
        self.each(|renderer, out| renderer.diagnostic(diagnostic, out))
    }

    /// Any piece.
    pub fn part(&mut self, part: &Part) -> io::Result<()> {
        match part {
            Part::Device(device) => self.device(device),
            Part::Evidence(evidence) => self.evidence(evidence),
            Part::Diagnostic(diagnostic) => self.diagnostic(diagnostic),
        }
    }

    /// Ends with a run that knows whether it was complete. Its exit status, and
    /// the counts, are those given, else those of what was written; returns the
    /// exit status.
    pub fn end(mut self, mut run: v1::Run, summary: Option<v1::Summary>) -> io::Result<u8> {
        let counted = self.tally.exit_status(run.complete != Some(false));
        let status = *run.exit_status.get_or_insert(counted);
        let summary = summary.unwrap_or_else(|| self.tally.summary.clone());
        self.each(|renderer, out| renderer.end(&run, &summary, out))?;
        self.each(|_, out| out.flush())?;
        Ok(status)
    }
}

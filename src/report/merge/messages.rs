//! Messages of several reports: each once, about the device as it is called now.

use std::io;

use crate::model::Diagnostic;
use crate::report::spill::{Peeked, Sorter};
use crate::report::{Writer, diagnostic, v1};

pub(super) struct Messages {
    /// Report and key of the device there, to the message.
    of_keys: Sorter,
    /// Report and key, to the number of the joined device.
    renamed: Sorter,
    /// Number of the joined device, to the message.
    of_numbers: Sorter,
    /// Number of the joined device, to its key.
    named: Sorter,
    /// In the order of the report.
    done: Sorter,
}

fn place(input: u32, key: &str) -> Vec<u8> {
    [&input.to_be_bytes()[..], key.as_bytes()].concat()
}

impl Messages {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            of_keys: Sorter::default(),
            renamed: Sorter::default(),
            of_numbers: Sorter::default(),
            named: Sorter::default(),
            done: Sorter::default(),
        })
    }

    /// A message of a report.
    pub(super) fn take(&mut self, input: u32, message: &v1::Diagnostic) -> io::Result<()> {
        match &message.device {
            Some(key) => self.of_keys.push(&place(input, key), &serde_json::to_vec(message)?),
            None => self.keep(message),
        }
    }

    /// A message about the join.
    pub(super) fn say(&mut self, message: &Diagnostic) -> io::Result<()> {
        self.keep(&diagnostic(message, None))
    }

    /// A message about a joined device.
    pub(super) fn say_of(&mut self, number: u64, message: &Diagnostic) -> io::Result<()> {
        self.of_numbers.push(&number.to_be_bytes(), &serde_json::to_vec(&diagnostic(message, None))?)
    }

    /// The device that a report calls `key` is this joined one.
    pub(super) fn renamed(&mut self, input: u32, key: &str, number: u64) -> io::Result<()> {
        self.renamed.push(&place(input, key), &number.to_be_bytes())
    }

    /// The joined device is called `key`.
    pub(super) fn named(&mut self, number: &[u8], key: &str) -> io::Result<()> {
        self.named.push(number, key.as_bytes())
    }

    fn keep(&mut self, message: &v1::Diagnostic) -> io::Result<()> {
        let key = v1::Diagnostic { count: 0, ..message.clone() };
        self.done.push(&order(&key), &serde_json::to_vec(message)?)
    }

    /// Writes every message once, with the largest count it had.
    pub(super) fn write(mut self, writer: &mut Writer<'_, '_>) -> io::Result<()> {
        self.follow_keys()?;
        self.name()?;
        let mut done = self.done.finish()?;
        let mut last: Option<v1::Diagnostic> = None;
        while let Some((_, json)) = done.next()? {
            let message: v1::Diagnostic = serde_json::from_slice(&json)?;
            match &mut last {
                Some(known) if (v1::Diagnostic { count: message.count, ..known.clone() }) == message => {
                    known.count = known.count.max(message.count);
                }
                _ => {
                    if let Some(done) = last.replace(message) {
                        writer.diagnostic(&done)?;
                    }
                }
            }
        }
        last.map_or(Ok(()), |message| writer.diagnostic(&message))
    }

    fn follow_keys(&mut self) -> io::Result<()> {
        let mut messages = std::mem::take(&mut self.of_keys).finish()?;
        let mut renamed = Peeked::new(std::mem::take(&mut self.renamed).finish()?)?;
        let mut last: (Vec<u8>, Option<Vec<u8>>) = (Vec::new(), None);
        while let Some((place, json)) = messages.next()? {
            if place != last.0 {
                let number = renamed.values_of(&place)?.into_iter().next();
                last = (place, number);
            }
            match &last.1 {
                Some(number) => self.of_numbers.push(number, &json)?,
                // It names a device that its report does not hold.
                None => self.keep(&serde_json::from_slice(&json)?)?,
            }
        }
        Ok(())
    }

    fn name(&mut self) -> io::Result<()> {
        let mut messages = std::mem::take(&mut self.of_numbers).finish()?;
        let mut named = Peeked::new(std::mem::take(&mut self.named).finish()?)?;
        let mut last: (Vec<u8>, Option<String>) = (Vec::new(), None);
        while let Some((number, json)) = messages.next()? {
            if number != last.0 {
                let key = named.values_of(&number)?.into_iter().next();
                last = (number, key.map(|key| String::from_utf8_lossy(&key).into_owned()));
            }
            let message: v1::Diagnostic = serde_json::from_slice(&json)?;
            self.keep(&v1::Diagnostic { device: last.1.clone(), ..message })?;
        }
        Ok(())
    }
}

/// Sorts as the report does: severity, code, locator, device, message.
fn order(message: &v1::Diagnostic) -> Vec<u8> {
    let rank = match message.severity.as_str() {
        "error" => 0,
        "warning" => 1,
        _ => 2,
    };
    let mut out = vec![rank];
    out.extend_from_slice(message.code.as_bytes());
    for optional in [&message.locator, &message.device] {
        out.push(0);
        if let Some(text) = optional {
            out.push(1);
            out.extend_from_slice(text.as_bytes());
        }
    }
    out.push(0);
    out.extend_from_slice(message.message.as_bytes());
    out
}

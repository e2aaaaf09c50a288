//! `package-restrictions.xml`: what one user has of what the device knows.
//!
//! Specified by AOSP `Settings.writePackageRestrictionsLPr`: only what differs
//! from the default is written, so a missing `inst` means installed and a
//! missing `enabled` means the default.

use std::collections::HashMap;
use std::io::Read;

use super::super::names::is_package_name;
use super::document::{hex_ms, printable};
use crate::format::xml::{Element, Event, Reader, XmlError};
use crate::limits::{Leash, Stop};
use crate::model::State;

/// Entries of one document; a device has some hundreds.
const MOST_ENTRIES: usize = 200_000;

/// What one user's file says of one package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) state: State,
    /// Milliseconds since 1970.
    pub(super) first_ms: Option<i64>,
}

/// One reading of one user's file.
#[derive(Debug, Default)]
pub(super) struct Restrictions {
    pub(super) entries: HashMap<String, Entry>,
    /// The root is the right one and was closed, every entry was understood.
    pub(super) whole: bool,
    /// What is wrong, for people.
    pub(super) trouble: Option<String>,
    /// The leash ended the reading.
    pub(super) stop: Option<Stop>,
}

impl Restrictions {
    /// Reads as far as it goes; trouble is part of the answer.
    pub(super) fn read(input: impl Read, leash: &Leash) -> Self {
        let mut out = Self::default();
        match out.run(input, leash) {
            Ok(true) => out.whole = true,
            Ok(false) => out.trouble = Some("the document does not end as it should".to_owned()),
            Err(error) => {
                out.stop = error.stop();
                out.trouble = Some(error.to_string());
            }
        }
        out
    }

    fn run(&mut self, input: impl Read, leash: &Leash) -> Result<bool, XmlError> {
        let mut reader = Reader::open(input, &leash.limits)?;
        let mut sound = true;
        let mut current: Option<(String, Entry)> = None;
        loop {
            let depth = reader.depth() + 1;
            match reader.next_event()? {
                Event::Start(element) => match (depth, element.name()) {
                    (1, "package-restrictions") => {}
                    (1, other) => {
                        let what = format!("the root element is <{}>, not <package-restrictions>", printable(other));
                        return Err(XmlError::Syntax { at: 0, what });
                    }
                    (2, "pkg") => {
                        if self.entries.len() >= MOST_ENTRIES {
                            return Err(XmlError::Limit("the document names more packages than the limit"));
                        }
                        let name = element.get("name").filter(|n| !n.is_empty());
                        let (entry, understood) = entry_of(element);
                        sound &= understood && name.is_some_and(is_package_name) && !element.is_damaged();
                        current = name.map(|n| (n.to_owned(), entry));
                    }
                    (3, "archive-state") => {
                        if let Some((_, entry)) = current.as_mut().filter(|(_, e)| e.state == State::Removed) {
                            entry.state = State::Archived;
                        }
                    }
                    _ => {}
                },
                // An entry counts when it is complete: its children may change it.
                Event::End("pkg") if depth == 3 => {
                    if let Some((name, entry)) = current.take() {
                        // Twice: the best state wins, and the file is not sound.
                        match self.entries.get_mut(&name) {
                            Some(known) => {
                                sound = false;
                                if entry.state < known.state {
                                    *known = entry;
                                }
                            }
                            None => {
                                self.entries.insert(name, entry);
                            }
                        }
                    }
                }
                Event::End(_) | Event::Text(_) => {}
                Event::Eof { closed } => return Ok(closed && sound && reader.damage() == 0),
            }
        }
    }
}

/// The state an element states, and whether every part of it was understood.
fn entry_of(element: &Element) -> (Entry, bool) {
    let mut understood = true;
    let mut flag = |name: &str, default: bool| match element.get(name) {
        None => default,
        Some("true" | "1") => true,
        Some("false" | "0") => false,
        Some(_) => {
            understood = false;
            default
        }
    };
    let installed = flag("inst", true);
    let switched_off = flag("hidden", false) | flag("blocked", false) | flag("suspended", false);
    let enabled = match element.get("enabled").map(str::parse::<i64>) {
        None => 0,
        Some(Ok(n)) => n,
        Some(Err(_)) => {
            understood = false;
            0
        }
    };
    let state = match (understood, installed) {
        (false, _) => State::Unknown,
        (_, false) => State::Removed,
        // 2 disabled, 3 disabled by the user, 4 disabled until used.
        (_, true) if switched_off || matches!(enabled, 2..=4) => State::Disabled,
        _ => State::Installed,
    };
    (Entry { state, first_ms: element.get("first-install-time").and_then(hex_ms) }, understood)
}

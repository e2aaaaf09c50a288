//! `userlist.xml` and `users/N.xml`: which users and profiles a device has.
//!
//! Specified by AOSP `UserManagerService.writeUserListLP`/`writeUserLP`.

use std::io::Read;

use super::super::identity::UserHints;
use crate::format::xml::{Event, Reader, XmlError};
use crate::limits::{Leash, Stop};

/// Users of one file; Android allows a handful.
const MOST_USERS: usize = 10_000;

/// One reading of one file.
#[derive(Debug, Default)]
pub(super) struct UserFile {
    pub(super) users: Vec<(u32, UserHints)>,
    /// The root is the right one and was closed, every user has a number.
    pub(super) whole: bool,
    /// What is wrong, for people.
    pub(super) trouble: Option<String>,
    /// The leash ended the reading.
    pub(super) stop: Option<Stop>,
}

impl UserFile {
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
        loop {
            let depth = reader.depth() + 1;
            match reader.next_event()? {
                Event::Start(element) => match (depth, element.name()) {
                    (1, "users") => {}
                    (1 | 2, "user") => {
                        if self.users.len() >= MOST_USERS {
                            return Err(XmlError::Limit("the document names more users than the limit"));
                        }
                        sound &= !element.is_damaged();
                        let Some(id) = element.get("id").and_then(|id| id.parse().ok()) else {
                            sound = false;
                            continue;
                        };
                        let flags = element.get("flags").and_then(|f| f.parse::<i64>().ok()).map(|f| f as u32);
                        let type_name = element.get("type").map(str::to_owned);
                        self.users.push((id, UserHints { flags, type_name }));
                    }
                    (1, _) => {
                        return Err(XmlError::Syntax { at: 0, what: "the root element names no users".into() });
                    }
                    _ => {}
                },
                Event::End(_) | Event::Text(_) => {}
                Event::Eof { closed } => return Ok(closed && sound && reader.damage() == 0),
            }
        }
    }
}

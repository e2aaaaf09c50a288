//! One JSON document: members in any order, arrays one element at a time.

use std::cell::Cell;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::rc::Rc;

use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::{Form, MOST_OF_ONE, Part, ReadError, check_schema, from_start};

/// What to do with a member of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Wanted {
    /// Pass over it.
    Nothing,
    /// Its text.
    Whole,
    /// Its elements one by one, where it is an array.
    Elements,
}

/// What a walk hands over.
#[derive(Debug)]
pub(in crate::report) enum Element<'a> {
    /// A member.
    Whole(&'a str),
    /// One element of an array.
    One(&'a str),
}

type On<'a> = dyn FnMut(&str, Element<'_>) -> io::Result<()> + 'a;

/// Walks the members of one document. `on` is handed the name of the member and
/// JSON text.
pub(in crate::report) fn walk(
    name: &str,
    file: &File,
    wanted: &dyn Fn(&str) -> Wanted,
    on: &mut On<'_>,
) -> Result<(), ReadError> {
    let room = Rc::new(Cell::new(MOST_OF_ONE));
    let reader = Counted { inner: from_start(name, file)?, room: room.clone() };
    let mut failed = None;
    let mut json = serde_json::Deserializer::from_reader(reader);
    let top = Top { wanted, on, room, failed: &mut failed };
    let walked = json.deserialize_map(top).and_then(|()| json.end());
    if let Some(error) = failed {
        return Err(ReadError::Given(error));
    }
    walked.map_err(|error| {
        let message = if error.is_eof() { "the document is cut off here".to_owned() } else { error.to_string() };
        ReadError::Damaged { file: name.to_owned(), line: error.line(), message }
    })
}

/// Ends the reading where one element grows beyond its limit.
struct Counted<R> {
    inner: R,
    room: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buf)?;
        match self.room.get().checked_sub(read as u64) {
            Some(left) => self.room.set(left),
            None => return Err(io::Error::other("one element is larger than any of a report")),
        }
        Ok(read)
    }
}

struct Top<'a, 'o> {
    wanted: &'a dyn Fn(&str) -> Wanted,
    on: &'a mut On<'o>,
    room: Rc<Cell<u64>>,
    failed: &'a mut Option<io::Error>,
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a report")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen: Vec<String> = Vec::new();
        while let Some(member) = map.next_key::<String>()? {
            if seen.contains(&member) || seen.len() > 1000 {
                return Err(A::Error::custom(format!("the member `{member}` stands twice, or there are too many")));
            }
            self.room.set(MOST_OF_ONE);
            match (self.wanted)(&member) {
                Wanted::Nothing => {
                    // Passed over, it may be of any size.
                    self.room.set(u64::MAX);
                    map.next_value::<IgnoredAny>()?;
                }
                Wanted::Whole => {
                    let text = map.next_value::<Box<RawValue>>()?;
                    if let Err(error) = (self.on)(&member, Element::Whole(text.get())) {
                        *self.failed = Some(error);
                        return Err(A::Error::custom("stopped"));
                    }
                }
                Wanted::Elements => {
                    let failed = &mut *self.failed;
                    map.next_value_seed(Elements { member: &member, on: self.on, room: &self.room, failed })?;
                }
            }
            self.room.set(MOST_OF_ONE);
            seen.push(member);
        }
        Ok(())
    }
}

struct Elements<'a, 'o> {
    member: &'a str,
    on: &'a mut On<'o>,
    room: &'a Rc<Cell<u64>>,
    failed: &'a mut Option<io::Error>,
}

impl<'de> DeserializeSeed<'de> for Elements<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Elements<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        loop {
            self.room.set(MOST_OF_ONE);
            let Some(text) = seq.next_element::<Box<RawValue>>()? else { return Ok(()) };
            if let Err(error) = (self.on)(self.member, Element::One(text.get())) {
                *self.failed = Some(error);
                return Err(A::Error::custom("stopped"));
            }
        }
    }
}

const ARRAYS: [&str; 3] = ["devices", "evidence", "diagnostics"];

/// Everything but the arrays, and in which order those stand.
pub(super) fn outline(name: &str, file: &File) -> Result<Form, ReadError> {
    let mut members: Vec<(String, String)> = Vec::new();
    let order = std::cell::RefCell::new(Vec::new());
    let wanted = |member: &str| {
        order.borrow_mut().extend(ARRAYS.iter().position(|a| *a == member));
        match member {
            "schema" | "schema_version" | "run" | "summary" => Wanted::Whole,
            _ => Wanted::Nothing,
        }
    };
    walk(name, file, &wanted, &mut |member, element| {
        if let Element::Whole(text) = element {
            members.push((member.to_owned(), text.to_owned()));
        }
        Ok(())
    })?;
    let schema: Option<String> = member(name, &members, "schema")?;
    let version: Option<String> = member(name, &members, "schema_version")?;
    let (Some(schema), Some(version)) = (schema, version) else { return Err(ReadError::NotAReport(name.to_owned())) };
    check_schema(name, &schema, &version)?;
    let lacks = |what: &str| damaged(name, format!("the document has no `{what}`"));
    let run = member(name, &members, "run")?.ok_or_else(|| lacks("run"))?;
    let summary = member(name, &members, "summary")?.ok_or_else(|| lacks("summary"))?;
    let order = order.into_inner();
    if let Some(missing) = (0..ARRAYS.len()).find(|i| !order.contains(i)) {
        return Err(lacks(ARRAYS[missing]));
    }
    Ok(Form::Document { run, summary, in_order: order.is_sorted() })
}

fn member<T: for<'d> Deserialize<'d>>(
    file: &str,
    members: &[(String, String)],
    name: &str,
) -> Result<Option<T>, ReadError> {
    let Some((_, text)) = members.iter().find(|(member, _)| member == name) else { return Ok(None) };
    serde_json::from_str(text).map(Some).map_err(|error| damaged(file, format!("{name}: {error}")))
}

fn damaged(file: &str, message: String) -> ReadError {
    ReadError::Damaged { file: file.to_owned(), line: 0, message }
}

/// Every element of the arrays: one pass where they stand in order, else one for each.
pub(super) fn read(
    name: &str,
    file: &File,
    in_order: bool,
    each: &mut dyn FnMut(Part) -> io::Result<()>,
) -> Result<(), ReadError> {
    let passes: &[&[&str]] = if in_order { &[&ARRAYS] } else { &[&["devices"], &["evidence"], &["diagnostics"]] };
    let mut wrong = None;
    for arrays in passes {
        let wanted = |member: &str| if arrays.contains(&member) { Wanted::Elements } else { Wanted::Nothing };
        let mut n = 0_u64;
        let walked = walk(name, file, &wanted, &mut |member, element| {
            n += 1;
            let (Element::One(text) | Element::Whole(text)) = element;
            let part = match member {
                "devices" => serde_json::from_str(text).map(Part::Device),
                "evidence" => serde_json::from_str(text).map(Part::Evidence),
                _ => serde_json::from_str(text).map(Part::Diagnostic),
            };
            match part {
                Ok(part) => each(part),
                Err(error) => {
                    wrong = Some(damaged(name, format!("element {n} of {member}: {error}")));
                    Err(io::Error::other("damaged"))
                }
            }
        });
        if let Some(wrong) = wrong {
            return Err(wrong);
        }
        walked?;
    }
    Ok(())
}

//! Events of MicroMDM and NanoMDM webhooks: answers of Apple devices as base64
//! inside JSON, one event a file or a line.
//!
//! Format: github.com/micromdm/nanomdm, `service/webhook/event.json`.

use std::io::Cursor;

use base64::Engine as _;

use super::Answers;
use super::answer::{Context, once};
use crate::artifact::ios::code_of;
use crate::artifact::{Artifact, ArtifactFile, ArtifactSpec, At, ParseError, Parser, ParserSpec, Sink, SourceId};
use crate::evidence::{Affinity, Probe};
use crate::format::json::{JsonError, Kind, Reader};
use crate::format::plist::Plist;
use crate::format::text::{Encoding, Utf8Reader};
use crate::limits::Leash;
use crate::model::{Code, Platform, Timestamp};

const EVENT: &str = "apple-mdm-event";

static SPEC: ParserSpec = ParserSpec {
    id: "apple-mdm-events",
    title: "MicroMDM and NanoMDM webhook events",
    platform: Platform::Ios,
    artifacts: &[ArtifactSpec {
        id: EVENT,
        title: "Event of a MicroMDM or NanoMDM webhook",
        proves: "Which apps the device named in its answer, and when.",
        does_not_prove: "That an app it does not name is absent, unless the server asked for all.",
        since: "",
    }],
    claims: &[],
    sources: &["https://github.com/micromdm/nanomdm/blob/main/service/webhook/event.json"],
};

/// The parser of webhook events.
pub struct AppleEvents;

impl Parser for AppleEvents {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let head = Encoding::decode_head(probe.head);
        let has = |key: &[u8]| memchr::memmem::find(&head, key).is_some();
        let json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
        let event = has(b"\"acknowledge_event\"") || has(b"\"checkin_event\"");
        // A text, not a schema that describes one.
        let payload = memchr::memmem::find(&head, b"\"raw_payload\"").is_some_and(|at| {
            let behind = head[at + b"\"raw_payload\"".len()..].trim_ascii_start();
            behind.strip_prefix(b":").is_some_and(|value| value.trim_ascii_start().starts_with(b"\""))
        });
        let known = json && event && payload;
        (if known { Affinity::Certain } else { Affinity::No }, EVENT)
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        for file in artifact.files {
            read(file, artifact.leash, sink)?;
        }
        Ok(())
    }
}

fn read(file: &ArtifactFile, leash: &Leash, sink: &mut Sink<'_>) -> Result<(), ParseError> {
    let stream = sink.stream(file, leash)?;
    let source = stream.source();
    let text = Utf8Reader::new(stream)?;
    let (utf8, mark) = (text.encoding() == Encoding::Utf8, text.mark());
    let mut reader = Reader::new(text, mark, leash.limits.nesting, leash.limits.record);
    let mut log = Log { answers: Answers::default(), source, utf8, leash };
    loop {
        let step = reader
            .next_value()
            .and_then(|more| if more { log.value(&mut reader, sink).map(|()| true) } else { Ok(false) });
        match step {
            Ok(true) => leash.tick(0, 1).map_err(ParseError::from)?,
            Ok(false) => break,
            Err(error) => {
                let at = if utf8 { At::Bytes { offset: reader.offset(), len: 0 } } else { At::Whole };
                let cut = matches!(error, JsonError::Io(_) | JsonError::Truncated(_));
                sink.note(Code::DamagedFile, Some(source), &at, error.to_string());
                if cut || !reader.next_line().unwrap_or(false) {
                    break;
                }
            }
        }
    }
    log.answers.commit(sink);
    sink.close(reader.into_inner().into_inner())
}

/// One file of events.
struct Log<'l> {
    answers: Answers,
    source: SourceId,
    utf8: bool,
    leash: &'l Leash,
}

/// What an event says of the answer inside.
#[derive(Default)]
struct Event {
    /// One, unless its key stands twice with two values.
    payloads: Vec<String>,
    created: Option<Timestamp>,
    channel: Option<String>,
    /// A key stands twice, with two values: which one holds is not known.
    contradicts: bool,
    /// A payload is no text.
    odd: bool,
}

/// More payloads of one event than this are not read.
const MOST_PAYLOADS: usize = 4;

impl Log<'_> {
    fn value<R: std::io::Read>(&mut self, reader: &mut Reader<R>, sink: &mut Sink<'_>) -> Result<(), JsonError> {
        match reader.kind()? {
            Kind::Object => self.event(reader, sink),
            Kind::Array => {
                reader.enter()?;
                while reader.next_element()? {
                    match reader.kind()? {
                        Kind::Object => self.event(reader, sink)?,
                        _ => self.no_event(reader, sink)?,
                    }
                }
                Ok(())
            }
            _ => self.no_event(reader, sink),
        }
    }

    fn no_event<R: std::io::Read>(&self, reader: &mut Reader<R>, sink: &mut Sink<'_>) -> Result<(), JsonError> {
        let at = if self.utf8 { At::Bytes { offset: reader.offset(), len: 0 } } else { At::Whole };
        sink.note(Code::MalformedRecord, Some(self.source), &at, "no object where an event was expected");
        reader.skip()
    }

    fn event<R: std::io::Read>(&mut self, reader: &mut Reader<R>, sink: &mut Sink<'_>) -> Result<(), JsonError> {
        let from = reader.offset();
        let mut event = Event::default();
        event.read(reader, 0)?;
        let len = reader.offset() - from;
        let at = if self.utf8 { At::Bytes { offset: from, len } } else { At::Whole };
        // A zero time is how Go writes none.
        let as_of = event.created.filter(|t| t.unix() > 0 && !event.contradicts);
        let channel = event.channel.as_deref().unwrap_or_default();
        let user_channel = !matches!(channel, "" | "Device" | "User Enrollment (Device)");
        let user_enrollment = channel.starts_with("User Enrollment");
        let doubtful = event.contradicts;
        if event.odd {
            sink.note(Code::MalformedRecord, Some(self.source), &at, "raw_payload is no text");
        } else if event.payloads.is_empty() {
            sink.note(Code::MalformedRecord, Some(self.source), &at, "an event without the answer of its device");
        }
        let context = Context { place: Some(at), as_of, user_channel, doubtful, user_enrollment };
        for payload in &event.payloads {
            self.payload(payload, &context, sink);
        }
        Ok(())
    }

    fn payload(&mut self, payload: &str, context: &Context, sink: &mut Sink<'_>) {
        let at = context.place.as_ref().unwrap_or(&At::Whole);
        let text: Vec<u8> = payload.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
        let Ok(bytes) = base64::engine::general_purpose::STANDARD.decode(text) else {
            return sink.note(Code::MalformedRecord, Some(self.source), at, "raw_payload is no base64");
        };
        let read = Plist::open(Cursor::new(bytes), self.leash)
            .and_then(|mut plist| self.answers.answers(&mut plist, context, self.source, sink));
        if let Err(error) = read {
            sink.note(code_of(&error), Some(self.source), at, format!("the answer in this event: {error}"));
        }
    }
}

impl Event {
    /// The object of the event, then the one inside, then its ids.
    fn read<R: std::io::Read>(&mut self, reader: &mut Reader<R>, depth: usize) -> Result<(), JsonError> {
        reader.enter()?;
        while let Some(key) = reader.next_key()? {
            match (depth, key) {
                (0, b"acknowledge_event" | b"checkin_event") | (1, b"ids") => {
                    if reader.kind()? == Kind::Object {
                        self.read(reader, depth + 1)?
                    } else {
                        reader.skip()?
                    }
                }
                (0, b"created_at") => {
                    let told = reader.scalar()?.and_then(|t| Timestamp::parse(&t));
                    self.contradicts |= once(&mut self.created, told);
                }
                (1, b"raw_payload") => {
                    if matches!(reader.kind()?, Kind::Object | Kind::Array) {
                        self.odd = true;
                        reader.skip()?;
                        continue;
                    }
                    let Some(told) = reader.scalar()? else { continue };
                    if self.payloads.iter().all(|p| **p != *told) && self.payloads.len() < MOST_PAYLOADS {
                        self.payloads.push(told.into_owned());
                    }
                    self.contradicts |= self.payloads.len() > 1;
                }
                (2, b"type") => {
                    let told = reader.scalar()?.map(std::borrow::Cow::into_owned);
                    self.contradicts |= once(&mut self.channel, told);
                }
                _ => reader.skip()?,
            }
        }
        Ok(())
    }
}

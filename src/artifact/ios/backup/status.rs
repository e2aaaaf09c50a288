//! `Status.plist`: whether the backup was finished. A quality flag only: what
//! the lists prove does not depend on it, but that it was lost is said.

use super::Reading;
use crate::artifact::ios::code_of;
use crate::artifact::{ArtifactFile, At, ParseError, Sink};
use crate::evidence::EvidenceError;
use crate::format::plist::{Plist, PlistError};
use crate::model::{Answer, Basis, Code, End, ListScope, ListStatement, Reason, UserSet};

pub(super) fn read(reading: &mut Reading<'_>, file: &ArtifactFile, sink: &mut Sink<'_>) {
    let mut stream = match sink.stream(file, reading.leash) {
        Ok(stream) => stream,
        Err(error) => return unopened(reading, file, &error, sink, Code::PartialBackup),
    };
    let source = stream.source();
    let state = Plist::open(&mut stream, reading.leash).and_then(|mut plist| snapshot_state(&mut plist));
    let _ = sink.close(stream);
    let message = match state {
        Ok(Some(state)) if state == "finished" => return,
        Ok(Some(state)) => format!("the backup did not finish (its state is \"{}\")", state.escape_debug()),
        Ok(None) => return,
        Err(error) => {
            let message = format!("whether the backup finished is not known: {error}");
            return sink.note(code_of(&error), Some(source), &At::Whole, message);
        }
    };
    sink.note(Code::PartialBackup, Some(source), &At::pointer(["SnapshotState"]), message);
}

fn snapshot_state(plist: &mut Plist<'_>) -> Result<Option<String>, PlistError> {
    plist.root()?;
    let mut state = None;
    while let Some(key) = plist.key()? {
        if key == "SnapshotState" {
            state = plist.text()?;
        } else {
            plist.skip()?;
        }
    }
    plist.finish()?;
    Ok(state.map(|s| s.chars().take(64).collect()))
}

/// A file that could not be opened: named, and where it may hold a list, the
/// list is unreadable.
pub(super) fn unopened(
    reading: &Reading<'_>,
    file: &ArtifactFile,
    error: &ParseError,
    sink: &mut Sink<'_>,
    code: Code,
) {
    let source = sink.source(file);
    let code = match error {
        ParseError::Evidence(EvidenceError::Io(_)) => code,
        error => error.code(),
    };
    sink.note(code, Some(source), &At::Whole, format!("{error}; {}", reading.consequence()));
    if code != Code::PartialBackup {
        sink.list(reading.device, source, unreadable("unreadable"));
    }
}

/// A list that could not be read at all.
pub(super) fn unreadable(why: &'static str) -> ListStatement {
    let basis = Basis::Always(Answer::Partial(Reason(why)));
    ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, End::Unreadable, 0)
}

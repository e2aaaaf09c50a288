//! Answers of Apple devices to their management server, as servers log them:
//! `InstalledApplicationList`, `ManagedApplicationList`, `DeviceInformation`
//! and the `Authenticate` check-in, one or many property lists in a file.
//!
//! A list names its device by UDID only (by enrollment id under User
//! Enrollment); serial, name and model come from other answers and meet it in
//! `inventory`. An answer counts when its property list closed.
//!
//! Format: github.com/apple/device-management, `mdm/commands` and `mdm/checkin`.

mod answer;
mod events;

use std::collections::BTreeSet;

use crate::artifact::ios::identity::Identity;
use crate::artifact::ios::{USER, code_of};
use crate::artifact::{
    Artifact, ArtifactFile, ArtifactSpec, At, DeviceId, ParseError, Parser, ParserSpec, Sink, SourceId,
};
use crate::evidence::{Affinity, Probe};
use crate::format::plist::{self, Plist, PlistError};
use crate::model::{
    Answer as Proof, Basis, Code, End, Enrollment, FactKind, ListScope, ListStatement, Platform, Reason, UserKind,
    UserSet,
};
use answer::{Answer, Context, Listed};

pub use events::AppleEvents;

const ANSWER: &str = "apple-mdm-answer";

const ASSUMED: &str = "The server asked for every app, not only for named or managed ones.";

static SPEC: ParserSpec = ParserSpec {
    id: "apple-mdm",
    title: "Apple MDM answers (InstalledApplicationList and others)",
    platform: Platform::Ios,
    artifacts: &[ArtifactSpec {
        id: ANSWER,
        title: "Answer of an Apple device to its management server",
        proves: "Which apps the device named when it answered.",
        does_not_prove: "That an app it does not name is absent, unless the server asked for all; when the device answered; that an app was ever opened.",
        since: "iOS 4 and later; system apps are listed from iOS 26 on",
    }],
    claims: &[],
    sources: &["https://github.com/apple/device-management/tree/release/mdm/commands"],
};

/// The parser of Apple MDM answers.
pub struct AppleMdm;

impl Parser for AppleMdm {
    fn spec(&self) -> &'static ParserSpec {
        &SPEC
    }

    fn affinity(&self, probe: &Probe<'_>) -> (Affinity, &'static str) {
        let Some(head) = plist::Head::of(probe.head) else {
            return (Affinity::No, ANSWER);
        };
        let has = |key: &str| head.has(key);
        let lists = has("InstalledApplicationList") || has("ManagedApplicationList");
        let affinity = match (lists || has("QueryResponses"), has("CommandUUID") && has("Status")) {
            (true, _) => Affinity::Certain,
            (_, true) => Affinity::Likely,
            _ if has("MessageType") && (has("UDID") || has("EnrollmentID")) => Affinity::Likely,
            _ => Affinity::No,
        };
        (affinity, ANSWER)
    }

    fn parse(&self, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
        for file in artifact.files {
            read(file, artifact, sink)?;
        }
        Ok(())
    }
}

/// Answers read to their end, committed when the whole file has told which of
/// the devices are Macs.
#[derive(Default)]
struct Answers {
    closed: Vec<(DeviceId, Option<String>)>,
    computers: BTreeSet<String>,
    out_of_scope: u64,
}

fn read(file: &ArtifactFile, artifact: &Artifact<'_>, sink: &mut Sink<'_>) -> Result<(), ParseError> {
    let leash = artifact.leash;
    let mut stream = sink.stream(file, leash)?;
    let source = stream.source();
    let mut read = Answers::default();
    let end = Plist::open(&mut stream, leash)
        .and_then(|mut plist| read.answers(&mut plist, &Context::default(), source, sink));
    let _ = sink.close(stream);
    if let Err(error) = end {
        let answers = read.closed.len() as u64 + read.out_of_scope;
        let message = format!("{error}; {answers} answers were read before it; obtain an intact copy");
        sink.note(code_of(&error), Some(source), &At::Whole, message);
    }
    read.commit(sink);
    Ok(())
}

impl Answers {
    /// Every answer of a text, to its end.
    fn answers(
        &mut self,
        plist: &mut Plist<'_>,
        context: &Context,
        source: SourceId,
        sink: &mut Sink<'_>,
    ) -> Result<(), PlistError> {
        while self.answer(plist, context, source, sink)? {}
        Ok(())
    }

    /// One answer; whether another follows.
    fn answer(
        &mut self,
        plist: &mut Plist<'_>,
        context: &Context,
        source: SourceId,
        sink: &mut Sink<'_>,
    ) -> Result<bool, PlistError> {
        let device = sink.begin(Platform::Ios, Some(source), At::Whole);
        let number = self.closed.len() as u64 + self.out_of_scope;
        let contradicts = context.doubtful;
        let mut answer = Answer { number, context: context.clone(), contradicts, ..Answer::default() };
        answer.read(plist, &mut |app, at| {
            let app = crate::model::App { users: vec![USER], ..app };
            sink.app(device, app, source, at);
        })?;
        plist.close()?;
        let more = plist.next_document();
        answer.followed = matches!(more, Err(PlistError::Damaged(_)));
        if answer.is_computer() {
            self.out_of_scope += 1;
            self.computers.extend(answer.udid);
            sink.out_of_scope();
            return more;
        }
        answer.state(device, source, sink);
        self.closed.push((device, answer.udid));
        more
    }

    fn commit(self, sink: &mut Sink<'_>) {
        for (device, udid) in self.closed {
            // Its DeviceInformation or check-in in the same file says Mac.
            if udid.is_some_and(|udid| self.computers.contains(&udid)) {
                sink.out_of_scope();
            } else {
                sink.commit(device);
            }
        }
    }
}

impl Answer {
    /// Says what the answer says of its device.
    fn state(&self, device: DeviceId, source: SourceId, sink: &mut Sink<'_>) {
        sink.user(device, USER, UserKind::Owner);
        let mut identity = Identity::default();
        for (kind, value) in &self.facts {
            identity.tell(sink, device, *kind, value);
        }
        if let Some(udid) = &self.udid {
            identity.tell(sink, device, FactKind::Udid, udid);
        }
        for text in &self.imeis {
            identity.tell_imei(sink, device, text);
        }
        if let Some(id) = &self.enrollment_id {
            identity.tell(sink, device, FactKind::EnrollmentId, &format!("apple-mdm//{id}"));
        }
        if self.is_user_enrollment() {
            identity.tell(sink, device, FactKind::Enrollment, Enrollment::UserEnrollment.as_str());
        } else if self.supervised == Some(true) {
            identity.tell(sink, device, FactKind::Enrollment, Enrollment::Supervised.as_str());
        }
        if let Some(seen) = self.context.as_of {
            identity.tell(sink, device, FactKind::LastSeen, &seen.to_string());
        }
        self.refusal(device, source, sink);
        for (listed, list) in [(&self.installed, ListScope::ThirdPartyApps), (&self.managed, ListScope::ManagedApps)] {
            if let Some(listed) = listed {
                let list = self.list(listed, list);
                self.remark(&list, listed, source, sink);
                sink.list(device, source, list);
            }
        }
    }

    /// Only user enrollments have an id of their own.
    fn is_user_enrollment(&self) -> bool {
        self.enrollment_id.is_some() || self.context.user_enrollment
    }

    fn acknowledged(&self) -> bool {
        self.status.as_deref() == Some("Acknowledged")
    }

    fn list(&self, listed: &Listed, scope: ListScope) -> ListStatement {
        let proof = match (scope, self.status.as_deref()) {
            (_, Some(status)) if status != "Acknowledged" => Proof::NotCollected(Reason("not-acknowledged")),
            (ListScope::ManagedApps, _) => Proof::ManagedOnly,
            (_, None) => Proof::Partial(Reason("no-status")),
            _ if self.context.user_channel => Proof::Partial(Reason("user-channel")),
            // A User Enrollment shows the server managed apps only.
            _ if self.udid.is_none() || self.is_user_enrollment() => Proof::ManagedOnly,
            _ => Proof::Assumed(ASSUMED),
        };
        let end = if self.followed { End::Cut } else { End::Proven };
        let list = ListStatement::new(scope, UserSet::All, Basis::Always(proof), end, listed.present);
        let errors = listed.errors + u64::from(self.contradicts);
        ListStatement { errors, managed: true, as_of: self.context.as_of, ..list }
    }

    fn remark(&self, list: &ListStatement, listed: &Listed, source: SourceId, sink: &mut Sink<'_>) {
        let at = self.at();
        if listed.errors > 0 {
            let message = format!("{} entries of the app list bear no identifier, or two", listed.errors);
            sink.note(Code::MalformedRecord, Some(source), &at, message);
        }
        if self.contradicts {
            let message = "the answer contradicts itself: whose it is, or whether it is one";
            sink.note(Code::MalformedRecord, Some(source), &at, message);
        }
        if matches!(list.basis, Basis::Always(Proof::ManagedOnly)) {
            let message = "the answer lists managed apps only; it cannot show that another app is absent";
            sink.note(Code::ManagedAppsOnly, Some(source), &at, message);
        }
        if list.entries == 0 && self.acknowledged() && list.scope == ListScope::ThirdPartyApps {
            let message = "the app list is empty, which may mean that none was collected";
            sink.note(Code::NotCollected, Some(source), &at, message);
        }
    }

    /// An answer that is an error holds no list, whatever was asked.
    fn refusal(&self, device: DeviceId, source: SourceId, sink: &mut Sink<'_>) {
        let refused = self.status.as_deref().filter(|s| matches!(*s, "Error" | "CommandFormatError" | "NotNow"));
        let Some(status) = refused else { return };
        let message = match &self.error {
            Some(error) => format!("the device answered {status}: {}", error.escape_debug()),
            None => format!("the device answered {status}"),
        };
        sink.note(Code::NotCollected, Some(source), &self.at(), format!("{message}; ask it again"));
        if self.installed.is_none() && self.managed.is_none() {
            let basis = Basis::Always(Proof::NotCollected(Reason("not-acknowledged")));
            let list = ListStatement::new(ListScope::ThirdPartyApps, UserSet::All, basis, End::Proven, 0);
            sink.list(device, source, ListStatement { managed: true, ..list });
        }
    }
}

#[cfg(test)]
mod tests;

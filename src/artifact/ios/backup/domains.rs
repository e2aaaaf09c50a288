//! Domains of backed-up files that belong to apps, and what each says: an
//! app's own container, that of an extension (told of its app), a group that
//! several apps share (a trace).

use super::Reading;
use crate::artifact::{At, Sink, SourceId};
use crate::model::{App, State};

/// What every domain of an app begins with.
pub(super) const PREFIX: &str = "AppDomain";

const OF_GROUP: &str = "Groups are shared by apps of one developer and outlive them.";
const OF_UNKNOWN_PLUGIN: &str =
    "Told of the app by the name of an extension; no other file of the backup names the app.";
const OF_DOMAIN: &str = "Backed-up data of the app; a domain may outlive its app.";
const OF_CARVED: &str = "Found by its bytes in a damaged file list; the row may have been deleted.";

/// Whose container it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The app's own.
    App,
    /// An extension's.
    Plugin,
    /// A group's.
    Group,
}

/// Splits a domain into kind and identifier.
pub(super) fn split(domain: &str) -> Option<(Kind, &str)> {
    let (kind, identifier) = domain.strip_prefix(PREFIX)?.split_once('-')?;
    let kind = match kind {
        "" => Kind::App,
        "Plugin" => Kind::Plugin,
        "Group" => Kind::Group,
        _ => return None,
    };
    (!identifier.is_empty()).then_some((kind, identifier))
}

/// The app an extension or group belongs to: the longest known identifier that
/// is a dotted prefix of its name.
fn parent<'a>(reading: &Reading<'_>, name: &'a str) -> Option<&'a str> {
    let dots = name.rmatch_indices('.').map(|(at, _)| &name[..at]);
    std::iter::once(name).chain(dots).find(|prefix| reading.known.contains(*prefix))
}

/// States what a domain says.
pub(super) fn state(reading: &Reading<'_>, kind: Kind, name: &str, source: SourceId, at: At, sink: &mut Sink<'_>) {
    let (identifier, state, caveat) = match kind {
        Kind::App => (name, State::Unknown, OF_DOMAIN),
        Kind::Plugin => match parent(reading, name) {
            Some(parent) => (parent, State::Unknown, OF_DOMAIN),
            // Apple demands the app's identifier before the extension's own part.
            None => (name.rsplit_once('.').map_or(name, |(app, _)| app), State::Trace, OF_UNKNOWN_PLUGIN),
        },
        Kind::Group => {
            let name = name.strip_prefix("group.").unwrap_or(name);
            (parent(reading, name).unwrap_or(name), State::Trace, OF_GROUP)
        }
    };
    let app = App { identifier: identifier.into(), state, caveat: Some(caveat), ..App::default() };
    reading.app(sink, app, source, at);
}

/// States what a domain says that was found in the bytes of a damaged list.
pub(super) fn state_carved(reading: &Reading<'_>, name: &str, source: SourceId, at: At, sink: &mut Sink<'_>) {
    let app = App { identifier: name.into(), state: State::Trace, caveat: Some(OF_CARVED), ..App::default() };
    reading.app(sink, app, source, at);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_split_at_their_first_dash_only() {
        assert_eq!(split("AppDomain-com.x.my-app"), Some((Kind::App, "com.x.my-app")));
        assert_eq!(split("AppDomainPlugin-com.x.app.share"), Some((Kind::Plugin, "com.x.app.share")));
        assert_eq!(split("AppDomainGroup-group.com.x"), Some((Kind::Group, "group.com.x")));
        assert_eq!(split("AppDomain-"), None);
        assert_eq!(split("AppDomainOther-com.x"), None);
        assert_eq!(split("HomeDomain"), None);
    }
}

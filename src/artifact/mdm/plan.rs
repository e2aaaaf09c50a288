//! The places of a layout that matter, as a tree of keys.

use super::layout::{Records, Role};

/// What a place in the document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Plain,
    /// The object of a device.
    Record,
    /// A list of apps.
    Apps,
    /// One of them.
    App,
    /// A string that holds an object.
    Embedded,
    /// A key and a value.
    Pair,
    /// Says that there is more.
    More,
    /// Says how much there is.
    Total,
}

/// A place in the document that matters; all others are passed over.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) keys: Vec<(&'static str, usize)>,
    pub(super) element: Option<usize>,
    pub(super) roles: Vec<Role>,
    pub(super) mark: Mark,
    /// Path of a list of apps below the record.
    pub(super) list: &'static str,
    /// An object of the record that the list is in.
    pub(super) leads: bool,
}

/// The places of a layout.
#[derive(Debug)]
pub(super) struct Plan(pub(super) Vec<Node>);

impl Plan {
    pub(super) fn new(records: &'static Records, at: &'static str) -> Self {
        let mut plan = Self(Vec::new());
        plan.node();
        let record = plan.path(0, at);
        plan.0[record].mark = Mark::Record;
        for (path, role) in records.keys {
            let n = plan.path(record, path);
            plan.0[n].roles.push(*role);
        }
        if let Some(path) = records.embedded {
            let n = plan.path(record, path);
            plan.0[n].mark = Mark::Embedded;
        }
        for path in [records.apps, records.apps_too].into_iter().filter(|p| !p.is_empty()) {
            plan.apps(records, record, path);
        }
        for (paths, mark) in [(records.more, Mark::More), (records.total.as_slice(), Mark::Total)] {
            // In a record of its own these keys would be the device's.
            for path in paths.iter().filter(|_| record != 0 || records.page) {
                let n = plan.path(0, path);
                plan.0[n].mark = mark;
            }
        }
        plan
    }

    fn apps(&mut self, records: &'static Records, record: usize, path: &'static str) {
        let list = self.path(record, path.strip_suffix("[]").unwrap_or(path));
        self.0[list].mark = Mark::Apps;
        self.0[list].list = path;
        self.0[record].leads = true;
        for (dot, _) in path.match_indices('.') {
            let above = self.path(record, &path[..dot]);
            self.0[above].leads = true;
        }
        let app = self.path(list, "[]");
        self.0[app].mark = Mark::App;
        for (path, role) in records.app_keys {
            let n = self.path(app, path);
            self.0[n].roles.push(*role);
        }
        if let Some(pairs) = &records.pairs {
            let n = self.path(app, pairs.at);
            self.0[n].mark = Mark::Pair;
        }
        if let Some(key) = records.nested {
            self.0[app].keys.push((key, list));
        }
    }

    fn node(&mut self) -> usize {
        self.0.push(Node {
            keys: Vec::new(),
            element: None,
            roles: Vec::new(),
            mark: Mark::Plain,
            list: "",
            leads: false,
        });
        self.0.len() - 1
    }

    /// The node at a path below another, made where it is missing.
    fn path(&mut self, from: usize, path: &'static str) -> usize {
        path.split('.').filter(|p| !p.is_empty()).fold(from, |at, part| {
            let key = part.trim_end_matches("[]");
            let mut at = at;
            if !key.is_empty() {
                at = match self.child(at, key.as_bytes()) {
                    Some(n) => n,
                    None => {
                        let n = self.node();
                        self.0[at].keys.push((key, n));
                        n
                    }
                };
            }
            for _ in 0..(part.len() - key.len()) / 2 {
                at = match self.0[at].element {
                    Some(n) => n,
                    None => {
                        let n = self.node();
                        self.0[at].element = Some(n);
                        n
                    }
                };
            }
            at
        })
    }

    #[inline]
    pub(super) fn child(&self, at: usize, key: &[u8]) -> Option<usize> {
        self.0[at].keys.iter().find(|(k, _)| k.as_bytes() == key).map(|(_, n)| *n)
    }
}

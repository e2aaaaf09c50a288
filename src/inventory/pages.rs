//! Pages of one list in several files.
//!
//! Systems give their devices out in pages, and most pipelines keep each page
//! as a file. A page alone says that there is more; the pages together may say
//! that this was all. Every record of such a list is whole in itself, so that a
//! page which is missing costs the devices on it and hides no app of another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Part, PartId};
use crate::artifact::{Page, Source};
use crate::model::{Code, Diagnostic, End};

/// Pages of one list: of one kind, whose, and in which folder.
type List = (&'static str, Box<str>, String);

#[derive(Default)]
struct Pages {
    at: Vec<(PartId, Page)>,
    records: u64,
    total: Option<u64>,
    /// One of them says that another follows; one does not.
    follow: bool,
    ended: bool,
    /// One of them says that another came before; one does not.
    preceded: bool,
    begun: bool,
}

impl Pages {
    /// Their numbers add up, and the first and the last are among them.
    fn are_all(&self) -> bool {
        let (begun, ended) = (self.begun || !self.preceded, self.ended || !self.follow);
        begun && ended && self.total.is_none_or(|total| self.records >= total)
    }

    fn message(&self) -> String {
        let pages = self.at.len();
        let folder = if pages == 1 { "this file".to_owned() } else { format!("the {pages} files of this folder") };
        match self.total.filter(|total| *total > self.records) {
            Some(total) => format!("{} of {total} devices are in {folder}: add the other pages", self.records),
            None => format!("the list has another page that is not in {folder}: add the other pages"),
        }
    }
}

pub(super) fn join(parts: &mut BTreeMap<PartId, Part>) -> Vec<(u32, Diagnostic)> {
    part_rows(parts);
    let mut lists: BTreeMap<List, Pages> = BTreeMap::new();
    let mut met: BTreeSet<(List, [u8; 32])> = BTreeSet::new();
    for (id, part) in parts.iter() {
        for page in part.fragment.pages.iter().filter(|p| !p.rows) {
            let Some(source) = part.fragment.sources.get(page.source.0 as usize) else { continue };
            let list = (source.artifact, page.tenant.clone(), folder(source));
            // A list of its own beside the pages of another, or the same page twice.
            let alone = !page.next && !page.before && page.total.is_some_and(|total| page.records >= total);
            if alone || digest(source).is_some_and(|d| !met.insert((list.clone(), d))) {
                continue;
            }
            let pages = lists.entry(list).or_default();
            pages.at.push((*id, page.clone()));
            pages.records += page.records;
            pages.total = pages.total.max(page.total);
            pages.follow |= page.next;
            pages.ended |= !page.next;
            pages.preceded |= page.before;
            pages.begun |= !page.before;
        }
    }
    let mut out = Vec::new();
    for pages in lists.values() {
        let whole = pages.are_all();
        for (id, page) in &pages.at {
            let Some(part) = parts.get_mut(id) else { continue };
            let of_page = part.fragment.devices.iter_mut().flat_map(|d| d.lists.iter_mut());
            for (_, list) in of_page.filter(|(source, _)| *source == page.source) {
                if whole && list.end == End::More {
                    list.end = End::Proven;
                }
            }
            if !whole && (page.next || page.before || page.total.is_some()) {
                let locator = part.fragment.sources.get(page.source.0 as usize).map(|s| s.locator.clone());
                out.push((id.item, Diagnostic::new(Code::PartialExport, locator, pages.message())));
            }
        }
    }
    out
}

/// Rows of apps: the last page is not told from a whole list, but by another one
/// beside it that goes on. What lies between the two is nowhere.
fn part_rows(parts: &mut BTreeMap<PartId, Part>) {
    let list_of = |part: &Part, page: &Page| {
        let source = part.fragment.sources.get(page.source.0 as usize)?;
        Some((source.artifact, folder(source)))
    };
    let mut open = BTreeSet::new();
    for part in parts.values() {
        let goes_on = part.fragment.pages.iter().filter(|p| p.rows && p.next);
        open.extend(goes_on.filter_map(|page| list_of(part, page)));
    }
    if open.is_empty() {
        return;
    }
    for part in parts.values_mut() {
        let of_open = |p: &&Page| p.rows && list_of(part, p).is_some_and(|list| open.contains(&list));
        let sources: Vec<_> = part.fragment.pages.iter().filter(of_open).map(|p| p.source).collect();
        let lists = part.fragment.devices.iter_mut().flat_map(|d| d.lists.iter_mut());
        for (_, list) in lists.filter(|(source, _)| sources.contains(source)) {
            if list.end == End::Proven {
                list.end = End::More;
            }
        }
    }
}

/// Everything before the name of the file.
fn folder(source: &Source) -> String {
    let path = source.locator.as_str();
    path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
}

fn digest(source: &Source) -> Option<[u8; 32]> {
    match source.hash {
        crate::artifact::SourceHash::File(sha256) => Some(sha256),
        crate::artifact::SourceHash::None => None,
    }
}

//! The claims on the roots of an archive, laid out so that nearly every name is
//! rejected after one look at a table.

use super::areas::Areas;
use super::names::Name;
use crate::evidence::layout::{Lasts, inside, strip_back, strip_front};
use crate::evidence::{ClaimId, Claims, RootRule};

/// Claims by their last components, for each rule that has a root here.
pub(super) struct Tables(Vec<Table>);

struct Table {
    rule: &'static RootRule,
    lasts: Lasts,
    paths: Vec<(ClaimId, Vec<&'static str>)>,
    folders: Vec<(ClaimId, Vec<&'static str>)>,
}

impl Tables {
    pub(super) fn new(claims: &Claims, areas: &Areas) -> Self {
        let mut rules: Vec<&'static RootRule> = Vec::new();
        for rule in areas.roots().flat_map(|(_, _, rules)| rules) {
            if !rules.iter().any(|known| std::ptr::eq(*known, *rule)) {
                rules.push(rule);
            }
        }
        let table = |rule: &'static RootRule| {
            let of = || claims.of(rule.kind).filter(|(_, p)| !p.folder && inside(p, rule).is_some());
            let lasts = Lasts::new(of().enumerate().map(|(at, (_, p))| (at as u32, p)));
            let paths = of().map(|(id, p)| (id, inside(p, rule).unwrap_or_default().to_vec())).collect();
            let folders = claims.of(rule.kind).filter(|(_, p)| p.folder);
            let folders = folders.filter_map(|(id, p)| Some((id, inside(p, rule)?.to_vec()))).collect();
            Table { rule, lasts, paths, folders }
        };
        Self(rules.into_iter().map(table).collect())
    }

    /// Claims of a rule that a file below `prefix` answers.
    pub(super) fn answers(
        &self,
        rule: &'static RootRule,
        prefix: &[u8],
        name: &Name<'_>,
        mut hit: impl FnMut(ClaimId),
    ) {
        let Some(table) = self.0.iter().find(|table| std::ptr::eq(table.rule, rule)) else { return };
        table.lasts.hits(name.last, |at| {
            let Some((id, path)) = table.paths.get(at as usize) else { return };
            let before = path.split_last().map_or(&[][..], |(_, before)| before);
            if strip_back(name.folder, before) == Some(prefix) {
                hit(*id);
            }
        });
    }

    /// Claims of a rule on folders that lie on the way from `prefix` to `folder`,
    /// with the whole path of each.
    pub(super) fn passed<'f>(
        &self,
        rule: &'static RootRule,
        prefix: &[u8],
        folder: &'f [u8],
        mut hit: impl FnMut(ClaimId, &'f [u8]),
    ) {
        let Some(table) = self.0.iter().find(|table| std::ptr::eq(table.rule, rule)) else { return };
        let Some(below) = folder.strip_prefix(prefix) else { return };
        for (id, path) in &table.folders {
            if let Some(found) = strip_front(below, path) {
                hit(*id, &folder[..prefix.len() + found.len()]);
            }
        }
    }
}

//! What signature files must agree on with each other.

use super::error::Problem;
use super::names::fold_name;
use super::read::{Placed, ReadSet};
use super::words::{Confidence, EntryKind, IndicatorKind, Relation, Ship, SignerRole};
use super::{App, Date, Indicator, Policy, PolicyEntry, Signer};
use crate::model::Platform;
use std::collections::{BTreeMap, HashMap};

/// Every problem of a set.
pub(super) fn check(set: &ReadSet) -> Vec<Problem> {
    let mut rules = Rules { set, apps: HashMap::new(), problems: Vec::new() };
    rules.ids();
    for app in &set.apps {
        rules.app(app);
        rules.host(app);
        rules.signers(app);
    }
    rules.claims();
    rules.not();
    rules.signer_keys();
    for policy in &set.policies {
        rules.policy(policy);
    }
    rules.problems
}

struct Rules<'a> {
    set: &'a ReadSet,
    apps: HashMap<&'a str, &'a Placed<App>>,
    problems: Vec<Problem>,
}

/// An indicator with its place.
struct Claim<'a> {
    app: usize,
    row: usize,
    indicator: &'a Indicator,
}

fn is_slug(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Policies keep the dots of the clauses they cite.
fn is_policy_id(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'))
}

/// The form in which two values count as the same claim.
fn claim(indicator: &Indicator) -> (Option<Platform>, IndicatorKind, String) {
    let value = match indicator.kind {
        IndicatorKind::DisplayName => fold_name(&indicator.value),
        kind if kind.identifier().is_some() => indicator.value.to_ascii_lowercase(),
        _ => indicator.value.clone(),
    };
    (indicator.platform, indicator.kind, value)
}

impl<'a> Rules<'a> {
    fn ids(&mut self) {
        for app in &self.set.apps {
            if !is_slug(&app.item.id) || app.stem != app.item.id {
                let wanted = format!("id `{}` must be the file's name, of a-z, 0-9 and -", app.item.id);
                self.problems.push(app.problem("", 0, wanted));
            }
            if let Some(other) = self.apps.insert(&app.item.id, app) {
                let message = format!("app `{}` is already described in {}", app.item.id, other.file);
                self.problems.push(app.problem("", 0, message));
            }
        }
        let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
        for policy in &self.set.policies {
            if !is_policy_id(&policy.item.id) || policy.stem != policy.item.id {
                let wanted = format!("id `{}` must be the file's name, of letters, digits, - and .", policy.item.id);
                self.problems.push(policy.problem("", 0, wanted));
            }
            if let Some(other) = seen.insert(&policy.item.id, &policy.file) {
                let message = format!("policy `{}` is already described in {other}", policy.item.id);
                self.problems.push(policy.problem("", 0, message));
            }
        }
    }

    fn sources<T>(&mut self, at: &Placed<T>, table: &'static str, row: usize, sources: &[String]) {
        if sources.is_empty() {
            self.problems.push(at.problem(table, row, "no source; name at least one key of sources.toml"));
        }
        for key in sources.iter().filter(|k| !self.set.sources.contains_key(*k)) {
            self.problems.push(at.problem(table, row, format!("source `{key}` is not in sources.toml")));
        }
    }

    fn app(&mut self, app: &'a Placed<App>) {
        for (n, indicator) in app.item.indicators.iter().enumerate() {
            self.sources(app, "indicator", n, &indicator.sources);
            for message in row_problems(indicator, &app.item) {
                self.problems.push(app.problem("indicator", n, format!("`{}`: {message}", indicator.value)));
            }
        }
        for (n, publisher) in app.item.publishers.iter().enumerate() {
            self.sources(app, "publisher", n, &publisher.sources);
            if let Some(message) = advice_problem(publisher.ship, publisher.confidence) {
                self.problems.push(app.problem("publisher", n, format!("`{}`: {message}", publisher.name)));
            }
        }
        for (n, statement) in app.item.platforms.iter().enumerate() {
            self.sources(app, "platform", n, &statement.sources);
            let on =
                |i: &&Indicator| i.ship.is_enabled() && i.kind.identifier().is_some() && i.is_on(statement.platform);
            if let Some(known) = app.item.indicators.iter().find(on) {
                let message = format!("says there is no edition for {}, yet has `{}`", statement.platform, known.value);
                self.problems.push(app.problem("platform", n, message));
            }
        }
        let testable = app.item.indicators.iter().any(|i| i.ship.is_enabled() && i.kind.identifier().is_some());
        if !testable && app.item.hosted_by.is_none() {
            self.problems.push(app.problem("", 0, "no enabled identifier and no host: nothing could ever match"));
        }
    }

    fn host(&mut self, app: &'a Placed<App>) {
        let Some(hosted) = &app.item.hosted_by else { return };
        self.sources(app, "hosted-by", 0, &hosted.sources);
        let Some(host) = self.apps.get(hosted.app.as_str()) else {
            let message = format!("hosted by `{}`, which no signature describes", hosted.app);
            self.problems.push(app.problem("hosted-by", 0, message));
            return;
        };
        if host.item.hosted_by.is_some() {
            let message = format!("hosted by `{}`, which is a function itself", hosted.app);
            self.problems.push(app.problem("hosted-by", 0, message));
        }
        for (n, limit) in hosted.limits.iter().enumerate() {
            let named = host.item.indicators.iter().find(|i| {
                i.kind.identifier().is_some() && i.platform == Some(limit.platform) && i.value == limit.value
            });
            match named {
                None => {
                    let message = format!("`{}` is no {} identifier of `{}`", limit.value, limit.platform, hosted.app);
                    self.problems.push(app.problem("limit", n, message));
                }
                Some(i) if limit.ship < i.ship => {
                    let message =
                        format!("`{}` cannot show the function better than the host: {}", limit.value, i.ship);
                    self.problems.push(app.problem("limit", n, message));
                }
                Some(_) => {}
            }
        }
    }

    fn signers(&mut self, app: &'a Placed<App>) {
        for (n, signer) in app.item.signers.iter().enumerate() {
            self.sources(app, "signer", n, &signer.sources);
            for message in signer_problems(signer, Some(&app.item)) {
                self.problems.push(app.problem("signer", n, format!("signer `{}`: {message}", signer.key)));
            }
        }
    }

    fn signer_keys(&mut self) {
        let mut seen: HashMap<&str, &str> = HashMap::new();
        for app in &self.set.apps {
            for (n, signer) in app.item.signers.iter().enumerate() {
                if let Some(other) = seen.insert(&signer.key, &app.file) {
                    let message = format!("signer `{}` is already described in {other}", signer.key);
                    self.problems.push(app.problem("signer", n, message));
                }
            }
        }
        for signer in &self.set.signers {
            if let Some(other) = seen.insert(&signer.item.key, &signer.file) {
                let message = format!("signer `{}` is already described in {other}", signer.item.key);
                self.problems.push(signer.problem("", 0, message));
            }
            self.sources(signer, "", 0, &signer.item.sources);
            for message in signer_problems(&signer.item, None) {
                self.problems.push(signer.problem("", 0, format!("signer `{}`: {message}", signer.item.key)));
            }
        }
    }

    /// No value is claimed twice, by one app or by two.
    fn claims(&mut self) {
        let mut claimed: HashMap<_, (&Placed<App>, &Indicator)> = HashMap::new();
        for app in &self.set.apps {
            for (n, indicator) in app.item.indicators.iter().enumerate() {
                if let Some((other, first)) = claimed.insert(claim(indicator), (app, indicator)) {
                    let message = if other.item.id == app.item.id {
                        format!("`{}` is listed twice", indicator.value)
                    } else {
                        format!("`{}` is already claimed by `{}` ({})", indicator.value, other.item.id, first.id)
                    };
                    self.problems.push(app.problem("indicator", n, message));
                }
            }
        }
    }

    /// What is listed as not being a named app is claimed by none. The later
    /// file of the two is told, so that an added folder hears of its own rows.
    fn not(&mut self) {
        let mut ids: HashMap<(Platform, String), Claim<'a>> = HashMap::new();
        let mut names: HashMap<String, Claim<'a>> = HashMap::new();
        for (a, app) in self.set.apps.iter().enumerate() {
            for (row, indicator) in app.item.indicators.iter().enumerate() {
                let claim = Claim { app: a, row, indicator };
                if let (Some(platform), Some(_)) = (indicator.platform, indicator.kind.identifier()) {
                    ids.entry((platform, indicator.value.to_ascii_lowercase())).or_insert(claim);
                } else if indicator.kind == IndicatorKind::DisplayName {
                    names.entry(fold_name(&indicator.value)).or_insert(claim);
                }
            }
        }
        for (a, app) in self.set.apps.iter().enumerate() {
            for (n, not) in app.item.not.iter().enumerate() {
                self.sources(app, "not", n, &not.sources);
                if not.ids.is_empty() == not.platform.is_some() || (not.ids.is_empty() && not.names.is_empty()) {
                    let message = "a `not` entry names a platform and ids, or names alone";
                    self.problems.push(app.problem("not", n, message));
                }
                let by_id = not.ids.iter().filter_map(|id| ids.get(&(not.platform?, id.to_ascii_lowercase())));
                let by_name = not.names.iter().filter_map(|name| names.get(&fold_name(name)));
                let claims: Vec<&Claim<'a>> = by_id.chain(by_name).collect();
                for claim in claims.iter().filter(|c| not.is.as_deref() != Some(c.indicator.app.as_str())) {
                    self.claimed_yet_not(claim, (a, n));
                }
                if let Some(is) = not.is.as_deref().filter(|_| claims.is_empty()) {
                    let message = format!("says it is `{is}`, which claims none of it");
                    self.problems.push(app.problem("not", n, message));
                }
            }
        }
    }

    fn claimed_yet_not(&mut self, claim: &Claim<'a>, (app, row): (usize, usize)) {
        let Claim { indicator, .. } = claim;
        let (lister, claimant) = (&self.set.apps[app], &self.set.apps[claim.app]);
        self.problems.push(if claim.app > app {
            let message = format!("`{}` is listed by `{}` as another app", indicator.value, lister.item.id);
            claimant.problem("indicator", claim.row, message)
        } else {
            lister.problem(
                "not",
                row,
                format!("`{}` is listed as another app, yet is {}", indicator.value, indicator.id),
            )
        });
    }

    fn policy(&mut self, policy: &'a Placed<Policy>) {
        let item = &policy.item;
        if item.sources.is_empty() {
            self.problems.push(policy.problem("", 0, "no source; say where the instrument was read"));
        }
        if is_before(item.effective_to.as_ref(), item.effective_from.as_ref()) {
            self.problems.push(policy.problem("", 0, "effective-to is before effective-from"));
        }
        for (n, entry) in item.entries.iter().enumerate() {
            for message in self.entry_problems(entry) {
                self.problems.push(policy.problem("entry", n, format!("entry `{}`: {message}", entry.named)));
            }
        }
    }

    fn entry_problems(&self, entry: &PolicyEntry) -> Vec<String> {
        let mut wrong = Vec::new();
        for id in entry.app.iter().chain(&entry.function_of).chain(&entry.reaches) {
            if !self.apps.contains_key(id.as_str()) {
                wrong.push(format!("no signature describes `{id}`; leave it out where there is none"));
            }
        }
        let app = entry.app.as_ref().and_then(|id| self.apps.get(id.as_str()));
        let host = app.and_then(|a| a.item.hosted_by.as_ref()).map(|h| h.app.as_str());
        match entry.kind {
            EntryKind::Function if host.is_none() || entry.function_of.as_deref() != host => {
                wrong.push("a function names the host that its signature names, as function-of".to_owned());
            }
            EntryKind::App if entry.function_of.is_some() || host.is_some() => {
                wrong.push("a function has the kind `function`".to_owned());
            }
            EntryKind::Vendor | EntryKind::Criteria if entry.app.is_some() => {
                wrong.push("vendors and criteria reach apps (reaches), they name none (app)".to_owned());
            }
            _ => {}
        }
        for edition in &entry.editions {
            if !app.is_some_and(|a| a.item.indicators.iter().any(|i| i.value == *edition)) {
                wrong.push(format!("`{edition}` is no identifier of the app"));
            }
        }
        if is_before(entry.removed.as_ref(), entry.added.as_ref()) {
            wrong.push("removed before it was added".to_owned());
        }
        wrong
    }
}

fn is_before(end: Option<&Date>, start: Option<&Date>) -> bool {
    matches!((end, start), (Some(end), Some(start)) if end.start() < start.start())
}

fn advice_problem(ship: Ship, confidence: Confidence) -> Option<String> {
    match (ship, confidence) {
        (Ship::Exact, Confidence::Confirmed | Confidence::SingleSource) | (Ship::Off, _) => None,
        (Ship::Review, Confidence::Memory) => Some("what is remembered only has ship = \"off\"".to_owned()),
        (Ship::Review, _) => None,
        (Ship::Exact, c) => Some(format!("ship = \"exact\" needs a source; its confidence is {c}")),
    }
}

/// What is wrong with a row, seen with the rest of its own file.
fn row_problems(indicator: &Indicator, app: &App) -> Vec<String> {
    let mut wrong: Vec<String> = advice_problem(indicator.ship, indicator.confidence).into_iter().collect();
    if !matches!(indicator.relation, Relation::App | Relation::Variant) {
        wrong.push("relation is app or variant; hosts are named by hosted-by".to_owned());
    }
    let (kind, platform) = (indicator.kind, indicator.platform);
    let fits = match kind {
        IndicatorKind::PackageName => matches!(platform, Some(Platform::Android | Platform::HarmonyOs)),
        IndicatorKind::BundleId | IndicatorKind::StoreId => platform == Some(Platform::Ios),
        IndicatorKind::DisplayName => platform.is_none(),
        _ => platform.is_some(),
    };
    if !fits {
        wrong.push(format!("a {kind} is not of this platform (names have none)"));
    }
    let form = match kind {
        IndicatorKind::StoreId => !indicator.value.is_empty() && indicator.value.bytes().all(|b| b.is_ascii_digit()),
        IndicatorKind::DisplayName => !fold_name(&indicator.value).is_empty(),
        IndicatorKind::TracePath => indicator.value.starts_with('/'),
        _ => !indicator.value.is_empty() && !indicator.value.contains(char::is_whitespace),
    };
    if !form {
        wrong.push(format!("not a {kind}"));
    }
    if indicator.distinctive && kind != IndicatorKind::DisplayName {
        wrong.push("only names are distinctive".to_owned());
    }
    if kind == IndicatorKind::TracePath && indicator.ship == Ship::Exact {
        wrong.push("a trace outlives the app: ship is review at most".to_owned());
    }
    let identifiers = || app.indicators.iter().filter(|i| i.kind.identifier().is_some());
    for of in indicator.edition.iter().chain(&indicator.applies_to) {
        if !identifiers().any(|i| i.value == *of) {
            wrong.push(format!("`{of}` is no identifier of this app"));
        }
    }
    wrong
}

fn signer_problems(signer: &Signer, app: Option<&App>) -> Vec<String> {
    let mut wrong: Vec<String> = advice_problem(signer.ship, signer.confidence).into_iter().collect();
    if !is_slug(&signer.key) {
        wrong.push("a key is of a-z, 0-9 and -".to_owned());
    }
    if signer.digests.is_empty() {
        wrong.push("no digest".to_owned());
    }
    let described = |package: &String| {
        app.is_some_and(|a| a.indicators.iter().any(|i| i.value == *package && i.platform == Some(Platform::Android)))
    };
    if signer.role == SignerRole::Signer {
        let packages = signer.packages.iter().chain(&signer.packages_probable);
        wrong.extend(packages.filter(|p| !described(p)).map(|p| format!("`{p}` is no Android package of this app")));
        if signer.packages.is_empty() {
            wrong.push("a signer names the packages it is proven to sign".to_owned());
        }
    } else if signer.role != SignerRole::RepackagingMarker && signer.ship.is_enabled() {
        wrong.push("what is no signer of the app has ship = \"off\"".to_owned());
    }
    wrong
}

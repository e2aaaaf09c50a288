//! What the charts count, while the devices pass by. Bounded: keys beyond a
//! ceiling are counted together. Imports `model` for dates, `v1`.

use std::collections::{BTreeMap, BTreeSet};

use super::markup::{Bar, chart, esc};
use crate::model::Timestamp;
use crate::report::text::{meaning, reason};
use crate::report::v1::{self, Word};

/// Keys of one chart; a report of our own has fewer.
const KEYS: usize = 300;
/// Rows of one chart that are drawn.
const ROWS: usize = 12;

/// Counts by a key, with its words.
#[derive(Default)]
struct Counts {
    by_key: BTreeMap<String, (String, u64)>,
    others: u64,
}

impl Counts {
    fn add(&mut self, key: &str, words: &str, n: u64) {
        if let Some(entry) = self.by_key.get_mut(key) {
            entry.1 += n;
        } else if self.by_key.len() < KEYS {
            self.by_key.insert(key.to_owned(), (words.to_owned(), n));
        } else {
            self.others += n;
        }
    }

    /// The largest first; what is not drawn stands in a last row.
    fn bars(&self, class: &'static str, filter: Option<&str>) -> Vec<Bar> {
        let mut rows: Vec<_> = self.by_key.iter().collect();
        rows.sort_by(|a, b| b.1.1.cmp(&a.1.1).then_with(|| a.0.cmp(b.0)));
        let rest = self.others + rows.iter().skip(ROWS).map(|(_, (_, n))| n).sum::<u64>();
        let mut bars: Vec<Bar> = rows
            .iter()
            .take(ROWS)
            .map(|(key, (words, n))| Bar {
                label: format!("<bdi>{}</bdi>", esc(words, 80)),
                value: *n,
                filter: filter.map(|f| format!("{f}={}", esc(key, 200))),
                class,
            })
            .collect();
        if rest > 0 {
            bars.push(Bar { label: "others".to_owned(), value: rest, filter: None, class });
        }
        bars
    }
}

/// See the module.
#[derive(Default)]
pub(super) struct Charts {
    judged_at: Option<Timestamp>,
    apps: Counts,
    gaps: Counts,
    kinds: Counts,
    ages: [u64; AGES.len()],
    words: BTreeMap<String, &'static str>,
}

/// Upper ends in days, and their words.
const AGES: [(i64, &str); 7] = [
    (7, "up to 7 days"),
    (30, "8 to 30 days"),
    (90, "31 to 90 days"),
    (365, "91 to 365 days"),
    (i64::MAX, "over a year"),
    (i64::MAX, "age unknown"),
    (i64::MAX, "no list of apps"),
];

impl Charts {
    /// Ages are counted from the day the run judges by.
    pub(super) fn begin(&mut self, run: &v1::Run) {
        let as_of = run.options.get("as_of").and_then(|v| v.as_str());
        self.judged_at = as_of.and_then(Timestamp::parse).or_else(|| Timestamp::parse(&run.started_at));
    }

    pub(super) fn device(&mut self, device: &v1::Device) {
        let mut seen = BTreeSet::new();
        for f in &device.findings {
            let sign = matches!(f.relation.as_str(), "app" | "variant" | "host") && f.state != "offered";
            if sign && seen.insert(&f.app) {
                self.apps.add(&f.app, &f.app_name, 1);
            }
        }
        self.learn(device.verdict_reasons.iter().chain(device.coverage.iter().map(|c| &c.basis)));
        if device.record != "device" {
            return;
        }
        if !matches!(device.verdict.as_str(), "prohibited" | "suspect" | "clear") {
            for gap in &device.verdict_reasons {
                self.gaps.add(gap, reason(gap), 1);
            }
        }
        self.ages[self.age(device)] += 1;
    }

    pub(super) fn evidence(&mut self, evidence: &v1::Evidence) {
        self.kinds.add(&evidence.kind, &evidence.kind, 1);
    }

    fn learn<'a>(&mut self, codes: impl Iterator<Item = &'a Word>) {
        for code in codes {
            if let Some(words) = meaning(code).filter(|_| self.words.len() < KEYS) {
                self.words.insert(code.to_string(), words);
            }
        }
    }

    /// Which of `AGES` the newest list of a device falls into.
    fn age(&self, device: &v1::Device) -> usize {
        let collected = |c: &&v1::Coverage| matches!(c.completeness.as_str(), "complete" | "partial");
        if !device.coverage.iter().any(|c| collected(&c)) {
            return AGES.len() - 1;
        }
        let newest =
            device.coverage.iter().filter(collected).filter_map(|c| Timestamp::parse(c.as_of.as_deref()?)).max();
        let days = newest.zip(self.judged_at).map(|(list, now)| now.days_since(list));
        days.and_then(|days| AGES.iter().position(|(end, _)| days <= *end)).unwrap_or(AGES.len() - 2)
    }

    /// Every code that was seen, with its meaning.
    pub(super) fn words(&self) -> &BTreeMap<String, &'static str> {
        &self.words
    }

    /// The charts, for the outcome.
    pub(super) fn html(&self, summary: &v1::Summary) -> String {
        let verdicts = [
            (summary.prohibited, "prohibited"),
            (summary.suspect, "suspect"),
            (summary.inconclusive, "inconclusive"),
            (summary.clear, "clear"),
        ];
        let verdicts = verdicts.map(|(value, word)| Bar {
            label: word.to_owned(),
            value,
            filter: Some(format!("verdict={word}")),
            class: word,
        });
        let ages: Vec<Bar> = AGES
            .iter()
            .zip(self.ages)
            .map(|((_, words), value)| Bar { label: (*words).to_owned(), value, filter: None, class: "plain" })
            .collect();
        let devices = "Devices";
        [
            chart("Devices by verdict", ("Verdict", devices), &verdicts),
            chart("Devices with signs of each app", ("App", devices), &self.apps.bars("prohibited", Some("app"))),
            chart(
                "What keeps devices inconclusive",
                ("Reason", devices),
                &self.gaps.bars("inconclusive", Some("reason")),
            ),
            chart("Age of the newest list of apps", ("Age", devices), &ages),
            chart("Evidence by kind", ("Kind", "Items"), &self.kinds.bars("plain", None)),
        ]
        .concat()
    }
}

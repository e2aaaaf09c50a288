//! What a mapping file says its lists prove, to rules of coverage.

use serde::Deserialize;

use super::super::layout::Cover;
use super::ASSUMPTION;
use super::read::list;
use super::words::{CLAIMS, Claim, ENROLLMENTS, PLATFORMS, SCOPES, value};
use crate::model::{Answer, Basis, ByOwnership, Enrollment, ListScope, Platform, Reason};

const MOST_RULES: usize = 32;
const MOST_USERS: usize = 64;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rule {
    scope: String,
    answer: String,
    #[serde(default)]
    users: Vec<u32>,
    #[serde(default)]
    platforms: Vec<String>,
    #[serde(default)]
    enrollments: Vec<String>,
}

/// Of a mapping that says nothing: nothing is proven.
pub(super) fn silent() -> Vec<Cover> {
    vec![cover(ListScope::ThirdPartyApps, Answer::Partial(Reason("no-coverage-in-mapping")), &[])]
}

/// The rules of one table or of several, and what is wrong with them.
pub(super) fn rules(given: &toml::Value) -> (Vec<Cover>, Vec<String>) {
    let rules = match given {
        toml::Value::Array(rules) => rules.clone(),
        one => vec![one.clone()],
    };
    if rules.is_empty() || rules.len() > MOST_RULES {
        return (Vec::new(), vec![format!("`coverage` has 1 to {MOST_RULES} rules")]);
    }
    // Whatever the author says: these never show the rest of the device.
    let mut out = vec![
        cover(ListScope::WorkProfile, Answer::ManagedOnly, &[Enrollment::WorkProfile]),
        cover(ListScope::ManagedApps, Answer::ManagedOnly, &[Enrollment::UserEnrollment]),
    ];
    let mut problems = Vec::new();
    for (n, rule) in rules.into_iter().enumerate() {
        match rule.try_into::<Rule>().map_err(|e| e.message().to_owned()).and_then(|rule| self::rule(&rule)) {
            Ok(rule) => out.push(rule),
            Err(message) => problems.push(format!("rule {} of `coverage`: {message}", n + 1)),
        }
    }
    out.extend(silent());
    (out, problems)
}

fn cover(scope: ListScope, answer: Answer, enrollments: &'static [Enrollment]) -> Cover {
    Cover { enrollments, ..Cover::any(scope, Basis::Always(answer), ASSUMPTION, "the mapping file") }
}

fn rule(rule: &Rule) -> Result<Cover, String> {
    let scope = value("scope", SCOPES, &rule.scope)?;
    let claim = value("answer", CLAIMS, &rule.answer)?;
    if rule.users.len() > MOST_USERS {
        return Err(format!("at most {MOST_USERS} users"));
    }
    let partial = |why| Answer::Partial(Reason(why));
    let inside = matches!(scope, ListScope::ManagedApps | ListScope::WorkProfile);
    let basis = match claim {
        _ if inside && claim != Claim::ManagedOnly => {
            return Err(format!("a list of {} is `managed-only`: it shows nothing of the other apps", scope.as_str()));
        }
        // Of a person's own device a management system sees its own part.
        Claim::Full => Basis::ByOwnership(&ByOwnership {
            corporate: Answer::Assumed(ASSUMPTION),
            personal: Answer::ManagedOnly,
            unknown: Answer::Partial(Reason("ownership-unknown")),
        }),
        Claim::Partial => Basis::Always(partial("partial-by-mapping")),
        Claim::ManagedOnly => Basis::Always(Answer::ManagedOnly),
    };
    let each = |what, table: &[(&str, Platform)]| -> Result<Vec<Platform>, String> {
        rule.platforms.iter().map(|word| value(what, table, word)).collect()
    };
    let platforms = each("platform", PLATFORMS)?;
    let enrollments: Result<Vec<Enrollment>, String> =
        rule.enrollments.iter().map(|word| value("enrollment", ENROLLMENTS, word)).collect();
    Ok(Cover {
        platforms: list(platforms),
        enrollments: list(enrollments?),
        users: list(rule.users.clone()),
        ..Cover::any(scope, basis, ASSUMPTION, "the mapping file")
    })
}

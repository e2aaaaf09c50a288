//! The monotony of verdicts, and the order-independence of merging.

use std::borrow::Cow;

use proptest::prelude::*;

use super::*;
use crate::artifact::RecordKind;
use crate::inventory::Completeness;
use crate::matching::{SignerStatus, Strength};
use crate::model::{AppIdentifier, IdentifierKind, ListScope, Platform, State, Timestamp, UserSet};
use crate::signature::Relation;

pub(super) fn finding(state: State, strength: Strength, as_of: Option<i64>) -> Finding {
    let signer = SignerStatus::Unknown;
    Finding {
        code: FindingCode::of(state, strength, signer),
        app: "wechat-pay".to_owned(),
        app_name: "WeChat Pay".to_owned(),
        hosted_by: None,
        policies: vec!["us-eo-13971".to_owned()],
        relation: Relation::Host,
        state,
        strength,
        identifier: AppIdentifier { kind: IdentifierKind::PackageName, value: "com.tencent.mm".to_owned() },
        display_name: None,
        version: None,
        users: Vec::new(),
        installer: None,
        first_seen: None,
        last_seen: None,
        signer: SignerFact::default(),
        reasons: Vec::new(),
        provenance: vec![Provenance {
            locator: "x".to_owned(),
            artifact: "packages-xml".into(),
            state,
            users: Vec::new(),
            as_of: as_of.and_then(Timestamp::from_unix),
            hash_scope: "none",
            sha256: None,
        }],
        does_not_prove: Vec::new(),
        waiver: None,
    }
}

fn states() -> impl Strategy<Value = State> {
    prop::sample::select(vec![
        State::Installed,
        State::Disabled,
        State::Archived,
        State::Unknown,
        State::Removed,
        State::Trace,
        State::Offered,
    ])
}

fn strengths() -> impl Strategy<Value = Strength> {
    prop::sample::select(vec![Strength::Circumstantial, Strength::Probable, Strength::Strong, Strength::Definitive])
}

fn findings() -> impl Strategy<Value = Vec<Finding>> {
    let one = (states(), strengths(), prop::option::of(0_i64..100)).prop_map(|(s, w, t)| finding(s, w, t));
    prop::collection::vec(one, 0..4)
}

fn coverage() -> impl Strategy<Value = Vec<Coverage<'static>>> {
    let scope = prop::sample::select(vec![
        ListScope::ThirdPartyApps,
        ListScope::SystemApps,
        ListScope::AllApps,
        ListScope::ManagedApps,
    ]);
    let users = prop::sample::select(vec![UserSet::All, UserSet::Only(vec![0]), UserSet::Only(vec![10])]);
    let completeness = prop::sample::select(vec![
        Completeness::Complete,
        Completeness::Complete,
        Completeness::Partial,
        Completeness::NotCollected,
        Completeness::Unreadable,
    ]);
    let one = (scope, users, completeness, prop::option::of(0_i64..100)).prop_map(|(scope, users, completeness, t)| {
        Coverage {
            locator: "",
            scope,
            users: Cow::Owned(users),
            completeness,
            basis: "complete-list".into(),
            as_of: t.and_then(Timestamp::from_unix),
            assumed: false,
        }
    });
    prop::collection::vec(one, 0..4)
}

fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Prohibited => 3,
        Verdict::Suspect => 2,
        Verdict::Inconclusive => 1,
        Verdict::Clear(_) => 0,
    }
}

const OPTIONS: DecideOptions = DecideOptions { min_strength: Strength::Probable, policies_resolved: true };

fn judge(findings: &[Finding], coverage: &[Coverage<'_>], users: &[u32], items: usize) -> Verdict {
    let case = Case { platform: Platform::Android, record: RecordKind::Device, users, findings, coverage, items };
    decide(&case, &OPTIONS).verdict
}

proptest! {
    #[test]
    fn one_more_observation_of_presence_never_makes_a_verdict_milder(
        some in findings(), coverage in coverage(), strength in strengths(), items in 1_usize..3,
    ) {
        let before = judge(&some, &coverage, &[0], items);
        let mut more = some;
        more.push(finding(State::Installed, strength, None));
        let after = judge(&more, &coverage, &[0], items);
        prop_assert!(rank(&after) >= rank(&before));
        prop_assert!(rank(&after) >= 2);
    }

    #[test]
    fn a_lowered_list_never_makes_a_device_clear(
        some in findings(), coverage in coverage(), at in any::<prop::sample::Index>(), items in 1_usize..3,
    ) {
        prop_assume!(!coverage.is_empty());
        let before = judge(&some, &coverage, &[0], items);
        for lower in [Completeness::Partial, Completeness::NotCollected, Completeness::Unreadable] {
            let mut worse = coverage.clone();
            worse[at.index(coverage.len())].completeness = lower;
            let after = judge(&some, &worse, &[0], items);
            let became_clear = matches!(after, Verdict::Clear(_)) && !matches!(before, Verdict::Clear(_));
            prop_assert!(!became_clear);
        }
    }

    #[test]
    fn one_more_user_never_makes_a_device_clear(some in findings(), coverage in coverage()) {
        let before = judge(&some, &coverage, &[0], 1);
        let after = judge(&some, &coverage, &[0, 10], 1);
        prop_assert!(rank(&after) >= rank(&before));
    }

    #[test]
    fn the_order_of_findings_and_lists_does_not_matter(some in findings(), coverage in coverage()) {
        let mut back = some.clone();
        back.reverse();
        let mut lists = coverage.clone();
        lists.reverse();
        prop_assert_eq!(rank(&judge(&some, &coverage, &[0], 1)), rank(&judge(&back, &lists, &[0], 1)));
    }
}

fn list(scope: ListScope, users: UserSet, as_of: Option<i64>) -> Coverage<'static> {
    Coverage {
        locator: "",
        scope,
        users: Cow::Owned(users),
        completeness: Completeness::Complete,
        basis: "complete-list".into(),
        as_of: as_of.and_then(Timestamp::from_unix),
        assumed: false,
    }
}

#[test]
fn clear_needs_a_complete_app_list_of_every_user() {
    let owner = list(ListScope::AllApps, UserSet::Only(vec![0]), None);
    assert!(matches!(judge(&[], std::slice::from_ref(&owner), &[0], 1), Verdict::Clear(_)));
    assert_eq!(judge(&[], std::slice::from_ref(&owner), &[0, 10], 1), Verdict::Inconclusive);
    assert_eq!(judge(&[], &[], &[0], 1), Verdict::Inconclusive);
    let third = list(ListScope::ThirdPartyApps, UserSet::All, None);
    assert_eq!(judge(&[], std::slice::from_ref(&third), &[0], 1), Verdict::Inconclusive, "preinstalled apps too");
}

#[test]
fn a_removed_app_is_history_only_under_a_list_that_is_not_older() {
    let removed = finding(State::Removed, Strength::Strong, Some(50));
    let older = list(ListScope::AllApps, UserSet::All, Some(40));
    let newer = list(ListScope::AllApps, UserSet::All, Some(60));
    assert_eq!(judge(std::slice::from_ref(&removed), &[older], &[0], 1), Verdict::Suspect);
    assert!(matches!(judge(std::slice::from_ref(&removed), &[newer], &[0], 1), Verdict::Clear(_)));
    let timeless = finding(State::Removed, Strength::Strong, None);
    let list = list(ListScope::AllApps, UserSet::All, None);
    let two_items = judge(std::slice::from_ref(&timeless), std::slice::from_ref(&list), &[0], 2);
    assert_eq!(two_items, Verdict::Suspect, "two acquisitions without times do not compare");
}

#[test]
fn offers_and_related_apps_decide_nothing() {
    let offered = finding(State::Offered, Strength::Strong, None);
    let mut related = finding(State::Installed, Strength::Strong, None);
    related.relation = Relation::Affiliate;
    let list = list(ListScope::AllApps, UserSet::All, None);
    assert!(matches!(judge(&[offered, related], &[list], &[0], 1), Verdict::Clear(_)));
}

fn applied() -> Option<AppliedWaiver> {
    let text = |t: &str| t.to_owned();
    Some(AppliedWaiver { expires: text("2027-01-31"), id: text("W"), approver: text("A"), basis: text("B") })
}

#[test]
fn a_device_counts_as_waived_only_when_every_deciding_finding_is() {
    let mut present = finding(State::Installed, Strength::Strong, None);
    present.waiver = applied();
    let possible = finding(State::Installed, Strength::Circumstantial, None);
    let all = |findings: &[Finding]| {
        let coverage = [list(ListScope::AllApps, UserSet::All, None)];
        let case = Case {
            platform: Platform::Android,
            record: RecordKind::Device,
            users: &[0],
            findings,
            coverage: &coverage,
            items: 1,
        };
        let decision = decide(&case, &OPTIONS);
        (decision.waived, decision.verdict)
    };
    assert_eq!(all(std::slice::from_ref(&present)), (true, Verdict::Prohibited), "the verdict stays");
    assert!(!all(&[present.clone(), possible]).0, "a sign that nobody waived");
    assert!(!all(&[]).0, "nothing to waive");
    let history = finding(State::Removed, Strength::Strong, None);
    assert!(all(&[present, history]).0, "what a complete list disproves decides nothing");
}

/// A finding that these files name, each with a state.
fn named_by(places: &[(&str, State, &[u32])]) -> Finding {
    let best = places.iter().map(|p| p.1).min().unwrap();
    let mut out = finding(best, Strength::Strong, None);
    let row = out.provenance.remove(0);
    out.provenance = places
        .iter()
        .map(|(locator, state, users)| Provenance {
            locator: (*locator).to_owned(),
            state: *state,
            users: users.to_vec(),
            ..row.clone()
        })
        .collect();
    out
}

fn list_in(locator: &'static str, scope: ListScope, users: UserSet) -> Coverage<'static> {
    Coverage { locator, ..list(scope, users, None) }
}

#[test]
fn complete_lists_that_disagree_are_said_once_for_each_pair() {
    let lists = [
        list_in("mdm.json", ListScope::AllApps, UserSet::All),
        list_in("image/packages.xml", ListScope::AllApps, UserSet::Only(vec![0])),
    ];
    let said = |finding: Finding| contradictions(&[finding], &lists);
    let here = ("image/packages.xml#/packages/3", State::Installed, &[0][..]);
    let [only] = &said(named_by(&[here, ("image/packages.xml#/packages/4", State::Disabled, &[0])]))[..] else {
        panic!("one message")
    };
    assert_eq!(only.code.as_str(), "lists-contradict");
    assert!(only.message.contains("in image/packages.xml (") && only.message.contains("in mdm.json ("));
    // Named as removed is not named as installed.
    assert_eq!(said(named_by(&[here, ("mdm.json#/devices/0", State::Removed, &[])])).len(), 1);
    // Named by both, or perhaps present in the other.
    assert!(said(named_by(&[here, ("mdm.json#/devices/0", State::Installed, &[])])).is_empty());
    assert!(said(named_by(&[here, ("mdm.json#/devices/0", State::Unknown, &[])])).is_empty());
    // Under another identifier of the same app.
    let mut by_name = named_by(&[("mdm.json#/devices/0", State::Installed, &[])]);
    by_name.identifier.value = "WeChat".to_owned();
    assert!(contradictions(&[named_by(&[here]), by_name.clone()], &lists).is_empty());
    // The other way round: the image has a list of the owner only, and the
    // system does not tell users apart.
    assert!(contradictions(&[by_name], &lists).is_empty());
}

#[test]
fn lists_that_are_not_complete_for_the_same_users_and_apps_contradict_nothing() {
    let here = named_by(&[("a#/1", State::Installed, &[10])]);
    let a = list_in("a", ListScope::AllApps, UserSet::Only(vec![0, 10]));
    let with = |b: Coverage<'static>| contradictions(std::slice::from_ref(&here), &[a.clone(), b]).len();
    assert_eq!(with(list_in("b", ListScope::AllApps, UserSet::Only(vec![10]))), 1);
    assert_eq!(with(list_in("b", ListScope::AllApps, UserSet::Only(vec![0]))), 0, "another user");
    assert_eq!(with(list_in("b", ListScope::ManagedApps, UserSet::All)), 0, "managed apps only");
    assert_eq!(with(list_in("b", ListScope::ThirdPartyApps, UserSet::All)), 0, "perhaps a system app");
    let partial = Coverage { completeness: Completeness::Partial, ..list_in("b", ListScope::AllApps, UserSet::All) };
    assert_eq!(with(partial.clone()), 0, "not complete");
    let lists =
        [Coverage { completeness: Completeness::Partial, ..a.clone() }, list_in("b", ListScope::AllApps, UserSet::All)];
    assert_eq!(contradictions(&[here], &lists).len(), 0, "the list that names it is not complete");
}

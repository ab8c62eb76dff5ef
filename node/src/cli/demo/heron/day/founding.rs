//! Day −60: the six meet, and sign one text in seven languages; one reopens a clause when five have signed.

use concord_protocol::crypto::digest;
use concord_protocol::crypto::digest::Digest;
use concord_protocol::message::coordination::package;
use concord_protocol::message::coordination::package::AnnexKind;
use concord_protocol::message::coordination::package::OutcomeAnnex;
use concord_protocol::message::coordination::package::OutcomeText;
use concord_protocol::message::text::LanguageTag;
use concord_protocol::moment::Span;
use concord_protocol::procedure::profile::article::Article;
use serde_json::Value;
use serde_json::json;

use crate::cli::demo::calendar;
use crate::cli::demo::heron::desk::Desk;
use crate::cli::demo::heron::desk::LA;
use crate::cli::demo::heron::desk::Line;
use crate::cli::demo::heron::desk::MM;
use crate::cli::demo::heron::desk::SIX;
use crate::cli::demo::heron::desk::Scene;
use crate::cli::demo::heron::desk::TH;
use crate::cli::demo::ledger::Sent;
use crate::cli::demo::letter::english;
use crate::cli::demo::policy;
use crate::cli::demo::trouble;
use crate::report::Report;
use crate::report::code::Code;

/// The languages of the text; the English one is a translation.
const LANGUAGES: [&str; 7] = ["en", "km", "lo", "my", "th", "vi", "zh-Hans"];

/// Agenda, session and minutes, then the outcome document until it is in effect.
pub(crate) fn play(desk: &Desk<'_>) -> Result<(), Report> {
    desk.progress.doing("day -60: the six meet");
    meet(desk)?;
    let mut scene = Scene::new(&SIX, "coordination", "EX-HERON-OUTCOME");
    let first = package(1)?;
    open(desk, &mut scene, &first)?;
    for at in SIX.into_iter().filter(|at| *at != MM) {
        sign(desk, &mut scene, at, &first)?;
    }
    let reopening = json!({
        "package_digest": first.digest.to_string(),
        "clause": "Article 7, paragraph 2",
        "reason": english("The Burmese text says return where the others say handover."),
    });
    desk.say(&mut scene, MM, Line::new("outcome-reopening", reopening))?;
    desk.stands(&mut scene, "negotiating")?;
    // The five signatures are void: they were under another text.
    let second = package(2)?;
    open(desk, &mut scene, &second)?;
    let stale = signature(desk, TH, &first)?;
    desk.refused(&mut scene, TH, Line::new("signature-statement", stale), Code::OutOfTurn)?;
    let mut statements = Vec::new();
    for at in SIX {
        statements.push((at, sign(desk, &mut scene, at, &second)?));
    }
    record(desk, &mut scene, &second, &statements)?;
    let status = json!({
        "status": "in-effect",
        "package_digest": second.digest.to_string(),
        "effective_on": calendar::day_after(Span::from_millis(0)),
        "reason": english("Signed by all six."),
    });
    desk.say(&mut scene, LA, Line::new("outcome-status", status))?;
    desk.stands(&mut scene, "in-effect")?;
    desk.progress.done("day -60  six agencies meet and sign; five had signed when MM reopened a clause, so all sign anew: the text is in effect at every node");
    Ok(())
}

/// One cycle: called, held, written down, and its actions open.
fn meet(desk: &Desk<'_>) -> Result<(), Report> {
    let cycle = "CYCLE-2026-1";
    let mut scene = Scene::new(&SIX, "coordination", cycle);
    let meeting = json!([{
        "window": {
            "from": calendar::instant_after(calendar::hours(1)),
            "to": calendar::instant_after(calendar::hours(9)),
        },
        "zone": "Asia/Vientiane",
    }]);
    let agenda = |stage: &str, dates: &Value| {
        json!({
            "stage": stage,
            "cycle": cycle,
            "level": "ministerial",
            "items": [{
                "n": 1,
                "title": "Outcome document on joint action, exercise",
                "proposer": "LA",
                "decision_sought": english("To freeze the text."),
            }],
            "dates_zones": dates,
            "observers": ["Observer organisation, exercise"],
            // Time is compressed: the term for objections ends as the agenda goes out.
            "objections_by": calendar::instant_before(Span::from_millis(0)),
        })
    };
    desk.say(&mut scene, LA, Line::new("meeting-agenda", agenda("open", &meeting)))?;
    desk.say(&mut scene, LA, Line::new("meeting-agenda", agenda("adopted", &meeting)))?;
    let status = |status: &str| json!({"cycle": cycle, "status": status});
    desk.say(&mut scene, LA, Line::new("cycle-status", status("in-session")))?;
    let attendance: Vec<Value> = SIX
        .iter()
        .map(|at| {
            let agency = desk.agency(*at)?;
            Ok(json!({"party": agency.party, "delegates": [agency.officer]}))
        })
        .collect::<Result<_, Report>>()?;
    let minutes = json!({
        "cycle": cycle,
        "attendance": attendance,
        "observers": ["Observer organisation, exercise"],
        "decisions": [{"item": 1, "what": english("The text is frozen.")}],
        "actions": [{
            "id": "a1",
            "owner": "TH",
            "agency": "th.rtp",
            "due": calendar::instant_after(Span::from_days(40)),
            "measure": english("To translate the list of fraud methods."),
        }],
        "reservations": [],
        "languages": LANGUAGES,
    });
    let minutes = desk.say(&mut scene, LA, Line::new("meeting-minutes", minutes))?;
    for at in SIX.into_iter().filter(|at| *at != LA) {
        let body = json!({"minutes_digest": minutes.digest, "answer": "adopt"});
        desk.say(&mut scene, at, Line::new("minutes-adoption", body))?;
    }
    desk.stands(&mut scene, "actions-open")
}

/// A version of the text.
struct Package {
    version: u64,
    texts: Vec<OutcomeText>,
    annexes: Vec<OutcomeAnnex>,
    digest: Digest,
}

fn package(version: u64) -> Result<Package, Report> {
    let file =
        |name: &str| digest::sha256(format!("EX-HERON {name}, version {version}").as_bytes());
    let text = |lang: &&str| -> Result<OutcomeText, Report> {
        let tag = LanguageTag::parse(lang).map_err(|_| trouble::broken("a language has no tag"))?;
        Ok(OutcomeText { lang: tag, digest: file(lang), authentic: *lang != "en" })
    };
    let texts = LANGUAGES.iter().map(text).collect::<Result<Vec<_>, _>>()?;
    let annexes = vec![
        OutcomeAnnex {
            kind: AnnexKind::DeadlineProfile,
            digest: settled(&[Article::Rest, Article::Term])?,
        },
        OutcomeAnnex {
            kind: AnnexKind::RefusalProfiles,
            digest: settled(&[Article::Ground, Article::Waiver])?,
        },
        OutcomeAnnex { kind: AnnexKind::RetentionTable, digest: settled(&[Article::Retention])? },
        OutcomeAnnex { kind: AnnexKind::ContactDirectory, digest: file("contacts") },
        OutcomeAnnex { kind: AnnexKind::HandlingPolicy, digest: file("handling") },
    ];
    let digest = package::package_digest(&texts, &annexes)
        .ok_or_else(|| trouble::broken("a package has no digest"))?;
    Ok(Package { version, texts, annexes, digest })
}

/// An annex that the charter has as clauses, which every node goes by.
fn settled(articles: &[Article]) -> Result<Digest, Report> {
    policy::annex(articles).map_err(|_| trouble::broken("a Party of the policy has no code"))
}

/// Negotiated, frozen and opened for signature.
fn open(desk: &Desk<'_>, scene: &mut Scene, package: &Package) -> Result<(), Report> {
    let version = package.version * 2;
    for (stage, version) in
        [("negotiating", version - 1), ("frozen", version), ("open-for-signature", version)]
    {
        let body = document(desk, package, (stage, version))?;
        desk.say(scene, LA, Line::new("outcome-document", body))?;
    }
    desk.stands(scene, "open-for-signature")
}

fn document(
    desk: &Desk<'_>,
    package: &Package,
    (stage, version): (&str, u64),
) -> Result<Value, Report> {
    let texts: Vec<Value> = package
        .texts
        .iter()
        .map(|text| {
            json!({"lang": text.lang.as_str(), "digest": text.digest.to_string(), "authentic": text.authentic})
        })
        .collect();
    let annexes: Vec<Value> = package
        .annexes
        .iter()
        .map(|annex| json!({"kind": annex.kind.text(), "digest": annex.digest.to_string()}))
        .collect();
    let signatories: Vec<Value> = SIX
        .iter()
        .map(|at| {
            let agency = desk.agency(*at)?;
            Ok(json!({"party": agency.party, "agency": agency.id}))
        })
        .collect::<Result<_, Report>>()?;
    Ok(json!({
        "stage": stage,
        "title": "Outcome document on joint action, exercise",
        "version": version,
        "texts": texts,
        "package_digest": package.digest.to_string(),
        "signatories_required": signatories,
        "effect": "on-all-signed",
        "annexes": annexes,
        "amendment_rule": english("By all signatories, in a new package."),
        "withdrawal_rule": english("By a note to all others, after 90 days."),
    }))
}

fn signature(desk: &Desk<'_>, at: usize, package: &Package) -> Result<Value, Report> {
    let agency = desk.agency(at)?;
    Ok(json!({
        "package_digest": package.digest.to_string(),
        "signatory": {"party": agency.party, "name": "Exercise signatory", "office": "Minister, exercise"},
        "full_powers_ref": format!("{}-FP-2026-0001", agency.party),
        "ad_referendum": false,
    }))
}

fn sign(desk: &Desk<'_>, scene: &mut Scene, at: usize, package: &Package) -> Result<Sent, Report> {
    let body = signature(desk, at, package)?;
    desk.say(scene, at, Line::new("signature-statement", body))
}

/// The chair lists every signature, and each signatory acknowledges the list.
fn record(
    desk: &Desk<'_>,
    scene: &mut Scene,
    package: &Package,
    statements: &[(usize, Sent)],
) -> Result<(), Report> {
    desk.confirm(scene, &SIX, "complete-signing")?;
    let signatures: Vec<Value> = statements
        .iter()
        .map(|(at, sent)| Ok(json!({"party": desk.agency(*at)?.party, "statement": sent.digest})))
        .collect::<Result<_, Report>>()?;
    let body = json!({"package_digest": package.digest.to_string(), "signatures": signatures});
    let record = desk.say(scene, LA, Line::new("signing-record", body))?;
    for at in SIX.into_iter().filter(|at| *at != LA) {
        desk.acknowledge(scene, at, &record)?;
    }
    desk.stands(scene, "signed")
}

//! One line of an indicator feed: a number or address, what it was used for, and what to do about it.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use crate::message::evaluation::Evaluation;
use crate::message::fault::FaultCode;
use crate::message::fault::Faults;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::identifier::Identifier;
use crate::message::intelligence::report::Confidence;
use crate::message::intelligence::report::PermittedAction;
use crate::message::pointer::Pointer;
use crate::message::text::RecordRef;
use crate::message::time::Instant;
use crate::message::values::Country;

choice! {
    /// Which of the two kinds a feed is: accounts are personal data and travel apart.
    FeedClass {
        /// Numbers, addresses and sites.
        Infrastructure = "infrastructure",
        /// Accounts, cards and wallets.
        Accounts = "accounts",
    }
}

choice! {
    /// What kind of identifier an entry has. The others identify people and things, and are in no feed.
    IndicatorType {
        /// A phone number.
        Phone = "phone",
        /// A domain.
        Domain = "domain",
        /// A web address.
        Url = "url",
        /// An address of the Internet.
        Ip = "ip",
        /// A mail address.
        Email = "email",
        /// An account on a platform.
        MessagingHandle = "messaging-handle",
        /// A bank account.
        BankAccount = "bank-account",
        /// A payment card.
        PaymentCard = "payment-card",
        /// An address on a chain.
        CryptoAddress = "crypto-address",
    }
}

impl IndicatorType {
    /// The kind of an identifier; `None` when it is in no feed.
    pub const fn of(identifier: &Identifier) -> Option<Self> {
        match identifier {
            Identifier::Phone(_) => Some(Self::Phone),
            Identifier::Domain(_) => Some(Self::Domain),
            Identifier::Url(_) => Some(Self::Url),
            Identifier::Ip(_) => Some(Self::Ip),
            Identifier::Email(_) => Some(Self::Email),
            Identifier::MessagingHandle(_) => Some(Self::MessagingHandle),
            Identifier::BankAccount(_) => Some(Self::BankAccount),
            Identifier::PaymentCard(_) => Some(Self::PaymentCard),
            Identifier::CryptoAddress(_) => Some(Self::CryptoAddress),
            Identifier::Imei(_)
            | Identifier::Imsi(_)
            | Identifier::Iccid(_)
            | Identifier::Vehicle(_) => None,
        }
    }

    /// In which kind of feed it stands.
    pub const fn class(self) -> FeedClass {
        match self {
            Self::Phone
            | Self::Domain
            | Self::Url
            | Self::Ip
            | Self::Email
            | Self::MessagingHandle => FeedClass::Infrastructure,
            Self::BankAccount | Self::PaymentCard | Self::CryptoAddress => FeedClass::Accounts,
        }
    }
}

choice! {
    /// What an indicator was used for. Source: DOMAIN 2.2.
    IndicatorRole {
        /// Calls to victims.
        Caller = "caller",
        /// Messages to victims.
        SmsSender = "sms-sender",
        /// A site that takes passwords or money.
        PhishingSite = "phishing-site",
        /// Control of programs on victims' devices.
        C2 = "c2",
        /// An account through which money passes.
        MuleAccount = "mule-account",
        /// A wallet through which it passes.
        Wallet = "wallet",
        /// Recruiting people.
        Recruitment = "recruitment",
    }
}

impl IndicatorRole {
    /// Whether an identifier of that kind can be used so.
    pub const fn is_of(self, indicator: IndicatorType) -> bool {
        match self {
            Self::Caller | Self::SmsSender => {
                matches!(indicator, IndicatorType::Phone | IndicatorType::MessagingHandle)
            }
            Self::PhishingSite | Self::C2 => {
                matches!(indicator, IndicatorType::Domain | IndicatorType::Url | IndicatorType::Ip)
            }
            Self::MuleAccount => {
                matches!(indicator, IndicatorType::BankAccount | IndicatorType::PaymentCard)
            }
            Self::Wallet => matches!(indicator, IndicatorType::CryptoAddress),
            Self::Recruitment => matches!(indicator.class(), FeedClass::Infrastructure),
        }
    }
}

choice! {
    /// Who may see an entry. Source: TLP 2.0.
    Tlp {
        /// Everybody.
        Clear = "clear",
        /// The community.
        Green = "green",
        /// The organisation and its clients, as far as they need it.
        Amber = "amber",
        /// The organisation alone.
        AmberStrict = "amber-strict",
        /// The recipients alone.
        Red = "red",
    }
}

choice! {
    /// What the originator recommends; nobody is made to block.
    #[derive(serde::Serialize, serde::Deserialize)]
    #[serde(rename_all = "kebab-case")]
    Recommended {
        /// Block.
        Block = "block",
        /// Warn.
        Warn = "warn",
        /// Watch.
        Monitor = "monitor",
        /// Leave alone, because the police control it.
        DoNotTouch = "do-not-touch",
    }
}

record! {
    /// One entry of a feed. Source: DOMAIN 2.2, spec msgk-55.
    FeedEntry {
        /// By which the feed names it.
        id: RecordRef,
        /// The number or address, in its one form.
        identifier: Identifier,
        /// What it was used for.
        role: IndicatorRole,
        /// When it was first seen so.
        first_seen: Instant,
        /// When it was last seen so.
        last_seen: Instant,
        /// When the entry dies unless it is renewed.
        valid_until: Instant,
        /// How sure the originator is.
        confidence: Confidence,
        /// How far it can be relied on.
        evaluation: Evaluation,
        /// Where the evidence is.
        evidence_ref: Option<RecordRef>,
        /// In which States there are victims.
        victim_countries: Vec<Country>,
        /// Who may see it.
        tlp: Tlp,
        /// What a recipient may do with it.
        pap: BTreeSet<PermittedAction>,
        /// What the originator recommends.
        recommended: Recommended,
    }
    rules(at, faults) {
        // spec: msgk-55
        if let (Some(first), Some(last)) = (&first_seen, &last_seen) && first.cmp_time(last).is_gt() {
            let reason = "nothing is last seen before it is first seen";
            faults.add(&at.key("last_seen"), FaultCode::Conflicting, reason);
        }
        if let (Some(last), Some(until)) = (&last_seen, &valid_until) && last.cmp_time(until).is_gt() {
            let reason = "an entry does not die before it was last seen";
            faults.add(&at.key("valid_until"), FaultCode::Conflicting, reason);
        }
        if let (Some(identifier), Some(role)) = (&identifier, role) {
            role_agrees(role, identifier, &at.key("role"), faults);
        }
        if let (Some(pap), Some(recommended)) = (&pap, recommended) {
            recommendation_agrees(recommended, pap, &at.key("recommended"), faults);
        }
    }
}

fn role_agrees(
    role: IndicatorRole,
    identifier: &Identifier,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if !IndicatorType::of(identifier).is_some_and(|indicator| role.is_of(indicator)) {
        let reason = "an identifier of this kind is not used in this role";
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

/// What is recommended is permitted, and what must be left alone is looked up quietly at most.
fn recommendation_agrees(
    recommended: Recommended,
    pap: &BTreeSet<PermittedAction>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if let Some(reason) = recommended.disagrees(pap) {
        faults.add(at, FaultCode::Conflicting, reason);
    }
}

impl Recommended {
    /// The rule that a recommendation breaks beside these permitted actions, where it does. Source: spec msgk-55.
    pub fn disagrees(self, pap: &BTreeSet<PermittedAction>) -> Option<&'static str> {
        let permits = |action| pap.contains(&action);
        let is_quiet = pap.iter().all(|action| *action == PermittedAction::QueryQuietly);
        match self {
            Self::Block if !permits(PermittedAction::Block) => {
                Some("what is to be blocked may be blocked: pap has block")
            }
            Self::Warn if !permits(PermittedAction::Warn) => {
                Some("what is warned of may be warned of: pap has warn")
            }
            Self::DoNotTouch if !is_quiet => {
                Some("what must be left alone may be queried quietly and nothing else")
            }
            Self::Block | Self::Warn | Self::Monitor | Self::DoNotTouch => None,
        }
    }
}

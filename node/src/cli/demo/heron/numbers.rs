//! How many people the story is about, as one table: DOMAIN's, and a small one for tests.
//!
//! Every sum of the story is stated here as its parts; nothing is derived from what the story did.

/// The numbers of one telling of the story.
#[derive(Debug)]
pub(crate) struct Numbers {
    /// The site, days 0 to +9.
    pub(crate) site: Site,
    /// The raid in Viet Nam, day +10.
    pub(crate) raid: Raid,
    /// The four weeks in Cambodia, day +12.
    pub(crate) weeks: Weeks,
    /// The chain of Myanmar, Thailand and China, days +15 to +26.
    pub(crate) chain: Chain,
    /// The feed, day −35.
    pub(crate) indicators: Indicators,
}

/// Entries of the feed.
#[derive(Debug)]
pub(crate) struct Indicators {
    /// Sites of the first list.
    pub(crate) sites: u64,
    /// Addresses of the first list.
    pub(crate) addresses: u64,
    /// Sites that are added.
    pub(crate) sites_added: u64,
    /// Addresses that are added.
    pub(crate) addresses_added: u64,
    /// Sites that are withdrawn.
    pub(crate) sites_withdrawn: u64,
    /// Addresses that are withdrawn.
    pub(crate) addresses_withdrawn: u64,
}

impl Indicators {
    /// Sites and addresses once both changes were taken.
    pub(crate) const fn at_the_end(&self) -> (u64, u64) {
        (
            self.sites + self.sites_added - self.sites_withdrawn,
            self.addresses + self.addresses_added - self.addresses_withdrawn,
        )
    }
}

/// Who was found at the site, and what became of them.
#[derive(Debug)]
pub(crate) struct Site {
    /// Handed over to China.
    pub(crate) to_cn: usize,
    /// Handed over to Viet Nam, the recruiter among them.
    pub(crate) to_vn: usize,
    /// Handed over to Thailand.
    pub(crate) to_th: usize,
    /// Returned to Myanmar under a guarantee.
    pub(crate) returned: usize,
    /// Presumed victims, by nationality.
    pub(crate) victims: [(&'static str, usize); 6],
    /// Children who are no presumed victims.
    pub(crate) minors: usize,
    /// Whose handover was put off.
    pub(crate) deferred: usize,
    /// Against whom there was not enough evidence.
    pub(crate) unproven: usize,
    /// Own nationals of the Lao PDR, prosecuted there.
    pub(crate) domestic: usize,
}

/// Who was captured in the raid.
#[derive(Debug)]
pub(crate) struct Raid {
    /// Handed over to China.
    pub(crate) handed_over: usize,
    /// Own nationals of Viet Nam, prosecuted there.
    pub(crate) domestic: usize,
    /// Presumed victims.
    pub(crate) victims: usize,
}

/// What the reports of four weeks count. Counts only: nobody's case is in them.
#[derive(Debug)]
pub(crate) struct Weeks {
    /// Whom others asked for, by nationality.
    pub(crate) foreign: [(&'static str, u64); 5],
    /// Prosecuted in Cambodia.
    pub(crate) domestic: u64,
    /// Presumed victims, and others.
    pub(crate) others: u64,
}

/// Who was asked for in the chain, and what became of it.
#[derive(Debug)]
pub(crate) struct Chain {
    /// Manifests before the last one, on which one person travels alone.
    pub(crate) manifests: usize,
    /// People on each of them.
    pub(crate) people: usize,
    /// Presumed victims, whose way is a rescue.
    pub(crate) rerouted: usize,
    /// Refused.
    pub(crate) refused: usize,
    /// Put off.
    pub(crate) deferred: usize,
    /// Too ill to go.
    pub(crate) medical: usize,
    /// On which manifest somebody falls ill, from 1.
    pub(crate) ill_on: usize,
    /// Whose last certificate is signed without a network.
    pub(crate) offline_on: usize,
    /// Which is counted wrongly at first.
    pub(crate) miscounted_on: usize,
}

/// The numbers of DOMAIN 6.
pub(crate) const FULL: Numbers = Numbers {
    site: Site {
        to_cn: 331,
        to_vn: 49,
        to_th: 17,
        returned: 78,
        victims: [("CN", 29), ("VN", 6), ("TH", 4), ("MM", 18), ("LA", 5), ("KH", 12)],
        minors: 3,
        deferred: 7,
        unproven: 5,
        domestic: 36,
    },
    raid: Raid { handed_over: 131, domestic: 11, victims: 7 },
    weeks: Weeks {
        foreign: [("CN", 1_318), ("VN", 246), ("TH", 121), ("MM", 34), ("LA", 23)],
        domestic: 187,
        others: 212,
    },
    chain: Chain {
        manifests: 11,
        people: 500,
        rerouted: 118,
        refused: 61,
        deferred: 47,
        medical: 38,
        ill_on: 7,
        offline_on: 4,
        miscounted_on: 9,
    },
    indicators: Indicators {
        sites: 780_000,
        addresses: 36_500,
        sites_added: 26_000,
        addresses_added: 2_100,
        sites_withdrawn: 6_000,
        addresses_withdrawn: 600,
    },
};

/// The same story with few people, for tests: every day, every conflict, every refusal.
pub(crate) const SMALL: Numbers = Numbers {
    site: Site {
        to_cn: 4,
        to_vn: 3,
        to_th: 1,
        returned: 2,
        victims: [("CN", 2), ("VN", 1), ("TH", 1), ("MM", 1), ("LA", 1), ("KH", 1)],
        minors: 2,
        deferred: 1,
        unproven: 1,
        domestic: 2,
    },
    raid: Raid { handed_over: 3, domestic: 1, victims: 1 },
    weeks: FULL.weeks,
    chain: Chain {
        manifests: 3,
        people: 4,
        rerouted: 1,
        refused: 1,
        deferred: 1,
        medical: 1,
        ill_on: 2,
        offline_on: 1,
        miscounted_on: 3,
    },
    indicators: Indicators {
        sites: 780,
        addresses: 36,
        sites_added: 26,
        addresses_added: 5,
        sites_withdrawn: 6,
        addresses_withdrawn: 3,
    },
};

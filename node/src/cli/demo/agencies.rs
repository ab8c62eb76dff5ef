//! Who takes part in the demonstration, and where its officers sit.

/// One agency.
#[derive(Debug)]
pub(crate) struct Agency {
    /// Its id.
    pub(crate) id: &'static str,
    /// The State it acts for.
    pub(crate) party: &'static str,
    /// What people call it, by language.
    pub(crate) names: &'static [(&'static str, &'static str)],
    /// The desk that receives.
    pub(crate) desk: &'static str,
    /// The time zone of its officers.
    pub(crate) zone: &'static str,
    /// The officer who drafts, by staff number.
    pub(crate) officer: &'static str,
    /// The law that it relies on at home.
    pub(crate) law: &'static str,
}

/// Every agency there can be; a smaller federation takes the first ones.
pub(crate) const AGENCIES: [Agency; 12] = [
    Agency {
        id: "cn.mps",
        party: "CN",
        names: &[("en", "Ministry of Public Security"), ("zh-Hans", "公安部")],
        desk: "International Cooperation Bureau, duty desk",
        zone: "Asia/Shanghai",
        officer: "mps-110214",
        law: "Criminal Law of the PRC, article 266",
    },
    Agency {
        id: "kh.npc",
        party: "KH",
        names: &[("en", "Cambodian National Police"), ("km", "នគរបាលជាតិកម្ពុជា")],
        desk: "National Central Bureau, duty desk",
        zone: "Asia/Phnom_Penh",
        officer: "npc-5521",
        law: "Criminal Code of Cambodia, article 377",
    },
    Agency {
        id: "la.mps",
        party: "LA",
        names: &[
            ("en", "Ministry of Public Security of the Lao PDR"),
            ("lo", "ກະຊວງປ້ອງກັນຄວາມສະຫງົບ"),
        ],
        desk: "Anti-fraud task force, Bokeo",
        zone: "Asia/Vientiane",
        officer: "la-20417",
        law: "Penal Code of the Lao PDR, article 231",
    },
    Agency {
        id: "mm.mpf",
        party: "MM",
        names: &[("en", "Myanmar Police Force"), ("my", "မြန်မာနိုင်ငံရဲတပ်ဖွဲ့")],
        desk: "Transnational crime unit, duty desk",
        zone: "Asia/Yangon",
        officer: "mpf-3308",
        law: "Penal Code of Myanmar, section 420",
    },
    Agency {
        id: "th.rtp",
        party: "TH",
        names: &[("en", "Royal Thai Police"), ("th", "สำนักงานตำรวจแห่งชาติ")],
        desk: "Foreign Affairs Division, duty desk",
        zone: "Asia/Bangkok",
        officer: "rtp-77120",
        law: "Criminal Code of Thailand, section 343",
    },
    Agency {
        id: "vn.mps",
        party: "VN",
        names: &[("en", "Ministry of Public Security of Viet Nam"), ("vi", "Bộ Công an")],
        desk: "Foreign Relations Department, duty desk",
        zone: "Asia/Ho_Chi_Minh",
        officer: "bca-60931",
        law: "Criminal Code of Viet Nam, article 174",
    },
    Agency {
        id: "bn.rbpf",
        party: "BN",
        names: &[("en", "Royal Brunei Police Force")],
        desk: "National Central Bureau, duty desk",
        zone: "Asia/Brunei",
        officer: "rbpf-1042",
        law: "Penal Code of Brunei, section 420",
    },
    Agency {
        id: "id.polri",
        party: "ID",
        names: &[
            ("en", "Indonesian National Police"),
            ("id", "Kepolisian Negara Republik Indonesia"),
        ],
        desk: "International Relations Division, duty desk",
        zone: "Asia/Jakarta",
        officer: "polri-8819",
        law: "Criminal Code of Indonesia, article 378",
    },
    Agency {
        id: "my.pdrm",
        party: "MY",
        names: &[("en", "Royal Malaysia Police"), ("ms", "Polis Diraja Malaysia")],
        desk: "Commercial Crime Investigation Department, duty desk",
        zone: "Asia/Kuala_Lumpur",
        officer: "pdrm-4417",
        law: "Penal Code of Malaysia, section 420",
    },
    Agency {
        id: "ph.pnp",
        party: "PH",
        names: &[("en", "Philippine National Police")],
        desk: "Anti-Cybercrime Group, duty desk",
        zone: "Asia/Manila",
        officer: "pnp-2960",
        law: "Revised Penal Code of the Philippines, article 315",
    },
    Agency {
        id: "sg.spf",
        party: "SG",
        names: &[("en", "Singapore Police Force")],
        desk: "Anti-Scam Command, duty desk",
        zone: "Asia/Singapore",
        officer: "spf-7003",
        law: "Penal Code of Singapore, section 420",
    },
    Agency {
        id: "tl.pntl",
        party: "TL",
        names: &[
            ("en", "National Police of Timor-Leste"),
            ("pt", "Polícia Nacional de Timor-Leste"),
        ],
        desk: "Criminal investigation, duty desk",
        zone: "Asia/Dili",
        officer: "pntl-0612",
        law: "Penal Code of Timor-Leste, article 266",
    },
];

/// The first `count` agencies.
pub(crate) fn first(count: usize) -> Vec<&'static Agency> {
    AGENCIES.iter().take(count).collect()
}

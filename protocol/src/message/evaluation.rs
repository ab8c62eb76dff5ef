//! How far a source and what it said can be relied on.
//!
//! The scheme that was used is kept; another one is never written in its place, because they measure different things.

use crate::message::field;
use crate::message::field::choice;
use crate::message::field::record;
use crate::message::text::ListCode;
use crate::message::text::LocalizedText;

choice! {
    /// By which scheme. Source: DOMAIN 1.1.
    EvaluationScheme {
        /// 4×4: source A B C X, information 1 to 4.
        E4x4 = "4x4",
        /// Admiralty, 6×6: source A to F, information 1 to 6.
        Admiralty6x6 = "6x6",
        /// 3×5×2: source 1 to 3, information A to E.
        G3x5x2 = "3x5x2",
    }
}

impl EvaluationScheme {
    /// The codes for a source.
    pub const fn source_codes(self) -> &'static [&'static str] {
        match self {
            Self::E4x4 => &["A", "B", "C", "X"],
            Self::Admiralty6x6 => &["A", "B", "C", "D", "E", "F"],
            Self::G3x5x2 => &["1", "2", "3"],
        }
    }

    /// The codes for information.
    pub const fn info_codes(self) -> &'static [&'static str] {
        match self {
            Self::E4x4 => &["1", "2", "3", "4"],
            Self::Admiralty6x6 => &["1", "2", "3", "4", "5", "6"],
            Self::G3x5x2 => &["A", "B", "C", "D", "E"],
        }
    }

    /// The codes for information that is certain, or confirmed by others than its source.
    // spec: msgk-130
    pub const fn confirmed_codes(self) -> &'static [&'static str] {
        match self {
            Self::E4x4 => &["1", "3"],
            Self::Admiralty6x6 => &["1"],
            Self::G3x5x2 => &["B"],
        }
    }
}

record! {
    /// An evaluation. Source: DOMAIN 1.1, spec msgk-13.
    Evaluation {
        /// By which scheme.
        scheme: EvaluationScheme,
        /// How reliable the source is.
        source_code: ListCode,
        /// How good the information is.
        info_code: ListCode,
        /// Why these codes; never names the source.
        rationale: Option<LocalizedText>,
    }
    rules(at, faults) {
        // spec: msgk-13
        if let Some(scheme) = scheme {
            let pairs = [
                ("source_code", &source_code, scheme.source_codes()),
                ("info_code", &info_code, scheme.info_codes()),
            ];
            for (key, code, allowed) in pairs {
                if code.as_ref().is_some_and(|code| !allowed.contains(&code.as_str())) {
                    let _: Option<()> = field::bad_choice(&at.key(key), faults, allowed);
                }
            }
        }
    }
}

/// Whether an evaluation leaves what was told to rest on who told it: it is neither certain nor confirmed by others. What has
/// no code of its scheme says nothing. Source: spec msgk-130.
pub fn rests_on_its_source(evaluation: &Evaluation) -> bool {
    let code = evaluation.info_code.as_str();
    let scheme = evaluation.scheme;
    scheme.info_codes().contains(&code) && !scheme.confirmed_codes().contains(&code)
}

/// Whether an evaluation has codes of its scheme: what the rule between its fields says, for one that was not read as a
/// body. Source: spec msgk-13.
pub fn has_codes_of_its_scheme(evaluation: &Evaluation) -> bool {
    let scheme = evaluation.scheme;
    scheme.source_codes().contains(&evaluation.source_code.as_str())
        && scheme.info_codes().contains(&evaluation.info_code.as_str())
}

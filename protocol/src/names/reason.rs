//! What speaks for or against, in words, and what it comes to.

use crate::message::field::choice;

choice! {
    /// Something that speaks for or against two records being about one person, what weighs most first. Source: spec nam-22.
    Reason {
        /// A paper of one kind, State and number.
        SameDocument = "same-document",
        /// The same characters in the same order.
        SameCharacters = "same-characters",
        /// The same parts in another order.
        AnotherOrder = "same-parts-in-another-order",
        /// The same characters, simplified and traditional.
        SameVariants = "same-characters-in-variants",
        /// The same pinyin, tones left out.
        SamePinyin = "same-pinyin-without-tones",
        /// The same letters, marks left out.
        SameWithoutMarks = "same-letters-without-marks",
        /// Pinyin on one side, and on the other what Wade and Giles make of it.
        WadeGiles = "pinyin-and-wade-giles",
        /// A name in its script and one in Latin letters that sound alike.
        ScriptAgrees = "script-and-latin-sound-alike",
        /// Two spellings that sound alike.
        SoundAlike = "spellings-sound-alike",
        /// Every part of the shorter name stands in the longer one.
        PartOfOther = "parts-of-one-in-the-other",
        /// The name of a parent agrees.
        SameParent = "same-parent-name",
        /// Born on the same day, as near as the calendars say.
        SameBirth = "same-day-of-birth",
        /// The days on which they can be born have some in common.
        BirthsMeet = "births-can-be-the-same",
        /// A nationality in common.
        SameNationality = "nationality-in-common",
        /// The days on which they can be born have none in common.
        BirthsExclude = "births-exclude-each-other",
        /// No nationality in common.
        OtherNationality = "no-nationality-in-common",
        /// Female and male.
        OtherSex = "sexes-differ",
        /// A title was left out, or was taken for one.
        HonorificLeftOut = "honorific-left-out",
        /// The parts stand in another order.
        OrderDiffers = "order-differs",
        /// A record has more names or papers than are compared.
        LeftOut = "more-than-is-compared",
    }
}

/// Which way a reason points, and how much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearing {
    /// One paper in both.
    Document,
    /// For: names that are the same but for what writing takes away.
    Strong,
    /// For: names that may be the same.
    Weak,
    /// For, but nothing without a name.
    Beside,
    /// Against.
    Against,
    /// Against: it cannot be, if both records are right.
    Excludes,
    /// Neither: how a ground came about.
    Note,
}

impl Bearing {
    /// The bearing as it is written.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Document | Self::Strong | Self::Weak | Self::Beside => "for",
            Self::Against | Self::Excludes => "against",
            Self::Note => "note",
        }
    }
}

impl Reason {
    /// Which way it points.
    // spec: nam-21
    pub const fn bearing(self) -> Bearing {
        match self {
            Self::SameDocument => Bearing::Document,
            Self::SameCharacters
            | Self::AnotherOrder
            | Self::SameVariants
            | Self::SamePinyin
            | Self::SameWithoutMarks => Bearing::Strong,
            Self::WadeGiles | Self::ScriptAgrees | Self::SoundAlike | Self::PartOfOther => {
                Bearing::Weak
            }
            Self::SameParent | Self::SameBirth | Self::BirthsMeet | Self::SameNationality => {
                Bearing::Beside
            }
            Self::OtherNationality | Self::OtherSex => Bearing::Against,
            Self::BirthsExclude => Bearing::Excludes,
            Self::HonorificLeftOut | Self::OrderDiffers | Self::LeftOut => Bearing::Note,
        }
    }

    /// What it says to a person.
    pub const fn said(self) -> &'static str {
        match self {
            Self::SameDocument => "a paper of the same kind, State and number",
            Self::SameCharacters => "the same characters",
            Self::AnotherOrder => "the same parts, in another order",
            Self::SameVariants => "the same characters, one simplified and one traditional",
            Self::SamePinyin => "the same pinyin, tones left out",
            Self::SameWithoutMarks => "the same letters, marks left out",
            Self::WadeGiles => "agrees when one is read as Wade-Giles",
            Self::ScriptAgrees => "the name in its script and the one in Latin letters sound alike",
            Self::SoundAlike => "two spellings that sound alike",
            Self::PartOfOther => "every part of the shorter name stands in the longer one",
            Self::SameParent => "a parent's name agrees",
            Self::SameBirth => "born on the same day, as near as the calendars say",
            Self::BirthsMeet => "the days on which they can be born have some in common",
            Self::SameNationality => "a nationality in common",
            Self::BirthsExclude => "the days on which they can be born have none in common",
            Self::OtherNationality => "no nationality in common",
            Self::OtherSex => "one is female and one is male",
            Self::HonorificLeftOut => "a word that may be a title was left out",
            Self::OrderDiffers => "the parts stand in another order",
            Self::LeftOut => "a record has more names or papers than are compared",
        }
    }
}

choice! {
    /// What the grounds come to; never a decision. Source: spec nam-21.
    Grade {
        /// Both show one paper.
        SameDocument = "same-document",
        /// Names that are the same but for what writing takes away, and the day of birth or a parent.
        Likely = "likely",
        /// Names that may be the same.
        Possible = "possible",
        /// Nothing speaks for it.
        NoGround = "no-ground",
        /// It cannot be, if both records are right.
        Excluded = "excluded",
    }
}

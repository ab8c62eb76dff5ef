//! Shares of a root: any enough of them give it back, and whatever is wrong with them is told apart.

use concord_protocol::identity::root::RootKey;

use crate::keystore::share;
use crate::keystore::share::RecoverError;
use crate::keystore::share::SHARE_BYTES;
use crate::keystore::share::Scheme;
use crate::keystore::share::SchemeError;
use crate::keystore::share::Share;
use crate::keystore::share::ShareError;
use crate::keystore::share::paper;
use crate::keystore::share::paper::PaperError;
use crate::keystore::share::paper::QR_PREFIX;

const SEED: [u8; 32] = [7; 32];

#[test]
fn any_three_of_five_shares_give_the_root_back() {
    // shows: cus-5
    for a in 0..5 {
        for b in 0..5 {
            for c in 0..5 {
                if a != b && b != c && a != c {
                    let mut shares: Vec<Option<Share>> = five().into_iter().map(Some).collect();
                    let chosen = [a, b, c].map(|place| shares[place].take().unwrap());
                    assert_eq!(*share::recover(&chosen).unwrap(), SEED, "{a} {b} {c}");
                }
            }
        }
    }
    assert_eq!(*share::recover(&five()).unwrap(), SEED, "more than enough is enough");
}

#[test]
fn shares_are_those_that_the_scheme_gives() {
    // shows: cus-5
    let shares = split([9; 32], 2, 3);

    // With two of three, the three values of each byte lie on one line: f(3) from f(1) and f(2), and f(0) is the seed.
    for (place, seed) in SEED.into_iter().enumerate() {
        let [one, two, three] = [0, 1, 2].map(|which: usize| shares[which].value[place]);
        let slope = one ^ seed;
        assert_eq!(two, seed ^ times(slope, 2));
        assert_eq!(three, seed ^ times(slope, 3));
    }
}

#[test]
fn two_shares_of_three_say_nothing_about_the_seed() {
    // shows: cus-5
    let shares = five();
    let two = [&shares[0], &shares[1]];

    // For every value of a byte of the seed there is one third share that fits: none is more likely than another.
    for seed in 0..=255_u8 {
        let third = interpolate(&[(0, seed), (1, two[0].value[0]), (2, two[1].value[0])], 3);
        let back = interpolate(&[(1, two[0].value[0]), (2, two[1].value[0]), (3, third)], 0);
        assert_eq!(back, seed);
    }
}

#[test]
fn too_few_mixed_and_repeated_shares_are_each_told_apart() {
    // shows: cus-7
    let few: Vec<Share> = five().into_iter().take(2).collect();
    assert_eq!(share::recover(&few), Err(RecoverError::TooFew { threshold: 3, given: 2 }));
    assert_eq!(share::recover(&[]), Err(RecoverError::None));

    let twice: Vec<Share> = five().into_iter().take(2).chain(five().into_iter().take(1)).collect();
    assert_eq!(share::recover(&twice), Err(RecoverError::Twice { number: 1 }));

    let other_split = split([8; 32], 3, 5).into_iter().skip(2).take(1);
    let mixed: Vec<Share> = five().into_iter().take(2).chain(other_split).collect();
    assert_eq!(share::recover(&mixed), Err(RecoverError::Mixed { first: 1, second: 3 }));

    let mut wrong = five();
    wrong[1].value[0] ^= 1;
    assert_eq!(share::recover(&wrong[..3]), Err(RecoverError::OtherRoot));
}

#[test]
fn a_share_comes_back_from_its_words_and_from_its_line() {
    // shows: cus-6
    for share in five() {
        let (words, line) = (paper::words(&share), paper::line(&share));

        let typed: Vec<&str> =
            words.split_whitespace().filter(|word| word.parse::<u32>().is_err()).collect();
        assert_eq!(typed.len(), 35);
        let expected = share.to_bytes();
        for text in [
            words.as_str(),
            line.as_str(),
            &typed.join(" ").to_uppercase(),
            &format!("# a note with strange words\n{}\n{}", words.as_str(), line.as_str()),
        ] {
            assert_eq!(paper::read(text).unwrap().to_bytes(), expected, "{text}");
        }
        assert!(
            line.bytes().all(|c| b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:".contains(&c))
        );
        assert_eq!(line.len(), QR_PREFIX.len() + 76);
    }
}

#[test]
fn what_was_misread_is_named() {
    // shows: cus-6
    let share = &five()[0];
    let (words, line) = (paper::words(share), paper::line(share));
    let first = words.split_whitespace().nth(1).unwrap();
    let refused = |text: &str| paper::read(text).map(|_| ()).unwrap_err();

    assert_eq!(refused(""), PaperError::Empty);
    assert_eq!(refused("# only a note"), PaperError::Empty);
    let strange = words.replacen(first, "concordat", 1);
    assert_eq!(refused(&strange), PaperError::Word { place: 1, word: "concordat".to_owned() });
    let other = if first == "about" { "above" } else { "about" };
    assert_eq!(refused(&words.replacen(first, other, 1)), PaperError::Share(ShareError::Checksum));
    assert_eq!(refused(&words.replacen(first, "", 1)), PaperError::Count { found: 34 });
    assert_eq!(refused(&line[..line.len() - 1]), PaperError::Line);
    assert_eq!(refused(&line.replace(QR_PREFIX, "CONCORD-SHARE:1")), PaperError::Line);
    let both = format!("{}\n{}", words.as_str(), paper::line(&five()[1]).as_str());
    assert_eq!(refused(&both), PaperError::Contradiction);
}

#[test]
fn every_changed_byte_of_a_share_is_noticed() {
    // shows: cus-6
    let bytes = five()[0].to_bytes();
    assert_eq!(bytes.len(), SHARE_BYTES);
    for at in 0..bytes.len() {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1;
        assert_eq!(Share::from_bytes(&changed).map(|_| ()), Err(ShareError::Checksum), "byte {at}");
    }
    let short = Share::from_bytes(&bytes[1..]).map(|_| ());
    assert_eq!(short, Err(ShareError::Length { len: SHARE_BYTES - 1 }));
}

#[test]
fn a_scheme_is_read_as_it_is_said() {
    assert_eq!(Scheme::parse("3-of-5"), Ok(Scheme { threshold: 3, count: 5 }));
    assert_eq!(Scheme::parse("2-of-2"), Ok(Scheme { threshold: 2, count: 2 }));
    for text in ["1-of-5", "0-of-0", "6-of-5", "3-of-17", "3of5", "3-of-", "", "-3-of-5"] {
        assert_eq!(Scheme::parse(text), Err(SchemeError), "{text}");
    }
}

#[test]
fn a_share_is_silent_and_names_its_root() {
    let share = &five()[0];

    assert_eq!(format!("{share:?}"), "Share");
    let fingerprint = RootKey::from_seed(&SEED).public().fingerprint();
    assert_eq!(share.root(), &fingerprint.as_bytes()[..4]);
}

fn five() -> Vec<Share> {
    split([9; 32], 3, 5)
}

fn split(chance: [u8; 32], threshold: u8, count: u8) -> Vec<Share> {
    share::split(&SEED, Scheme { threshold, count }, &chance)
}

/// Multiplication in GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1, as chapter 17 says it.
fn times(mut a: u8, mut b: u8) -> u8 {
    let mut product = 0;
    while b != 0 {
        if b & 1 == 1 {
            product ^= a;
        }
        let carry = a & 0x80 != 0;
        a <<= 1;
        if carry {
            a ^= 0x1d;
        }
        b >>= 1;
    }
    product
}

fn divide(a: u8, b: u8) -> u8 {
    (0..=255).find(|quotient| times(*quotient, b) == a).unwrap()
}

/// The value at `at` of the polynomial through some points.
fn interpolate(points: &[(u8, u8)], at: u8) -> u8 {
    points.iter().fold(0, |sum, (x, y)| {
        let others = points.iter().filter(|(other, _)| other != x);
        sum ^ others.fold(*y, |term, (other, _)| times(term, divide(at ^ other, x ^ other)))
    })
}

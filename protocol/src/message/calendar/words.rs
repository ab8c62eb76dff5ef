//! The words of dates: names of months in seven languages, and what may stand beside a number.
//!
//! Sources: CLDR `ca-gregorian` of en, th, lo, km and my (wide and abbreviated) for the months of the sun, with two spellings
//! that papers have beside it; for those of the Myanmar era the names of its own almanacs.

use crate::message::partial_date::Calendar;

/// Names of months of the sun, in English, Thai, Lao, Khmer and Burmese; each in lower case, the longer before the shorter.
const MONTHS: [&[&str]; 12] = [
    &["january", "jan", "มกราคม", "ม.ค.", "ມັງກອນ", "ມ.ກ.", "មករា", "ဇန်နဝါရီ", "ဇန်"],
    &["february", "feb", "กุมภาพันธ์", "ก.พ.", "ກຸມພາ", "ກ.ພ.", "កុម្ភៈ", "កុម្ភះ", "ဖေဖော်ဝါရီ", "ဖေ"],
    &["march", "mar", "มีนาคม", "มี.ค.", "ມີນາ", "ມ.ນ.", "មីនា", "မတ်"],
    &["april", "apr", "เมษายน", "เม.ย.", "ເມສາ", "ມ.ສ.", "មេសា", "ဧပြီ", "ဧ"],
    &["may", "พฤษภาคม", "พ.ค.", "ພຶດສະພາ", "ພ.ພ.", "ឧសភា", "မေ"],
    &["june", "jun", "มิถุนายน", "มิ.ย.", "ມິຖຸນາ", "ມິ.ຖ.", "មិថុនា", "ဇွန်"],
    &["july", "jul", "กรกฎาคม", "ก.ค.", "ກໍລະກົດ", "ກ.ລ.", "កក្កដា", "ဇူလိုင်", "ဇူ"],
    &["august", "aug", "สิงหาคม", "ส.ค.", "ສິງຫາ", "ສ.ຫ.", "សីហា", "ဩဂုတ်", "သြဂုတ်", "ဩ"],
    &["september", "sep", "กันยายน", "ก.ย.", "ກັນຍາ", "ກ.ຍ.", "កញ្ញា", "စက်တင်ဘာ", "စက်"],
    &["october", "oct", "ตุลาคม", "ต.ค.", "ຕຸລາ", "ຕ.ລ.", "តុលា", "အောက်တိုဘာ", "အောက်"],
    &["november", "nov", "พฤศจิกายน", "พ.ย.", "ພະຈິກ", "ພ.ຈ.", "វិច្ឆិកា", "နိုဝင်ဘာ", "နို"],
    &["december", "dec", "ธันวาคม", "ธ.ค.", "ທັນວາ", "ທ.ວ.", "ធ្នូ", "ဒီဇင်ဘာ", "ဒီ"],
];

/// Names of the months of the Myanmar era, in the order of [`MOONS`](super::eras::MOONS); the longer before the shorter.
const MOON_NAMES: [&[&str]; 16] = [
    &["တန်ခူး", "tagu"],
    &["ကဆုန်", "kason"],
    &["နယုန်", "nayon"],
    &["ပထမဝါဆို", "ပဝါဆို", "first waso"],
    &["ဒုတိယဝါဆို", "ဒုဝါဆို", "second waso"],
    &["ဝါဆို", "waso"],
    &["ဝါခေါင်", "wagaung"],
    &["တော်သလင်း", "tawthalin"],
    &["သီတင်းကျွတ်", "thadingyut"],
    &["တန်ဆောင်မုန်း", "tazaungmon"],
    &["နတ်တော်", "nadaw"],
    &["ပြာသို", "pyatho"],
    &["တပို့တွဲ", "tabodwe"],
    &["တပေါင်း", "tabaung"],
    &["နှောင်းတန်ခူး", "late tagu"],
    &["နှောင်းကဆုန်", "late kason"],
];

/// Words for *month*: a number behind one is the month.
const MONTH_WORDS: &[&str] = &["tháng", "เดือน", "ເດືອນ", "ខែ"];

/// Words for *day* and *year* that say no more than the place of the number does; the longer before the shorter.
const BESIDE: &[&str] =
    &["ngày", "năm", "วันที่", "ปี", "ວັນທີ", "ປີ", "ថ្ងៃទី", "ថ្ងៃ", "ឆ្នាំ", "ရက်နေ့", "ရက်", "ခုနှစ်", "ခု"];

/// What stands behind the month of a Burmese date: *month*, and in which half of the moon the day lies.
const HALVES: &[&str] = &["လပြည့်ကျော်", "လပြည့်နေ့", "လပြည့်", "လဆန်း", "လဆုတ်", "လကွယ်နေ့", "လကွယ်", "လ"];

/// What may stand beside the year and says no more than the calendar does.
pub(super) const fn era_words(calendar: Calendar) -> &'static [&'static str] {
    match calendar {
        Calendar::Gregorian => {
            &["ค.ศ.", "คริสต์ศักราช", "ຄ.ສ.", "គ.ស.", "ခရစ်နှစ်", "公历", "公元", "ad", "ce"]
        }
        Calendar::BuddhistTh => &["พุทธศักราช", "พ.ศ.", "b.e.", "be"],
        Calendar::BuddhistKh => &["ព.ស.", "b.e.", "be"],
        Calendar::BuddhistLa => &["ພ.ສ.", "b.e.", "be"],
        Calendar::BuddhistMm => &["သာသနာနှစ်", "b.e.", "be"],
        Calendar::MyanmarEra => &["မြန်မာသက္ကရာဇ်", "သက္ကရာဇ်", "ခုနှစ်", "m.e.", "me"],
        Calendar::ChineseLunar => &["农历", "農曆", "阴历", "陰曆", "旧历", "舊曆"],
    }
}

/// The month of the sun that a text begins with the name of, and what stands behind it.
pub(super) fn sun_month(text: &str) -> Option<(u8, &str)> {
    named(&MONTHS, text).and_then(|(place, behind)| Some((place.checked_add(1)?, behind)))
}

/// The month of the Myanmar era that a text begins with the name of, by its place from 0, and what stands behind it.
pub(super) fn moon(text: &str) -> Option<(u8, &str)> {
    named(&MOON_NAMES, text)
}

/// What stands behind a word for *month*.
pub(super) fn behind_month_word(text: &str) -> Option<&str> {
    behind(MONTH_WORDS, text)
}

/// What stands behind a word that says nothing of its own.
pub(super) fn behind_filler(text: &str) -> Option<&str> {
    behind(BESIDE, text).or_else(|| behind(HALVES, text))
}

fn behind<'t>(words: &[&str], text: &'t str) -> Option<&'t str> {
    words.iter().find_map(|word| text.strip_prefix(word))
}

/// A name ends where no letter follows, or one of the words that Burmese puts behind it without a blank.
fn named<'t>(names: &[&[&str]], text: &'t str) -> Option<(u8, &'t str)> {
    (0_u8..).zip(names).find_map(|(place, names)| {
        let behind = names.iter().find_map(|name| text.strip_prefix(name))?;
        let goes_on = behind.chars().next().is_some_and(char::is_alphabetic);
        (!goes_on || behind_filler(behind).is_some()).then_some((place, behind))
    })
}

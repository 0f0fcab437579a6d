//! The conformance statement of de-identification (PS3.15 section E.1): a profile in, Markdown out,
//! made from the tables and rules that an instance is cleaned by.

use std::fmt::{self, Write};

use dicom::core::dictionary::VirtualVr;

use super::content_table::{self, ItemAction};
use super::options::ProfileOption;
use super::preview::keyword;
use super::private;
use super::profile::{Deed, Profile, Selector, ShiftUnit};
use super::record;
use super::rules::{self, Action, Rule, Rules};
use super::table::{ActionCode, EDITION, Row, table};
use crate::dataset::{Tag, VR};

/// The statement for a profile.
pub fn conformance_statement(profile: Profile) -> String {
    let rules = Rules::new(profile);
    let mut text = String::new();
    write(&rules, &mut text).expect("a string takes every text");
    text
}

fn write(rules: &Rules, to: &mut String) -> fmt::Result {
    heading(&rules.profile, to)?;
    what_is_claimed(&rules.profile, to)?;
    values(&rules.profile, to)?;
    overrides(&rules.profile, to)?;
    listed(rules, to)?;
    unlisted(rules, to)?;
    if rules.options().has(ProfileOption::CleanStructured) {
        content_items(rules, to)?;
    }
    if rules.options().has(ProfileOption::RetainSafePrivate) {
        safe_private(to)?;
    }
    Ok(())
}

fn heading(profile: &Profile, to: &mut String) -> fmt::Result {
    writeln!(to, "# De-identification: conformance statement\n")?;
    writeln!(to, "Sauva {}, PS3.15 {EDITION}, annex E.\n", env!("CARGO_PKG_VERSION"))?;
    let options = profile.options.to_string();
    let options = if options.is_empty() { "none" } else { &options };
    writeln!(to, "Profile: {}. Options: {options}.\n", profile.name)
}

fn what_is_claimed(profile: &Profile, to: &mut String) -> fmt::Result {
    writeln!(to, "## What instances say of themselves\n")?;
    writeln!(to, "- Patient Identity Removed (0012,0062): YES.")?;
    writeln!(
        to,
        "- De-identification Method (0012,0063): `{}`, after what earlier tools wrote.",
        record::method(profile)
    )?;
    writeln!(
        to,
        "- Longitudinal Temporal Information Modified (0028,0303): {}.",
        profile.temporal_information().term()
    )?;
    writeln!(to, "- De-identification Method Code Sequence (0012,0064), of CID 7050:\n")?;
    for (code, meaning) in record::claims(profile) {
        writeln!(to, "  - ({code}, DCM, \"{meaning}\")")?;
    }
    if profile.is_weakened() {
        writeln!(
            to,
            "\nThe profile keeps more than the standard's: the Basic Profile is not claimed."
        )?;
    }
    let absent = ProfileOption::all().filter(|option| !profile.options.has(*option));
    let absent: Vec<_> = absent.map(|option| option.code().1).collect();
    writeln!(to, "\nNot chosen: {}.", absent.join("; "))?;
    writeln!(
        to,
        "\nNot offered: Clean Recognizable Visual Features Option. Images of heads from which a face could \
         be made are marked in the index.\n"
    )?;
    let pixels = if profile.options.has(ProfileOption::CleanPixels) {
        "Clean Pixel Data: areas that rules by device, ultrasound regions (0018,6011) or a detector of text \
         name are set to black in all frames, or in those that a rule names: in the coded blocks of \
         sequential JPEG, else in decoded samples that are coded without a loss. All other samples stay as \
         they came. (113101, DCM, \"Clean Pixel Data Option\") and Burned In Annotation (0028,0301) NO are \
         claimed by instances that were searched without a doubt, or of which a rule says that they show \
         nothing, and by no others. Images of screens, films, labels and ultrasound about which it is unsure, \
         and images that say that they show text where none is found, are refused."
    } else {
        "Pixels are not changed. Instances whose Burned In Annotation (0028,0301) has a value other than NO, \
         and images of the kinds that may show text in which a detector finds some, are refused."
    };
    writeln!(to, "{pixels}\n")
}

fn values(profile: &Profile, to: &mut String) -> fmt::Result {
    writeln!(to, "## Values\n")?;
    writeln!(
        to,
        "- UIDs: `2.25.` and 96 bits of HMAC-SHA-256 of the old one under the key, with a keyed mark of 32 \
         bits; the same in all instances. Well-known frames of reference and UIDs of classes stay.\n\
         - Patient ID: 32 hexadecimal digits, made like UIDs of ID and issuer, without padding and case; of the Study Instance UID where there is no ID. Patient's Name follows from it.\n\
         - Dummies: `REMOVED` for text, 19000101 and 000000 for dates and times, zeros for numbers, \
         (REMOVED, 99SAUVA) for codes. X/Z, X/D and the like go by the attribute's type in the IOD of \
         the SOP class (PS3.3).\n\
         - Ages over 089Y become 090Y.\n\
         - Text that is kept or cleaned loses addresses, and every value of an identifying attribute \
         of the same instance wherever it stands in it."
    )?;
    if profile.options.has(ProfileOption::RetainModifiedDates) {
        let unit = match profile.date_shift {
            ShiftUnit::Days => "days",
            ShiftUnit::Weeks => "weeks",
        };
        writeln!(
            to,
            "- Dates move back by 1 day to 10 years, in whole {unit}: a keyed number, the same for all \
             of a patient. Times of day and offsets from UTC stay. What is no date is not kept."
        )?;
    }
    writeln!(to)
}

fn overrides(profile: &Profile, to: &mut String) -> fmt::Result {
    if profile.overrides.is_empty() {
        return Ok(());
    }
    writeln!(to, "## Departures from the table\n\n| # | attribute | what is done | why |")?;
    writeln!(to, "|---|---|---|---|")?;
    for (at, departure) in profile.overrides.iter().enumerate() {
        let attribute = match &departure.selector {
            Selector::Tag(number) => {
                let tag = Tag((number >> 16) as u16, *number as u16);
                format!("{tag} {}", keyword(tag))
            }
            Selector::Private(creator, group, element) => {
                format!("({group:04X},xx{element:02X}) of {}", creator.replace('|', "\\|"))
            }
        };
        let done = deed(departure.deed);
        let reason = departure.reason.replace('|', "\\|").replace('\n', " ");
        writeln!(to, "| {} | {attribute} | {done} | {reason} |", at + 1)?;
    }
    writeln!(to)
}

fn deed(deed: Deed) -> &'static str {
    match deed {
        Deed::Keep => "kept",
        Deed::Clean => "cleaned",
        Deed::Shift => "dates moved",
        Deed::ReplaceUid => "new UIDs",
        Deed::Remove => "removed",
        Deed::Empty => "emptied",
        Deed::Dummy => "dummy",
    }
}

fn listed(rules: &Rules, to: &mut String) -> fmt::Result {
    writeln!(to, "## Attributes of Table E.1-1\n")?;
    writeln!(to, "| tag | attribute | Basic Profile | options | what is done |")?;
    writeln!(to, "|---|---|---|---|---|")?;
    let mut rows: Vec<(Tag, &Row)> = table().rows().collect();
    rows.sort_by_key(|(tag, _)| *tag);
    for (tag, row) in rows {
        let done = done(rules.rule(tag));
        writeln!(to, "| {tag} | {} | {} | {} | {done} |", row.name, row.basic, options(row))?;
    }
    for (group, row) in table().groups() {
        let done = match group {
            "PRIVATE" if rules.options().has(ProfileOption::RetainSafePrivate) => {
                "removed, unless safe: see below"
            }
            "PRIVATE" if rules.profile.has_private_overrides() => {
                "removed, but for the departures above"
            }
            _ => "removed",
        };
        writeln!(to, "| {group} | {} | {} | {} | {done} |", row.name, row.basic, options(row))?;
    }
    writeln!(to)
}

fn options(row: &Row) -> String {
    let cells = row.cells().map(|(option, cell)| format!("{} {cell}", option.name()));
    cells.collect::<Vec<_>>().join(", ")
}

/// What a rule does, in words.
fn done(rule: Rule) -> &'static str {
    match rule.action {
        Action::Code => match rule.code {
            ActionCode::X => "removed; emptied or dummy where the IOD needs it",
            ActionCode::D => "dummy",
            ActionCode::Z | ActionCode::ZOrD => "emptied; dummy where the IOD needs a value",
            ActionCode::U => "new UIDs",
            ActionCode::XOrZ | ActionCode::XOrD | ActionCode::XOrZOrD | ActionCode::XOrZOrU => {
                "removed, emptied or dummy, as the IOD needs"
            }
        },
        Action::Keep => "kept; sequences by item",
        Action::Clean => "reduced to known words; sequences by item",
        Action::Shift => "dates moved",
        Action::Content => "content items by their concept",
        Action::Graphics => "shapes kept, text by its rules",
        Action::ColourProfile => "colours kept, text removed",
        Action::ReplaceUid => "new UIDs",
        Action::PatientId | Action::PatientName => "pseudonym",
    }
}

/// VRs with a rule of their own.
const KINDS: [VR; 13] = [
    VR::AE,
    VR::DA,
    VR::DT,
    VR::TM,
    VR::PN,
    VR::LT,
    VR::ST,
    VR::UT,
    VR::UR,
    VR::OB,
    VR::UN,
    VR::UI,
    VR::LO,
];

fn unlisted(rules: &Rules, to: &mut String) -> fmt::Result {
    writeln!(to, "## Attributes that the table does not list\n")?;
    writeln!(
        to,
        "Attributes that PS3.6 does not know, private ones that are not safe, and groups 60xx and 50xx \
         are removed. Others of the standard go by their VR:\n\n| VR | what is done |\n|---|---|"
    )?;
    for vr in KINDS {
        let rule = rules::of_vr(vr, rules.options());
        writeln!(to, "| {} | {} |", vr.to_string(), done(rule))?;
    }
    writeln!(to, "| others | kept |\n\nBesides, by name:\n\n| tag | attribute | what is done |")?;
    writeln!(to, "|---|---|---|")?;
    for (tag, code) in rules::BESIDE_THE_TABLE {
        let rule = Rule { vr: Some(VirtualVr::Exact(VR::LO)), code, ..rules.rule(tag) };
        writeln!(to, "| {tag} | {} | {} |", keyword(tag), done(rule))?;
    }
    let ends = rules::BY_HAND.join(", ");
    writeln!(to, "\nShort text whose keyword ends in {ends} is reduced to known words.\n")
}

fn content_items(rules: &Rules, to: &mut String) -> fmt::Result {
    writeln!(to, "## Content items of Table E.3.4-1\n")?;
    writeln!(to, "| code | meaning | value type | Basic Profile | what is done |")?;
    writeln!(to, "|---|---|---|---|---|")?;
    let mut rows: Vec<_> = content_table::rows().iter().collect();
    rows.sort_by_key(|(concept, _)| *concept);
    for ((scheme, code), of_concept) in rows {
        for row in of_concept {
            let action = content_table::item_action(scheme, code, &row.value_type, rules.options());
            let done = match action {
                ItemAction::Remove => "removed",
                ItemAction::Dummy => "dummy",
                ItemAction::Keep => "kept",
                ItemAction::Clean | ItemAction::Unlisted => "reduced to known words",
                ItemAction::Shift => "dates moved",
            };
            let (meaning, kind, basic) = (&row.meaning, &row.value_type, row.basic);
            writeln!(to, "| ({code}, {scheme}) | {meaning} | {kind} | {basic} | {done} |")?;
        }
    }
    writeln!(
        to,
        "\nOther content items: names and text as above, references and UIDs replaced, dates as the \
         options say, codes of published schemes and numbers kept.\n"
    )
}

fn safe_private(to: &mut String) -> fmt::Result {
    writeln!(to, "## Private attributes that are safe\n")?;
    writeln!(
        to,
        "From Table E.3.10-1 and the list of The Cancer Imaging Archive, by creator; those that an \
         instance vouches for in (0008,0300) as well. Names of persons, and bytes of OB, OW and UN, \
         never stay.\n\n| creator | attribute | VR | what is done |\n|---|---|---|---|"
    )?;
    for ((creator, group, element), safe) in private::safe_attributes() {
        let vr = safe.vr.map_or("", VR::to_string);
        let done = deed(safe.deed);
        writeln!(to, "| {creator} | ({group:04X},xx{element:02X}) | {vr} | {done} |")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(name: &str) -> String {
        conformance_statement(Profile::load(name).unwrap())
    }

    #[test]
    fn every_row_of_the_table_is_told() {
        let basic = statement("basic");
        let rows =
            basic.lines().filter(|line| line.starts_with("| (") && line.matches('|').count() == 6);
        assert_eq!(rows.count(), 653);
        for group in ["50XXXXXX", "60XX3000", "60XX4000", "PRIVATE"] {
            assert!(basic.contains(&format!("| {group} |")), "{group}");
        }
        assert!(basic.contains("| (0010,0020) | Patient ID | Z/D |  | pseudonym |"), "{basic}");
        assert!(basic.contains("(113100, DCM,"));
        assert!(!basic.contains("E.3.4-1"));
    }

    #[test]
    fn what_is_chosen_is_claimed() {
        let research = statement("research");
        assert!(research.contains("(113107, DCM,"));
        assert!(research.contains("| dates moved |"));
        assert_eq!(research.matches("| ItemAction").count(), 0);
        let items = research.split("Content items of Table E.3.4-1").nth(1).unwrap();
        assert_eq!(items.lines().filter(|line| line.starts_with("| (")).count(), 214);
    }

    #[test]
    fn departures_are_told_with_their_reasons() {
        assert!(statement("strict").contains("Rare models point at one site."));
        let kept = "name = \"own\"\nedition = \"2026d\"\n[[override]]\ntag = \"AccessionNumber\"\n\
                    action = \"keep\"\nreason = \"a test\"\n";
        let own = conformance_statement(crate::deident::profile_file::parse_own(kept).unwrap());
        assert!(own.contains("not claimed") && !own.contains("(113100"));
    }
}

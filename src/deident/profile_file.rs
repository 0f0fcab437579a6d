//! A profile as a file: TOML in, a profile out, or what is wrong with which entry.

use dicom::core::dictionary::{DataDictionary, DataDictionaryEntry, VirtualVr};
use dicom::dictionary_std::{StandardDataDictionary, tags};
use serde::Deserialize;

use super::options::{Options, ProfileOption};
use super::profile::{Deed, Override, Profile, ProfileError, Selector, ShiftUnit};
use super::rules::{STRUCTURAL_UIDS, dictionary_vr, is_removed_whole};
use super::table::{EDITION, parse_tag};
use crate::dataset::{Tag, VR};

/// The file as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    edition: String,
    #[serde(default)]
    retain: Vec<String>,
    #[serde(default)]
    clean: Vec<String>,
    date_shift: Option<ShiftUnit>,
    #[serde(default, rename = "override")]
    overrides: Vec<WrittenOverride>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenOverride {
    tag: String,
    creator: Option<String>,
    action: Deed,
    reason: String,
}

/// A profile of somebody's own.
pub(super) fn parse_own(text: &str) -> Result<Profile, ProfileError> {
    let profile = parse(text)?;
    match profile.name.to_lowercase().as_str() {
        "basic" | "research" | "strict" => Err(ProfileError::Name(profile.name)),
        _ => Ok(profile),
    }
}

/// A profile as it is written in a file.
pub(super) fn parse(text: &str) -> Result<Profile, ProfileError> {
    let Written { name, edition, retain, clean, date_shift, overrides } =
        toml::from_str(text).map_err(|error| form(text, &error))?;
    if edition != EDITION {
        return Err(ProfileError::Edition(edition));
    }
    let named = |names: &[String], by: fn(&str) -> Result<ProfileOption, String>| {
        let each = names
            .iter()
            .map(|name| by(name).map_err(|reason| ProfileError::Option(name.clone(), reason)));
        each.collect::<Result<Vec<_>, _>>()
    };
    let mut options = named(&retain, ProfileOption::retained)?;
    options.extend(named(&clean, ProfileOption::cleaned)?);
    let mut checked: Vec<Override> = Vec::new();
    for (at, written) in overrides.into_iter().enumerate() {
        let wrong = |reason| ProfileError::Override(at + 1, reason);
        let departure = check(written).map_err(wrong)?;
        if checked.iter().any(|earlier| earlier.selector == departure.selector) {
            return Err(wrong("an earlier override speaks of the same attribute"));
        }
        checked.push(departure);
    }
    let options = Options::new(options)?;
    let profile = Profile { name, options, date_shift: ShiftUnit::default(), overrides: checked };
    profile.with([], date_shift)
}

/// What is wrong and where; never the line itself, which may be one of any file.
fn form(text: &str, error: &toml::de::Error) -> ProfileError {
    let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
    ProfileError::Form(format!("line {line}: {}", error.message()))
}

/// Attributes that no override may touch: the identity under which the output is written, what is said of
/// the de-identification, and how the text and the pixels are coded.
const FIXED: [Tag; 21] = [
    tags::SPECIFIC_CHARACTER_SET,
    tags::PATIENT_ID,
    tags::PATIENT_NAME,
    tags::SOP_CLASS_UID,
    tags::SOP_INSTANCE_UID,
    tags::STUDY_INSTANCE_UID,
    tags::SERIES_INSTANCE_UID,
    tags::PATIENT_IDENTITY_REMOVED,
    tags::DEIDENTIFICATION_METHOD,
    tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE,
    tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED,
    tags::SAMPLES_PER_PIXEL,
    tags::PHOTOMETRIC_INTERPRETATION,
    tags::PLANAR_CONFIGURATION,
    tags::NUMBER_OF_FRAMES,
    tags::ROWS,
    tags::COLUMNS,
    tags::BITS_ALLOCATED,
    tags::BITS_STORED,
    tags::HIGH_BIT,
    tags::PIXEL_REPRESENTATION,
];

fn check(written: WrittenOverride) -> Result<Override, &'static str> {
    let WrittenOverride { tag, creator, action, reason } = written;
    if reason.trim().is_empty() {
        return Err("`reason` is empty: say why, for whoever reads the profile next");
    }
    let digits: String = tag.chars().filter(char::is_ascii_alphanumeric).collect();
    let selector = if let Some(creator) = creator {
        let number = parse_tag(&digits.to_lowercase().replace("xx", "00"))
            .filter(|tag| !tag.0.is_multiple_of(2) && tag.1 <= 0xFF)
            .ok_or("`tag` of a private attribute is written (GGGG,xxEE), with an odd group")?;
        if creator.trim().is_empty() {
            return Err("`creator` is empty: a private attribute is known by it");
        }
        Selector::Private(creator.trim().to_owned(), number.0, number.1 as u8)
    } else {
        let named = StandardDataDictionary.by_name(&tag).map(DataDictionaryEntry::tag);
        let tag = named
            .or_else(|| parse_tag(&digits))
            .ok_or("`tag` is neither (GGGG,EEEE) nor a keyword of PS3.6")?;
        if !tag.0.is_multiple_of(2) {
            return Err("`creator` is missing: a private attribute is known by it");
        }
        if FIXED.contains(&tag) {
            return Err("this attribute says who or how the output is, and cannot be overridden");
        }
        if is_removed_whole(tag) {
            return Err("attributes of this group are always removed");
        }
        fits(action, tag)?;
        Selector::Tag(u32::from(tag.0) << 16 | u32::from(tag.1))
    };
    Ok(Override { selector, deed: action, reason })
}

/// Whether something can be done with the values of an attribute.
fn fits(deed: Deed, tag: Tag) -> Result<(), &'static str> {
    let vr = match dictionary_vr(tag) {
        Some(VirtualVr::Exact(vr)) => vr,
        Some(_) => VR::UN,
        None => return Err("PS3.6 knows no such attribute, and those are always removed"),
    };
    match deed {
        Deed::Clean
            if !matches!(
                vr,
                VR::CS | VR::LO | VR::LT | VR::SH | VR::SQ | VR::ST | VR::UC | VR::UT
            ) =>
        {
            Err("`clean` is for text and sequences: this attribute holds neither")
        }
        Deed::Shift if !matches!(vr, VR::DA | VR::DT | VR::TM) => {
            Err("`shift` is for dates and times: this attribute holds none")
        }
        Deed::Dummy if vr == VR::UI || tag == tags::ENCAPSULATED_DOCUMENT => Err(
            "no dummy can be made for this attribute: `replace-uid` is for UIDs, `remove` for others",
        ),
        Deed::ReplaceUid if STRUCTURAL_UIDS.contains(&tag) => {
            Err("this UID names a class or a scheme, and no instance")
        }
        Deed::ReplaceUid if vr != VR::UI => {
            Err("`replace-uid` is for UIDs: this attribute holds none")
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rest: &str) -> String {
        format!("name = \"own\"\nedition = \"{EDITION}\"\n{rest}")
    }

    fn entry(tag: &str, action: &str) -> String {
        format!("[[override]]\ntag = \"{tag}\"\naction = \"{action}\"\nreason = \"a test\"\n")
    }

    #[test]
    fn overrides_go_by_tag_keyword_and_private_creator() {
        let private = entry("(0019,xx0C)", "keep") + "creator = \"MAKER\"\n";
        let text = entry("SliceThickness", "remove") + &entry("(0018,0088)", "empty") + &private;
        let profile = parse_own(&file(&text)).unwrap();
        assert_eq!(profile.override_of(tags::SLICE_THICKNESS), Some((0, Deed::Remove)));
        assert_eq!(profile.override_of(tags::SPACING_BETWEEN_SLICES), Some((1, Deed::Empty)));
        assert_eq!(profile.override_of_private("MAKER", 0x0019, 0x0C), Some(Deed::Keep));
        assert!(profile.is_weakened());
    }

    #[test]
    fn what_is_wrong_is_said() {
        let error = |text: &str| parse_own(text).unwrap_err().to_string();
        let wrong = |tag: &str, action: &str| error(&file(&entry(tag, action)));
        assert!(error("name = \"x\"").contains("edition"));
        assert!(error("name = \"x\"\nedition = \"2020a\"").contains("2020a"));
        assert!(error(&file("retain = [\"all\"]")).contains("full-dates"));
        assert!(error(&file("keep = []")).contains("keep"));
        let both = file("retain = [\"full-dates\", \"modified-dates\"]");
        assert!(error(&both).contains("exclude"));
        assert!(error(&file("").replace("own", "Basic")).contains("another name"));
        assert!(wrong("PatientID", "keep").contains("cannot be overridden"));
        assert!(wrong("Rows", "remove").contains("cannot be overridden"));
        assert!(wrong("NoSuchKeyword", "keep").contains("override 1"));
        assert!(wrong("(0009,1001)", "keep").contains("creator"));
        assert!(wrong("(6000,3000)", "keep").contains("always removed"));
        assert!(wrong("(0018,FFFF)", "keep").contains("no such attribute"));
        assert!(wrong("PatientBirthDate", "clean").contains("`clean` is for text"));
        assert!(wrong("AccessionNumber", "replace-uid").contains("for UIDs"));
        assert!(wrong("AccessionNumber", "shift").contains("for dates"));
        assert!(wrong("FrameOfReferenceUID", "dummy").contains("no dummy"));
        assert!(wrong("CodingSchemeUID", "replace-uid").contains("no instance"));
        assert!(error(&file("date_shift = \"weeks\"")).contains("modified-dates"));
        let twice = entry("KVP", "keep") + &entry("(0018,0060)", "remove");
        assert!(error(&file(&twice)).contains("override 2"));
        assert!(
            error(&file(&(entry("(0019,xx0C)", "keep") + "creator = \" \""))).contains("empty")
        );
    }

    #[test]
    fn a_file_of_another_kind_is_not_repeated() {
        let error = parse_own("Doe Jane,19620403,QX77\n").unwrap_err().to_string();
        assert!(error.contains("line 1") && !error.contains("Doe") && !error.contains("QX77"));
    }
}

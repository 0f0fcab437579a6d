//! What an instance says of its own de-identification (PS3.15 section E.1.1 and tables E.3.*): only what
//! really ran is claimed, and what earlier tools claimed stays.

use dicom::dictionary_std::tags;

use super::options::ProfileOption;
use super::profile::{Profile, TemporalInformation};
use crate::dataset::{DataSet, VR};

/// The profile as it is named in De-identification Method (0012,0063).
pub const METHOD: &str = "Sauva: PS3.15 Basic Application Level Confidentiality";

/// What is named where a profile keeps more than the standard's.
const OWN_METHOD: &str = "Sauva: PS3.15 actions with exceptions";

/// The name of a profile's method.
pub(super) fn method(profile: &Profile) -> &'static str {
    if profile.is_weakened() { OWN_METHOD } else { METHOD }
}

/// Whether a value of De-identification Method is this program's.
pub(super) fn is_method(value: &str) -> bool {
    [METHOD, OWN_METHOD].contains(&value)
}

/// CID 7050 "De-identification Method" (PS3.16).
const BASIC_PROFILE: (&str, &str) = ("113100", "Basic Application Confidentiality Profile");

/// Says in a cleaned data set that the profile ran.
pub(super) fn record(data_set: &mut DataSet, profile: &Profile) {
    data_set.put_text(tags::PATIENT_IDENTITY_REMOVED, VR::CS, "YES");
    let before = data_set.bytes(tags::DEIDENTIFICATION_METHOD).cloned().unwrap_or_default();
    let before = String::from_utf8_lossy(&before);
    let own = method(profile);
    let method = match before.trim() {
        "" => own.to_owned(),
        before if before.split('\\').any(|method| method.trim() == own) => before.to_owned(),
        before => format!("{before}\\{own}"),
    };
    data_set.put_text(tags::DEIDENTIFICATION_METHOD, VR::LO, &method);
    put_codes(data_set, claims(profile));
    // Dates that an earlier tool moved or removed are not as they were, even where they stay now.
    let term = match data_set.text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED) {
        Some("MODIFIED") if keeps_dates(profile) => "MODIFIED",
        Some("REMOVED") if keeps_dates(profile) => "REMOVED",
        _ => profile.temporal_information().term(),
    };
    data_set.put_text(tags::LONGITUDINAL_TEMPORAL_INFORMATION_MODIFIED, VR::CS, term);
}

/// Says in a cleaned data set that its pixels show no identity any more (PS3.15 section E.3.1).
pub fn claim_clean_pixels(data_set: &mut DataSet) {
    data_set.put_text(tags::BURNED_IN_ANNOTATION, VR::CS, "NO");
    put_codes(data_set, [ProfileOption::CleanPixels.code()]);
}

/// Says in a cleaned data set that its pixels show text, whatever it said when it came, and whoever claimed to
/// have cleaned them.
pub fn admit_text(data_set: &mut DataSet) {
    data_set.put_text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES");
    let (code, _) = ProfileOption::CleanPixels.code();
    let claims = data_set.sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).unwrap_or_default();
    let others = claims.iter().filter(|item| item.text(tags::CODE_VALUE) != Some(code));
    let others: Vec<DataSet> = others.cloned().collect();
    if others.len() < claims.len() {
        data_set.put_sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, others);
    }
}

fn put_codes(
    data_set: &mut DataSet,
    claims: impl IntoIterator<Item = (&'static str, &'static str)>,
) {
    let mut codes = data_set
        .sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE)
        .map_or_else(Vec::new, <[DataSet]>::to_vec);
    for (code, meaning) in claims {
        let is_it = |item: &DataSet| {
            item.text(tags::CODE_VALUE) == Some(code)
                && item.text(tags::CODING_SCHEME_DESIGNATOR) == Some("DCM")
        };
        match codes.iter_mut().find(|item| is_it(item)) {
            Some(item) => *item = code_item(code, meaning),
            None => codes.push(code_item(code, meaning)),
        }
    }
    data_set.put_sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE, codes);
}

fn keeps_dates(profile: &Profile) -> bool {
    profile.temporal_information() == TemporalInformation::Unmodified
}

/// The codes that every instance may claim. A profile that keeps more than the standard's is not the
/// standard's, and whether pixels were cleaned is known of each instance alone.
pub(super) fn claims(profile: &Profile) -> Vec<(&'static str, &'static str)> {
    let basic = (!profile.is_weakened()).then_some(BASIC_PROFILE);
    let options = profile.options.iter().filter(|option| *option != ProfileOption::CleanPixels);
    basic.into_iter().chain(options.map(ProfileOption::code)).collect()
}

fn code_item(code: &str, meaning: &str) -> DataSet {
    let mut item = DataSet::new();
    item.put_text(tags::CODE_VALUE, VR::SH, code);
    item.put_text(tags::CODING_SCHEME_DESIGNATOR, VR::SH, "DCM");
    item.put_text(tags::CODE_MEANING, VR::LO, meaning);
    item
}

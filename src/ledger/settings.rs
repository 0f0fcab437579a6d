//! The settings that an output was begun with. A later try with others would make a tree of two
//! kinds, so it is refused with the difference named.

use serde::{Deserialize, Serialize};

use crate::crop::By;
use crate::deident::Profile;
use crate::encode::Verify;
use crate::redact::PixelRisk;

/// What decides about the bytes of an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The form of the journal.
    pub journal: u32,
    /// The version of the program.
    pub version: String,
    /// Whether inputs were measured as they are.
    #[serde(default)]
    pub measures_only: bool,
    /// `--codec`.
    pub codec: String,
    /// `--verify`.
    pub verify: Verify,
    /// The rules of de-identification: `--profile`, `--retain`, `--clean`, `--date-shift`.
    pub profile: Profile,
    /// `--pixel-risk`.
    pub pixel_risk: PixelRisk,
    /// A keyed digest of the rules for pixels, which may name places.
    pub pixel_rules: String,
    /// `--crop`.
    #[serde(default)]
    pub crop: Option<By>,
    /// `--crop-images`.
    #[serde(default)]
    pub crop_images: bool,
    /// The edition of PS3.15 that its table is of.
    pub edition: String,
    /// `--max-depth`.
    pub max_depth: usize,
    /// Tells keys apart without telling the key.
    pub key_fingerprint: String,
    /// The keyed name of the input folder.
    pub input_id: String,
}

/// The form of the journal that this version writes; another one when [`super::Line`] or anything in
/// it changes.
pub const JOURNAL_FORM: u32 = 7;

impl Settings {
    /// The first difference that matters, as a sentence with what to do; `None` where there is none.
    pub fn difference(&self, now: &Self) -> Option<String> {
        if self.key_fingerprint != now.key_fingerprint {
            // Names under another key cannot be compared.
            return Some("another key than now: give --key-file the key it was begun with".into());
        }
        let options = |it: &Self| format!("`{}`", it.profile.options);
        let pixel_risk = |it: &Self| it.pixel_risk.name().to_owned();
        let crop = |it: &Self| it.crop.map_or("nothing", By::name).to_owned();
        let is_made = |it: &Self| if it.crop_images { "given" } else { "not given" }.to_owned();
        let version = |it: &Self| format!("{} (journal {})", it.version, it.journal);
        let command = |it: &Self| if it.measures_only { "stats" } else { "run" }.to_owned();
        let rows = [
            ("the command", command(self), command(now)),
            ("sauva", version(self), version(now)),
            ("--codec", self.codec.clone(), now.codec.clone()),
            ("--verify", self.verify.name().to_owned(), now.verify.name().to_owned()),
            ("--profile", self.profile.name.clone(), now.profile.name.clone()),
            ("--retain and --clean", options(self), options(now)),
            ("--pixel-risk", pixel_risk(self), pixel_risk(now)),
            ("--crop", crop(self), crop(now)),
            ("--crop-images", is_made(self), is_made(now)),
            ("PS3.15", self.edition.clone(), now.edition.clone()),
            ("--max-depth", self.max_depth.to_string(), now.max_depth.to_string()),
        ];
        if self.profile != now.profile && rows.iter().all(|(_, then, now)| then == now) {
            return Some("other overrides or another --date-shift in its profile than now".into());
        }
        if self.pixel_rules != now.pixel_rules && rows.iter().all(|(_, then, now)| then == now) {
            return Some("other --pixel-rules than now".into());
        }
        let differs = rows.into_iter().find(|(_, then, now)| then != now);
        differs.map(|(what, then, now)| format!("{what} {then}, not {now}")).or_else(|| {
            (self.input_id != now.input_id)
                .then(|| "another --input than now: give the folder it was begun with".into())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deident::ProfileOption;

    #[test]
    fn the_difference_is_named() {
        let then = Settings {
            journal: JOURNAL_FORM,
            version: "1".into(),
            measures_only: false,
            codec: "jpeg-ls".into(),
            verify: Verify::Full,
            profile: Profile::basic(),
            pixel_risk: PixelRisk::Quarantine,
            pixel_rules: "c".into(),
            crop: Some(By::Body),
            crop_images: false,
            edition: "2026d".into(),
            max_depth: 32,
            key_fingerprint: "a".into(),
            input_id: "b".into(),
        };
        assert_eq!(then.difference(&then), None);
        let now = Settings { codec: "native".into(), ..then.clone() };
        assert_eq!(then.difference(&now).unwrap(), "--codec jpeg-ls, not native");
        let now = Settings { crop: None, ..then.clone() };
        assert_eq!(then.difference(&now).unwrap(), "--crop body, not nothing");
        let profile = Profile::basic().with([ProfileOption::RetainUids], None).unwrap();
        let now = Settings { profile, ..then.clone() };
        assert_eq!(then.difference(&now).unwrap(), "--retain and --clean ``, not `retain uids`");
        let now = Settings { pixel_rules: "z".into(), ..then.clone() };
        assert_eq!(then.difference(&now).unwrap(), "other --pixel-rules than now");
        let now = Settings { key_fingerprint: "z".into(), ..now };
        assert!(then.difference(&now).unwrap().contains("another key"));
        let now = Settings { input_id: "z".into(), ..then.clone() };
        assert!(then.difference(&now).unwrap().contains("--input"));
    }
}

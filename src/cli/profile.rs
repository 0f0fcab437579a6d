//! Which rules of de-identification were typed.

use clap::Args;

use crate::config::ConfigError;
use crate::deident::{Profile, ProfileOption, ShiftUnit};

/// Which rules of de-identification are chosen (PS3.15 annex E).
#[derive(Debug, Clone, Args)]
pub struct ProfileArgs {
    /// Rules of de-identification. basic: the Basic Application Level Confidentiality Profile.
    /// research: with modified dates, patient characteristics, device, cleaned descriptions and
    /// reports. strict: basic, and less. Or a TOML file with rules of your own.
    #[arg(long, value_name = "NAME|FILE", default_value = "basic")]
    pub profile: String,
    /// What is kept beyond the profile: uids, device, institution, patient, full-dates,
    /// modified-dates (moved by a secret number of days, the same for all of a patient),
    /// safe-private.
    #[arg(long, value_name = "OPTION,..", value_delimiter = ',', value_parser = ProfileOption::retained)]
    pub retain: Vec<ProfileOption>,
    /// What is cleaned and kept, instead of removed: descriptors (text reduced to known words),
    /// structured (reports, item by item), graphics (annotations of presentation states), pixels (text in
    /// images, covered).
    #[arg(long, value_name = "OPTION,..", value_delimiter = ',', value_parser = ProfileOption::cleaned)]
    pub clean: Vec<ProfileOption>,
    /// In what steps modified dates move. weeks keeps the day of the week.
    #[arg(long, value_enum, value_name = "UNIT")]
    pub date_shift: Option<ShiftUnit>,
}

impl ProfileArgs {
    /// The profile with all that was asked for.
    pub fn resolve(self) -> Result<Profile, ConfigError> {
        let Self { profile, retain, clean, date_shift } = self;
        let profile = Profile::load(&profile).map_err(ConfigError::Profile)?;
        let options = retain.into_iter().chain(clean);
        profile.with(options, date_shift).map_err(ConfigError::Profile)
    }
}

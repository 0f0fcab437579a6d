//! How the features of a region are computed: what a user may choose.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How the features of a region are computed (IBSI manual chapter 2).
///
/// The text form is words such as `interpolation=trilinear:1 resegment=-500:400 outliers=3 discretisation=fbs:25
/// ivh=fbn:1000`, of which all but `discretisation` may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Voxels to be made isotropic; `None` keeps those of the image.
    pub interpolation: Option<Interpolation>,
    /// The intensities, both ends included, outside which voxels leave the intensity mask.
    pub resegment: Option<[f64; 2]>,
    /// Voxels farther than so many standard deviations from the mean leave the intensity mask.
    pub outliers_sigma: Option<f64>,
    /// From intensities to grey levels.
    pub discretisation: Discretisation,
    /// The steps of the intensity-volume histogram; `None` for steps of 1 where all intensities are whole numbers
    /// and else for 1000 bins.
    pub ivh: Option<Discretisation>,
}

impl Default for Settings {
    fn default() -> Self {
        let discretisation = Discretisation::FixedBinNumber(32);
        Self {
            interpolation: None,
            resegment: None,
            outliers_sigma: None,
            discretisation,
            ivh: None,
        }
    }
}

/// Interpolation to isotropic voxels. The text form is such as `trilinear:1`, `nearest:0.5:in-plane` or
/// `trilinear:2:in-plane:round`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interpolation {
    /// The distance of the new voxels, mm.
    pub spacing_mm: f64,
    /// How intensities are interpolated. The mask is always interpolated trilinearly.
    pub method: Method,
    /// Only within slices, whose distance stays.
    pub in_plane: bool,
    /// Round interpolated intensities to whole numbers, as the manual does for CT.
    pub round: bool,
}

/// How intensities are interpolated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// From the eight voxels around, linearly.
    Trilinear,
    /// That of the nearest voxel.
    Nearest,
}

/// From intensities to grey levels (IBSI manual section 2.7). The text form is such as `fbn:32`, `fbs:25`,
/// `fbs:25:-1000` or `none`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Discretisation {
    /// So many bins from the smallest to the greatest intensity of the region.
    FixedBinNumber(u32),
    /// Bins of one width.
    FixedBinSize {
        /// The width of a bin, in units of the intensity.
        width: f64,
        /// Where the first bin begins; intensities below it count to the first bin. `None` for the lower end of
        /// the resegmentation, without which for the smallest intensity of the region.
        from: Option<f64>,
    },
    /// The intensities are levels, whole numbers from 1.
    AsIs,
}

/// Settings that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadSetting(String);

impl Settings {
    /// Refuses what the text form would refuse.
    ///
    /// # Errors
    /// Where a number is out of its range.
    pub fn check(&self) -> Result<(), BadSetting> {
        if let Some(interpolation) = &self.interpolation {
            interpolation.check()?;
        }
        if let Some([from, to]) =
            self.resegment.filter(|[from, to]| from.partial_cmp(to).is_none_or(Ordering::is_gt))
        {
            return Err(BadSetting(format!(
                "the range {from}:{to} of the resegmentation is empty"
            )));
        }
        if let Some(sigma) = self.outliers_sigma.filter(|sigma| !positive(*sigma)) {
            return Err(BadSetting(format!("{sigma} standard deviations: more than 0 are needed")));
        }
        self.discretisation.check()?;
        self.ivh.map_or(Ok(()), |ivh| ivh.check())
    }
}

impl Interpolation {
    fn check(&self) -> Result<(), BadSetting> {
        let spacing = self.spacing_mm;
        let message = || BadSetting(format!("voxels of {spacing} mm: more than 0 are needed"));
        positive(spacing).then_some(()).ok_or_else(message)
    }
}

impl Discretisation {
    fn check(&self) -> Result<(), BadSetting> {
        match *self {
            Self::FixedBinNumber(n) if n == 0 || n > u32::from(u16::MAX) => {
                Err(BadSetting(format!("{n} bins: from 1 to {} are possible", u16::MAX)))
            }
            Self::FixedBinSize { width, .. } if !positive(width) => {
                Err(BadSetting(format!("bins {width} wide: more than 0 is needed")))
            }
            Self::FixedBinSize { from: Some(from), .. } if !from.is_finite() => {
                Err(BadSetting(format!("bins from {from}: a finite number is needed")))
            }
            _ => Ok(()),
        }
    }
}

fn positive(number: f64) -> bool {
    number > 0.0 && number.is_finite()
}

fn number(text: &str) -> Result<f64, BadSetting> {
    let number = text.parse().ok().filter(|number: &f64| !number.is_nan());
    number.ok_or_else(|| BadSetting(format!("{text:?} is no number")))
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(interpolation) = self.interpolation {
            write!(f, "interpolation={interpolation} ")?;
        }
        if let Some([from, to]) = self.resegment {
            write!(f, "resegment={from}:{to} ")?;
        }
        if let Some(sigma) = self.outliers_sigma {
            write!(f, "outliers={sigma} ")?;
        }
        write!(f, "discretisation={}", self.discretisation)?;
        self.ivh.map_or(Ok(()), |ivh| write!(f, " ivh={ivh}"))
    }
}

impl FromStr for Settings {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let mut settings = Self::default();
        for word in text.split_whitespace() {
            let unknown = || BadSetting(format!("{word:?} is no setting of the features"));
            match word.split_once('=').ok_or_else(unknown)? {
                ("interpolation", value) => settings.interpolation = Some(value.parse()?),
                ("resegment", value) => {
                    let no_range = || BadSetting(format!("{value:?} is no range such as -500:400"));
                    let (from, to) = value.split_once(':').ok_or_else(no_range)?;
                    settings.resegment = Some([number(from)?, number(to)?]);
                }
                ("outliers", value) => settings.outliers_sigma = Some(number(value)?),
                ("discretisation", value) => settings.discretisation = value.parse()?,
                ("ivh", value) => settings.ivh = Some(value.parse()?),
                _ => return Err(unknown()),
            }
        }
        settings.check()?;
        Ok(settings)
    }
}

impl fmt::Display for Interpolation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = match self.method {
            Method::Trilinear => "trilinear",
            Method::Nearest => "nearest",
        };
        let in_plane = if self.in_plane { ":in-plane" } else { "" };
        let round = if self.round { ":round" } else { "" };
        write!(f, "{method}:{}{in_plane}{round}", self.spacing_mm)
    }
}

impl FromStr for Interpolation {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let bad = || {
            BadSetting(format!(
                "{text:?} is no interpolation such as trilinear:1 or nearest:2:in-plane:round"
            ))
        };
        let mut words = text.split(':');
        let method = match words.next() {
            Some("trilinear") => Method::Trilinear,
            Some("nearest") => Method::Nearest,
            _ => return Err(bad()),
        };
        let spacing_mm = number(words.next().ok_or_else(bad)?)?;
        let (in_plane, round) = match (words.next(), words.next(), words.next()) {
            (None, ..) => (false, false),
            (Some("in-plane"), None, _) => (true, false),
            (Some("round"), None, _) => (false, true),
            (Some("in-plane"), Some("round"), None) => (true, true),
            _ => return Err(bad()),
        };
        let interpolation = Self { spacing_mm, method, in_plane, round };
        interpolation.check().map(|()| interpolation)
    }
}

impl fmt::Display for Discretisation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FixedBinNumber(n) => write!(f, "fbn:{n}"),
            Self::FixedBinSize { width, from: None } => write!(f, "fbs:{width}"),
            Self::FixedBinSize { width, from: Some(from) } => write!(f, "fbs:{width}:{from}"),
            Self::AsIs => write!(f, "none"),
        }
    }
}

impl FromStr for Discretisation {
    type Err = BadSetting;

    fn from_str(text: &str) -> Result<Self, BadSetting> {
        let bad = || {
            BadSetting(format!(
                "{text:?} is no discretisation: fbn:32, fbs:25, fbs:25:-1000 or none"
            ))
        };
        let words: Vec<&str> = text.split(':').collect();
        let discretisation = match words[..] {
            ["none"] => Self::AsIs,
            ["fbn", n] => Self::FixedBinNumber(n.parse().map_err(|_| bad())?),
            ["fbs", width] => Self::FixedBinSize { width: number(width)?, from: None },
            ["fbs", width, from] => {
                Self::FixedBinSize { width: number(width)?, from: Some(number(from)?) }
            }
            _ => return Err(bad()),
        };
        discretisation.check().map(|()| discretisation)
    }
}

impl TryFrom<String> for Interpolation {
    type Error = BadSetting;

    fn try_from(text: String) -> Result<Self, BadSetting> {
        text.parse()
    }
}

impl From<Interpolation> for String {
    fn from(interpolation: Interpolation) -> Self {
        interpolation.to_string()
    }
}

impl TryFrom<String> for Discretisation {
    type Error = BadSetting;

    fn try_from(text: String) -> Result<Self, BadSetting> {
        text.parse()
    }
}

impl From<Discretisation> for String {
    fn from(discretisation: Discretisation) -> Self {
        discretisation.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_form_prints_as_it_was_read() {
        for text in [
            "discretisation=fbn:32",
            "interpolation=trilinear:1 resegment=-500:400 outliers=3 discretisation=fbs:25 ivh=fbn:1000",
            "interpolation=nearest:0.1:in-plane discretisation=fbs:0.1:-1000",
            "interpolation=trilinear:2:round resegment=0:inf discretisation=none ivh=fbs:2.5",
            "interpolation=trilinear:2:in-plane:round discretisation=fbn:1",
        ] {
            let settings: Settings = text.parse().unwrap();
            assert_eq!(settings.to_string(), text);
            if settings.resegment.is_none_or(|range| range[1].is_finite()) {
                let json = serde_json::to_string(&settings).unwrap();
                assert_eq!(serde_json::from_str::<Settings>(&json).unwrap(), settings);
            }
        }
        assert_eq!("".parse::<Settings>(), Ok(Settings::default()));
    }

    #[test]
    fn what_cannot_be_is_refused_and_named() {
        for (text, reason) in [
            ("discretisation=fbn:0", "0 bins: from 1 to 65535 are possible"),
            ("discretisation=fbs:-2", "bins -2 wide: more than 0 is needed"),
            ("discretisation=fbs:NaN", "\"NaN\" is no number"),
            ("discretisation=fbs:1:inf", "bins from inf: a finite number is needed"),
            ("interpolation=trilinear:0", "voxels of 0 mm: more than 0 are needed"),
            (
                "interpolation=cubic:1",
                "\"cubic:1\" is no interpolation such as trilinear:1 or nearest:2:in-plane:round",
            ),
            ("resegment=400:-500", "the range 400:-500 of the resegmentation is empty"),
            ("resegment=400", "\"400\" is no range such as -500:400"),
            ("outliers=0", "0 standard deviations: more than 0 are needed"),
            ("bins=3", "\"bins=3\" is no setting of the features"),
        ] {
            assert_eq!(text.parse::<Settings>().unwrap_err().to_string(), reason);
        }
        assert!("fbn:1:2".parse::<Discretisation>().is_err());
        assert!(serde_json::from_str::<Discretisation>("\"fbn\"").is_err());
    }
}

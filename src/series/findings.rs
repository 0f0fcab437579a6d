//! The row of a series: its members in, what they say together out.

use serde::{Deserialize, Serialize};

use super::member::Member;
use super::neighbours::{alike, in_order, mean_jumps};
use super::order::{ascending, median, repetitions, saturated};
use super::stack::Stack;

/// What is found of a series; the fields are the columns of its table. The checks of its geometry are
/// those of NCI Imaging Data Commons, by its names; where they come from and what they tolerate stands
/// in `stack` and `spacing`. `None` where a check has no meaning or lacks what it needs: localizers,
/// multi-frame instances, attributes that are missing or no numbers, and of what compares slices also
/// single images.
#[derive(Serialize, Deserialize, Clone, Debug, Default, PartialEq)]
pub struct SeriesFindings {
    /// Instances of the series.
    pub instances: u32,
    /// Frames of all its images.
    pub frames: u64,
    /// All have the same Image Orientation (Patient).
    pub single_orientation: Option<bool>,
    /// Rows and columns are orthogonal and their directions of unit length: the cross product's
    /// length is 1 to [`super::ORIENTATION_TOLERANCE`].
    pub orthogonal_orientation: Option<bool>,
    /// No two slices lie at one place along the normal.
    pub unique_slice_positions: Option<bool>,
    /// Positions agree along the rows to [`super::IN_PLANE_TOLERANCE_MM`].
    pub consistent_in_plane_row: Option<bool>,
    /// Positions agree along the columns to [`super::IN_PLANE_TOLERANCE_MM`]: not with a tilted
    /// gantry.
    pub consistent_in_plane_col: Option<bool>,
    /// All have the same Pixel Spacing.
    pub consistent_pixel_spacing: Option<bool>,
    /// All images have the same Rows and Columns.
    pub consistent_image_dimensions: Option<bool>,
    /// Each interval between slices is the span divided by their number less one, to
    /// [`super::SPACING_TOLERANCE`] of it.
    pub uniform_slice_spacing: Option<bool>,
    /// All of the checks above.
    pub regularly_spaced_3d_volume: Option<bool>,
    /// The angle from the normal to the nearest axis of the patient, degrees.
    pub obliquity_degrees: Option<f64>,
    /// The mean distance of neighbouring slices that do not lie at one place, mm.
    pub slice_spacing_mean_mm: Option<f64>,
    /// The standard deviation of these distances over all of them, mm.
    pub slice_spacing_sd_mm: Option<f64>,
    /// The distance that most neighbours have to [`super::MODE_TOLERANCE`] of it, mm; `None` where
    /// there is no such majority.
    pub slice_spacing_mode_mm: Option<f64>,
    /// The greatest of these distances, mm.
    pub gap_max_mm: Option<f64>,
    /// Slice Thickness where all agree, mm.
    pub slice_thickness_mm: Option<f64>,
    /// Slices for which there is room: a gap of about k times the commonest distance lacks k - 1.
    pub missing_slices: Option<u32>,
    /// Slices at the place of one before.
    pub duplicate_slices: Option<u32>,
    /// Whole numbers between the least and the greatest Instance Number that no instance has.
    pub missing_instance_numbers: Option<u32>,
    /// Instances with an Instance Number that another one has.
    pub duplicate_instance_numbers: Option<u32>,
    /// Instances with exactly the samples of another one.
    pub identical_slices: u32,
    /// Slices that differ from the one before, but in no more than 4 bits of the difference hash.
    pub alike_slices: Option<u32>,
    /// Steps from a slice's mean to the next one's that lie more than 5 median absolute deviations
    /// from the median step; `None` of fewer than 8 slices. Slices are ordered by position, or where
    /// that is not known by Instance Number.
    pub mean_jumps: Option<u32>,
    /// The median noise of its images, in output units.
    pub median_noise: Option<f64>,
}

impl SeriesFindings {
    /// What these members say together, in whatever order they come.
    pub fn of(members: &[Member]) -> Self {
        let stack = Stack::of(members);
        let mut findings = Self {
            instances: saturated(members.len()),
            frames: members.iter().map(|member| u64::from(member.frames)).sum(),
            consistent_image_dimensions: consistent_dimensions(members),
            slice_thickness_mm: common_thickness(members),
            identical_slices: repetitions(members.iter().filter_map(|m| m.pixel_digest)),
            median_noise: median(&ascending(members.iter().filter_map(|m| m.noise))),
            ..Self::default()
        };
        if let Some(stack) = &stack {
            stack.describe(&mut findings);
        }
        if let Some(numbers) = InstanceNumbers::of(members) {
            findings.missing_instance_numbers = Some(numbers.missing);
            findings.duplicate_instance_numbers = Some(numbers.duplicates);
        }
        if let Some(members) = in_order(members, stack.and_then(|stack| stack.positions())) {
            findings.mean_jumps = mean_jumps(&members);
            findings.alike_slices = alike(&members);
        }
        findings
    }
}

/// Of fewer than two images nothing is said.
fn consistent_dimensions(members: &[Member]) -> Option<bool> {
    let mut images = members.iter().filter(|member| member.frames > 0);
    let first = images.next()?;
    let mut others = images.peekable();
    others.peek()?;
    Some(others.all(|other| (other.rows, other.columns) == (first.rows, first.columns)))
}

fn common_thickness(members: &[Member]) -> Option<f64> {
    let first = members.first()?.slice_thickness_mm.filter(|mm| mm.is_finite())?;
    members.iter().all(|member| member.slice_thickness_mm == Some(first)).then_some(first + 0.0)
}

struct InstanceNumbers {
    missing: u32,
    duplicates: u32,
}

impl InstanceNumbers {
    /// `None` where a member has no number: what lacks cannot be told then.
    fn of(members: &[Member]) -> Option<Self> {
        let numbers: Vec<i64> = members.iter().map(|m| m.instance_number).collect::<Option<_>>()?;
        let span = i128::from(*numbers.iter().max()?) - i128::from(*numbers.iter().min()?) + 1;
        let all = numbers.len() as i128;
        let duplicates = repetitions(numbers);
        let distinct = all - i128::from(duplicates);
        Some(Self { missing: saturated(span - distinct), duplicates })
    }
}

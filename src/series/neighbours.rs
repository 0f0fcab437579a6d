//! Slices that follow each other: jumps of their means, and those that look alike.

use super::member::Member;
use super::order::{ascending, median, saturated};

/// A mean jumps where the step from the slice before lies farther from the median step than this many
/// median absolute deviations.
const JUMP_MADS: f64 = 5.0;

/// Fewer steps than this have no usual size: 8 slices. Our choice, as for cohorts.
const MIN_STEPS: usize = 7;

/// Two images look alike up to this many differing bits of their difference hashes.
const ALIKE_BITS: u32 = 4;

/// Members in the order in which they lie, by their `positions` along the normal, mm, or where there
/// are none by their Instance Numbers; `None` where there are none either, or members have frames of
/// their own.
pub(super) fn in_order<'a>(
    members: &'a [Member],
    positions: Option<Vec<f64>>,
) -> Option<Vec<&'a Member>> {
    if members.iter().any(|member| member.frames != 1) {
        return None;
    }
    if positions.is_none() && members.iter().any(|member| member.instance_number.is_none()) {
        return None;
    }
    let positions = positions.unwrap_or_else(|| vec![0.0; members.len()]);
    let mut placed: Vec<(f64, &Member)> = positions.into_iter().zip(members).collect();
    placed.sort_by(|(place, member), (other_place, other)| {
        let key = |member: &'a Member| {
            let mean = member.mean.map(f64::to_bits);
            (
                member.instance_number,
                &member.sop_instance_uid,
                mean,
                member.pixel_digest,
                member.dhash64,
            )
        };
        place.total_cmp(other_place).then_with(|| key(member).cmp(&key(other)))
    });
    Some(placed.into_iter().map(|(_, member)| member).collect())
}

/// Less than this share of the largest mean is no jump.
const ROUNDING: f64 = 1e-9;

/// How often the mean jumps from a slice to the next; `None` of too few slices.
pub(super) fn mean_jumps(in_order: &[&Member]) -> Option<u32> {
    let step = |pair: &[&Member]| Some(pair[1].mean? - pair[0].mean?);
    let steps = ascending(in_order.windows(2).filter_map(step));
    if steps.len() < MIN_STEPS {
        return None;
    }
    let usual = median(&steps)?;
    let distance = |step: &f64| (step - usual).abs();
    let mad = median(&ascending(steps.iter().map(distance)))?;
    // Steps that are alike differ in the last digits of the means.
    let largest =
        in_order.iter().filter_map(|member| member.mean).fold(0.0, |a: f64, b| a.max(b.abs()));
    let fence = JUMP_MADS * mad + ROUNDING * largest;
    Some(saturated(steps.iter().filter(|&step| distance(step) > fence).count()))
}

/// How many slices look like the one before without being equal to it; `None` where no two can be
/// compared. Thin slices are alike by nature: these are candidates.
pub(super) fn alike(in_order: &[&Member]) -> Option<u32> {
    let is_alike = |pair: &[&Member]| {
        let bits = (pair[0].dhash64? ^ pair[1].dhash64?).count_ones();
        Some(bits <= ALIKE_BITS && pair[0].pixel_digest? != pair[1].pixel_digest?)
    };
    let compared: Vec<bool> = in_order.windows(2).filter_map(is_alike).collect();
    (!compared.is_empty()).then(|| saturated(compared.iter().filter(|&&alike| alike).count()))
}

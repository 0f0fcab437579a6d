//! Differences between samples and their predictions, modulo 2^16: the category of each, and the bits
//! that tell it from the others of its category (T.81 section H.1.2.2, Table H.2).

/// How many categories there are: 0 to 16.
pub(super) const CATEGORIES: usize = 17;

/// The category of 32,768, the only difference of its own, behind which no bits stand.
pub(super) const LAST_CATEGORY: u32 = 16;

/// The category (SSSS) of a difference: the bits of its absolute value.
#[inline(always)]
pub(super) fn category(difference: u16) -> u32 {
    16 - (difference as i16).unsigned_abs().leading_zeros()
}

/// How many bits stand behind the code of a category.
#[inline(always)]
pub(super) fn extra_bits(category: u32) -> u32 {
    if category == LAST_CATEGORY { 0 } else { category }
}

/// The bits behind the code: the lowest of the difference, less one where it is negative.
#[inline(always)]
pub(super) fn extra(difference: u16, category: u32) -> u32 {
    let is_negative = difference >> 15;
    let mask = (1 << extra_bits(category)) - 1;
    u32::from(difference.wrapping_sub(is_negative)) & mask
}

/// The difference of a category and the bits behind its code.
#[inline(always)]
pub(super) fn from_extra(category: u32, extra: u32) -> u16 {
    match category {
        0 => 0,
        LAST_CATEGORY => 0x8000,
        // The lower half of a category is negative.
        _ if extra >> (category - 1) == 0 => (extra + 1).wrapping_sub(1 << category) as u16,
        _ => extra as u16,
    }
}

/// How many differences there are of each category; none is of more than `bits`.
#[inline(always)]
pub(super) fn count_categories(differences: &[u16], bits: u32) -> [u64; CATEGORIES] {
    // Counted are those that reach a category: a sum for each, without a look at single ones.
    let mut reached = [0; CATEGORIES + 1];
    reached[0] = differences.len() as u64;
    for some in differences.chunks(u16::MAX.into()) {
        for category in 1..=bits {
            let least = 1 << (category - 1);
            let is_reached = |difference: &u16| (*difference as i16).unsigned_abs() >= least;
            let count: u16 = some.iter().map(|difference| u16::from(is_reached(difference))).sum();
            reached[category as usize] += u64::from(count);
        }
    }
    std::array::from_fn(|category| reached[category] - reached[category + 1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_counted_as_they_are_found() {
        let differences: Vec<u16> = (0..200_000_u64).map(|n| ((n * 40_503) >> 7) as u16).collect();
        let mut wanted = [0; CATEGORIES];
        for difference in &differences {
            wanted[category(*difference) as usize] += 1;
        }
        assert_eq!(count_categories(&differences, 16), wanted);
    }

    #[test]
    fn categories_are_those_of_table_h_2() {
        let cases = [(0, 0), (1, 1), (-1, 1), (2, 2), (-3, 2), (4, 3), (255, 8), (-256, 9)];
        for (difference, wanted) in cases {
            assert_eq!(category(difference as u16), wanted, "{difference}");
        }
        assert_eq!((category(32767), category(0x8001), category(0x8000)), (15, 15, 16));
    }

    #[test]
    fn every_difference_comes_back() {
        for difference in 0..=u16::MAX {
            let category = category(difference);
            let extra = extra(difference, category);
            assert!(extra >> extra_bits(category) == 0);
            assert_eq!(from_extra(category, extra), difference);
        }
    }
}

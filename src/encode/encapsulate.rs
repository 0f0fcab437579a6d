//! Encapsulation (PS3.5 section A.4): frames in, one fragment of even length a frame and a basic
//! offset table that counts it out.

use crate::dataset::Encapsulated;

/// Bytes of an item's tag and length.
pub(super) const ITEM_OVERHEAD: usize = 8;

pub(super) fn encapsulate(frames: Vec<Vec<u8>>) -> Encapsulated {
    let mut offsets = Vec::with_capacity(frames.len());
    let mut position = 0;
    let mut fragments = Vec::with_capacity(frames.len());
    for mut frame in frames {
        if frame.len() % 2 == 1 {
            frame.push(0);
        }
        offsets.push(position);
        position += (ITEM_OVERHEAD + frame.len()) as u64;
        fragments.push(frame.into());
    }
    let offsets: Option<Vec<u32>> = offsets.into_iter().map(|at| u32::try_from(at).ok()).collect();
    // A table that 32 bits cannot count is left empty, which the standard allows.
    let offset_table = offsets.unwrap_or_default().iter().flat_map(|at| at.to_le_bytes()).collect();
    Encapsulated { offset_table, fragments }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn offsets_count_headers_and_padding() {
        let pixels = encapsulate(vec![vec![1; 5], vec![2; 4], vec![3; 1]]);
        let lengths: Vec<usize> = pixels.fragments.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [6, 4, 2]);
        let table: Vec<u8> = [0_u32, 14, 26].iter().flat_map(|n| n.to_le_bytes()).collect();
        assert_eq!(pixels.offset_table, table);
    }
}

//! Encapsulation (PS3.5 section A.4): frames in, one fragment of even length a frame out, with an offset
//! table that counts them: the basic one, or past its 32 bits the extended one.

use bytes::Bytes;
use dicom::dictionary_std::tags;

use crate::dataset::{Element, Encapsulated, Tag, VR, Value};

/// Bytes of an item's tag and length.
pub(super) const ITEM_OVERHEAD: usize = 8;

/// The pixel data, and the elements of the extended offset table where one is needed (PS3.3 section
/// C.7.6.3.1.8).
pub(super) fn encapsulate(frames: Vec<Vec<u8>>) -> (Encapsulated, Vec<Element>) {
    let fragments: Vec<Bytes> = frames.into_iter().map(even).collect();
    let lengths: Vec<u64> = fragments.iter().map(|fragment| fragment.len() as u64).collect();
    let (offset_table, extended) = tables(&lengths);
    (Encapsulated { offset_table, fragments }, extended)
}

fn even(mut frame: Vec<u8>) -> Bytes {
    if frame.len() % 2 == 1 {
        frame.push(0);
    }
    frame.into()
}

/// The basic offset table of fragments, or an empty one and the extended table. A data set may have one
/// of them alone.
fn tables(lengths: &[u64]) -> (Bytes, Vec<Element>) {
    let mut next = 0;
    let mut offsets = Vec::with_capacity(lengths.len());
    for length in lengths {
        offsets.push(next);
        next += ITEM_OVERHEAD as u64 + length;
    }
    let basic: Option<Vec<u32>> = offsets.iter().map(|at| u32::try_from(*at).ok()).collect();
    if let Some(basic) = basic {
        return (basic.iter().flat_map(|at| at.to_le_bytes()).collect(), Vec::new());
    }
    let offsets = very_long(tags::EXTENDED_OFFSET_TABLE, &offsets);
    let lengths = very_long(tags::EXTENDED_OFFSET_TABLE_LENGTHS, lengths);
    (Bytes::new(), vec![offsets, lengths])
}

fn very_long(tag: Tag, numbers: &[u64]) -> Element {
    let bytes: Bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    Element { tag, vr: VR::OV, value: Value::Bytes(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_headers_and_padding() {
        let (pixels, extended) = encapsulate(vec![vec![1; 5], vec![2; 4], vec![3; 1]]);
        let lengths: Vec<usize> = pixels.fragments.iter().map(Bytes::len).collect();
        assert_eq!(lengths, [6, 4, 2]);
        let table: Vec<u8> = [0_u32, 14, 26].iter().flat_map(|n| n.to_le_bytes()).collect();
        assert_eq!(pixels.offset_table, table);
        assert!(extended.is_empty());
    }

    #[test]
    fn offsets_past_32_bits_go_to_the_extended_table() {
        let gigabytes = 3_u64 << 30;
        let (basic, extended) = tables(&[gigabytes, gigabytes, 10]);
        assert!(basic.is_empty());
        let numbers = |element: &Element| match &element.value {
            Value::Bytes(bytes) => bytes
                .chunks_exact(8)
                .map(|n| u64::from_le_bytes(n.try_into().unwrap()))
                .collect::<Vec<u64>>(),
            _ => panic!("numbers"),
        };
        assert_eq!(extended[0].tag, Tag(0x7FE0, 0x0001));
        assert_eq!(numbers(&extended[0]), [0, gigabytes + 8, 2 * gigabytes + 16]);
        assert_eq!(extended[1].tag, Tag(0x7FE0, 0x0002));
        assert_eq!(numbers(&extended[1]), [gigabytes, gigabytes, 10]);
        // The last offset that 32 bits hold.
        assert!(tables(&[u64::from(u32::MAX) - 9, 2]).1.is_empty());
        assert_eq!(tables(&[u64::from(u32::MAX) - 7, 2]).1.len(), 2);
    }
}

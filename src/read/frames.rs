//! Fragments to frames (PS3.5 section A.4): encapsulated pixel data in, one codestream a frame out.

use bytes::Bytes;

use super::ReadError;
use crate::codestream::is_wrapped;
use crate::dataset::Encapsulated;

/// Sorts the fragments into frames: by count where it settles the matter, else by the extended or
/// basic offset table, else by the markers that open a codestream.
pub(super) fn split(
    pixels: &Encapsulated,
    extended_offsets: Option<&Bytes>,
    frames: u32,
    is_rle: bool,
) -> Result<Vec<Bytes>, ReadError> {
    let fragments = &pixels.fragments;
    let frames = frames as usize;
    // A frame that nobody counts would be lost: an RLE frame is one fragment (PS3.5 section A.4.2),
    // and a codestream opens with its marker.
    let streams =
        if is_rle { fragments.len() } else { fragments.iter().filter(|f| opens(f)).count() };
    if streams > frames {
        return Err(ReadError::Pixels("more codestreams than frames"));
    }
    if fragments.len() < frames {
        return Err(ReadError::Pixels("fewer fragments than frames"));
    }
    if fragments.len() == frames {
        return Ok(fragments.clone());
    }
    if frames == 1 {
        return Ok(vec![join(fragments)]);
    }
    let starts = extended_offsets
        .map(offsets::<8>)
        .and_then(|offsets| starts_by_offset(fragments, &offsets, frames))
        .or_else(|| starts_by_offset(fragments, &offsets::<4>(&pixels.offset_table), frames))
        .or_else(|| starts_by_marker(fragments, frames))
        .ok_or(ReadError::Pixels("fragments cannot be assigned to frames"))?;
    let ends = starts[1..].iter().copied().chain([fragments.len()]);
    Ok(starts.iter().zip(ends).map(|(start, end)| join(&fragments[*start..end])).collect())
}

fn join(fragments: &[Bytes]) -> Bytes {
    match fragments {
        [one] => one.clone(),
        many => many.concat().into(),
    }
}

fn offsets<const WIDTH: usize>(table: &Bytes) -> Vec<u64> {
    let little_endian = |entry: &[u8]| entry.iter().rev().fold(0, |n, b| n << 8 | u64::from(*b));
    table.chunks_exact(WIDTH).map(little_endian).collect()
}

/// Offsets count from the first fragment's item tag to each frame's first item tag.
fn starts_by_offset(fragments: &[Bytes], offsets: &[u64], frames: usize) -> Option<Vec<usize>> {
    if offsets.len() != frames || offsets.first() != Some(&0) {
        return None;
    }
    let mut position = 0;
    let mut positions = Vec::with_capacity(fragments.len());
    for fragment in fragments {
        positions.push(position);
        position += 8 + fragment.len() as u64;
    }
    let starts: Vec<usize> =
        offsets.iter().map(|offset| positions.binary_search(offset).ok()).collect::<Option<_>>()?;
    starts.is_sorted_by(|a, b| a < b).then_some(starts)
}

/// JPEG and JPEG-LS open with SOI (ITU-T T.81 table B.1), JPEG 2000 with SOC (T.800 table A.2) or
/// with the boxes of a file around it.
fn opens(fragment: &Bytes) -> bool {
    fragment.starts_with(&[0xFF, 0xD8, 0xFF])
        || fragment.starts_with(&[0xFF, 0x4F, 0xFF])
        || is_wrapped(fragment)
}

/// Frames start where codestreams open.
fn starts_by_marker(fragments: &[Bytes], frames: usize) -> Option<Vec<usize>> {
    let starts: Vec<usize> =
        fragments.iter().enumerate().filter(|(_, f)| opens(f)).map(|(at, _)| at).collect();
    (starts.len() == frames && starts.first() == Some(&0)).then_some(starts)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(offset_table: &[u32], fragments: &[&'static [u8]]) -> Encapsulated {
        Encapsulated {
            offset_table: offset_table.iter().flat_map(|n| n.to_le_bytes()).collect(),
            fragments: fragments.iter().map(|bytes| Bytes::from_static(bytes)).collect(),
        }
    }

    #[test]
    fn one_frame_takes_all_fragments() {
        let frames = split(&pixels(&[], &[b"ab", b"cd"]), None, 1, false).unwrap();
        assert_eq!(frames, [Bytes::from_static(b"abcd")]);
    }

    #[test]
    fn the_offset_table_says_where_frames_start() {
        let frames = split(&pixels(&[0, 20], &[b"ab", b"cd", b"ef"]), None, 2, false).unwrap();
        assert_eq!(frames, [Bytes::from_static(b"abcd"), Bytes::from_static(b"ef")]);
    }

    #[test]
    fn a_wrong_offset_table_gives_way_to_the_markers() {
        let fragments: [&[u8]; 3] = [b"\xFF\xD8\xFFa", b"bc", b"\xFF\xD8\xFFd"];
        let frames = split(&pixels(&[0, 13], &fragments), None, 2, false).unwrap();
        assert_eq!(frames[0].as_ref(), b"\xFF\xD8\xFFabc");
        assert!(split(&pixels(&[0, 13], &[b"ab", b"cd", b"ef"]), None, 2, false).is_err());
    }

    #[test]
    fn a_frame_that_nobody_counts_is_noticed() {
        let two = [&b"\xFF\xD8\xFFa"[..], b"\xFF\xD8\xFFb"];
        assert!(split(&pixels(&[], &two), None, 1, false).is_err());
        assert!(split(&pixels(&[], &[b"ab", b"cd"]), None, 1, true).is_err());
    }

    #[test]
    fn fewer_fragments_than_frames_are_refused() {
        assert!(split(&pixels(&[], &[b"ab"]), None, 2, false).is_err());
    }
}

//! JP2 (ITU-T T.800 annex I): a file of boxes in, the codestream in it out. PS3.5 section A.4.4 wants
//! the codestream alone; some writers leave the boxes around it.

use bytes::Bytes;

use super::{CUT, CodestreamError, UNUSUAL};
use crate::numbers::be32;

/// The JPEG 2000 signature box, which opens a file (section I.5.1).
const SIGNATURE: [u8; 12] = *b"\0\0\0\x0CjP  \r\n\x87\n";

/// Whether these bytes open a JP2 file.
pub(crate) fn is_wrapped(stream: &[u8]) -> bool {
    stream.starts_with(&SIGNATURE)
}

/// The codestream of a JP2 file. A stream that is none comes back as it is.
pub(crate) fn unwrapped(stream: &Bytes) -> Result<Bytes, CodestreamError> {
    if !is_wrapped(stream) {
        return Ok(stream.clone());
    }
    let mut found = None;
    for each in boxes(stream) {
        let (kind, content) = each?;
        match &kind {
            b"jp2c" if found.is_some() => return Err(UNUSUAL),
            b"jp2c" => found = Some(stream.slice_ref(content)),
            b"jp2h" => check_header(content)?,
            _ => {}
        }
    }
    found.ok_or(CUT)
}

/// The header must not ask for more than the codestream gives: a palette, other channels.
fn check_header(header: &[u8]) -> Result<(), CodestreamError> {
    boxes(header).try_for_each(|each| match &each?.0 {
        b"pclr" | b"cmap" | b"cdef" => Err(UNUSUAL),
        _ => Ok(()),
    })
}

type Box<'a> = ([u8; 4], &'a [u8]);

/// The boxes one after the other (section I.4); a few bytes of padding may follow them.
fn boxes(mut bytes: &[u8]) -> impl Iterator<Item = Result<Box<'_>, CodestreamError>> {
    std::iter::from_fn(move || {
        let (head, _) = bytes.split_first_chunk::<8>()?;
        let kind = [head[4], head[5], head[6], head[7]];
        let (start, length) = match be32(head, 0) as usize {
            0 => (8, bytes.len()),
            1 => match bytes.get(8..16) {
                Some(long) if be32(long, 0) == 0 => (16, be32(long, 4) as usize),
                _ => (16, 0),
            },
            length => (8, length),
        };
        let content = bytes.get(start..length);
        bytes = bytes.get(length..).unwrap_or_default();
        if content.is_none() {
            bytes = &[];
        }
        Some(content.map(|content| (kind, content)).ok_or(CUT))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(boxes: &[(&[u8; 4], &[u8])]) -> Bytes {
        let mut file = SIGNATURE.to_vec();
        for (kind, content) in boxes {
            file.extend((8 + content.len() as u32).to_be_bytes());
            file.extend([&kind[..], content].concat());
        }
        file.into()
    }

    #[test]
    fn the_codestream_is_taken_out_of_its_boxes() {
        let wrapped = file(&[(b"jp2h", b""), (b"uuid", b"DOE^JANE"), (b"jp2c", b"stream")]);
        assert_eq!(unwrapped(&wrapped).unwrap(), "stream");
        let mut open_ended = file(&[(b"xml ", b"DOE^JANE")]).to_vec();
        open_ended.extend(b"\0\0\0\0jp2cstream");
        assert_eq!(unwrapped(&open_ended.into()).unwrap(), "stream");
        assert_eq!(unwrapped(&Bytes::from_static(b"\xFF\x4F")).unwrap(), &b"\xFF\x4F"[..]);
    }

    #[test]
    fn no_codestream_two_or_a_palette_are_refused() {
        assert!(unwrapped(&file(&[(b"xml ", b"")])).is_err());
        assert!(unwrapped(&file(&[(b"jp2c", b"a"), (b"jp2c", b"b")])).is_err());
        let header = file(&[(b"pclr", b"")]);
        assert!(unwrapped(&file(&[(b"jp2h", &header), (b"jp2c", b"a")])).is_err());
        let cut = file(&[(b"jp2c", b"stream")]);
        assert!(unwrapped(&cut.slice(..cut.len() - 1)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_in_boxes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = unwrapped(&[&SIGNATURE[..], &bytes].concat().into());
        }
    }
}

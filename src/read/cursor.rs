//! A place in the bytes of a data set: element headers out (PS3.5 section 7.1). No read passes the end
//! of the container that it is made in.

use bytes::Bytes;

use super::ReadError;
use super::dictionary::implicit_vr;
use super::part10::Encoding;
use crate::dataset::layout::has_long_length;
use crate::dataset::{Tag, VR};

/// What some writers put where they know no VR. pydicom and DCMTK both take it for UN with a length
/// of 16 bits; any other unknown VR they read differently, so nobody knows what follows it.
const NO_VR: [&[u8]; 4] = [b"\0\0", b"  ", b"??", b"--"];

/// Tag, VR and length of an element.
pub(super) struct Header {
    pub(super) tag: Tag,
    pub(super) vr: VR,
    pub(super) length: u32,
}

pub(super) struct Cursor<'a> {
    bytes: &'a Bytes,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(bytes: &'a Bytes) -> Self {
        Self { bytes, at: 0 }
    }

    /// Reads the header of an element, an item or a delimiter.
    pub(super) fn header(
        &mut self,
        encoding: Encoding,
        end: usize,
        signed_pixels: bool,
    ) -> Result<Header, ReadError> {
        let big = encoding == Encoding::ExplicitBig;
        let tag = Tag(self.u16(end, big)?, self.u16(end, big)?);
        if tag.0 == 0xFFFE {
            // Items and delimiters have no VR in any encoding (PS3.5 section 7.5).
            return Ok(Header { tag, vr: VR::UN, length: self.u32(end, big)? });
        }
        if encoding == Encoding::ImplicitLittle {
            let vr = implicit_vr(tag, signed_pixels);
            return Ok(Header { tag, vr, length: self.u32(end, big)? });
        }
        let vr = self.take(2, end)?;
        let (vr, is_long) = match VR::from_binary([vr[0], vr[1]]) {
            Some(vr) => (vr, has_long_length(vr)),
            None if NO_VR.contains(&vr) => (VR::UN, false),
            None => return Err(ReadError::DamagedAt("unknown value representation", tag)),
        };
        let length = if is_long {
            self.take(2, end)?;
            self.u32(end, big)?
        } else {
            u32::from(self.u16(end, big)?)
        };
        Ok(Header { tag, vr, length })
    }

    /// Where a value of `length` bytes ends: inside its container, or the file is damaged.
    pub(super) fn value_end(&self, tag: Tag, length: u32, end: usize) -> Result<usize, ReadError> {
        let left = end - self.at;
        if length as usize > left {
            return Err(ReadError::DamagedAt("a length passes the end of its container", tag));
        }
        Ok(self.at + length as usize)
    }

    /// The bytes from here on up to `end`, shared with the file.
    pub(super) fn slice(&self, end: usize) -> Bytes {
        self.bytes.slice(self.at..end)
    }

    fn take(&mut self, count: usize, end: usize) -> Result<&'a [u8], ReadError> {
        if end - self.at < count {
            return Err(ReadError::Damaged("ends inside an element"));
        }
        self.at += count;
        Ok(&self.bytes[self.at - count..self.at])
    }

    fn u16(&mut self, end: usize, big: bool) -> Result<u16, ReadError> {
        let bytes = self.take(2, end)?;
        let bytes = [bytes[0], bytes[1]];
        Ok(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn u32(&mut self, end: usize, big: bool) -> Result<u32, ReadError> {
        let bytes = self.take(4, end)?;
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        Ok(if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }
}

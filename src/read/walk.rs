//! The walk over a data set: its bytes in, the model out. Nothing is allocated by a declared length,
//! every length lies inside its container, the depth is bounded, nothing is open at the end.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::dictionary::{implicit_vr, standard_vr};
use super::part10::Encoding;
use super::{Limits, ReadError};
use crate::dataset::layout::{
    ITEM, ITEM_DELIMITATION, SEQUENCE_DELIMITATION, UNDEFINED_LENGTH, has_long_length,
};
use crate::dataset::{DataSet, Element, Encapsulated, Tag, VR, Value};

pub(super) fn walk(
    bytes: &Bytes,
    encoding: Encoding,
    limits: &Limits,
) -> Result<DataSet, ReadError> {
    let mut walker = Walker { bytes, at: 0, limits, elements: 0, signed_pixels: false };
    walker.data_set(encoding, bytes.len(), Close::Length, 0)
}

/// How a container ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    /// Where its length says.
    Length,
    /// At its delimitation item.
    Delimiter,
}

struct Walker<'a> {
    bytes: &'a Bytes,
    at: usize,
    limits: &'a Limits,
    elements: usize,
    /// Pixel Representation, once seen: it settles "US or SS".
    signed_pixels: bool,
}

/// Tag, VR and length of an element.
struct Header {
    tag: Tag,
    vr: VR,
    length: u32,
}

impl Walker<'_> {
    fn data_set(
        &mut self,
        encoding: Encoding,
        end: usize,
        close: Close,
        depth: usize,
    ) -> Result<DataSet, ReadError> {
        if depth > self.limits.depth {
            return Err(ReadError::OverLimit("the levels of nesting"));
        }
        let mut elements = Vec::new();
        loop {
            if self.at == end && close == Close::Delimiter {
                return Err(ReadError::Damaged("ends inside an item"));
            }
            if self.at == end || (depth == 0 && self.only_zeros_follow(end)) {
                break;
            }
            let header = self.header(encoding, end)?;
            if header.tag == ITEM_DELIMITATION && close == Close::Delimiter {
                break;
            }
            if header.tag.0 == 0xFFFE {
                return Err(ReadError::Damaged("an item or a delimiter where none belongs"));
            }
            elements.push(self.element(&header, encoding, end, depth)?);
        }
        DataSet::from_elements(elements)
            .map_err(|tag| ReadError::DamagedAt("the tag stands twice in a data set", tag))
    }

    /// Some writers fill the last block of a file with zeros.
    fn only_zeros_follow(&self, end: usize) -> bool {
        self.bytes[self.at] == 0 && self.bytes[self.at..end].iter().all(|byte| *byte == 0)
    }

    fn header(&mut self, encoding: Encoding, end: usize) -> Result<Header, ReadError> {
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(ReadError::OverLimit("the elements"));
        }
        let big = encoding == Encoding::ExplicitBig;
        let tag = Tag(self.u16(end, big)?, self.u16(end, big)?);
        if tag.0 == 0xFFFE {
            // Items and delimiters have no VR in any encoding (PS3.5 section 7.5).
            return Ok(Header { tag, vr: VR::UN, length: self.u32(end, big)? });
        }
        if encoding == Encoding::ImplicitLittle {
            let vr = implicit_vr(tag, self.signed_pixels);
            return Ok(Header { tag, vr, length: self.u32(end, big)? });
        }
        let vr = self.take(2, end)?;
        let vr = VR::from_binary([vr[0], vr[1]])
            .ok_or(ReadError::DamagedAt("unknown value representation", tag))?;
        let length = if has_long_length(vr) {
            self.take(2, end)?;
            self.u32(end, big)?
        } else {
            u32::from(self.u16(end, big)?)
        };
        Ok(Header { tag, vr, length })
    }

    fn element(
        &mut self,
        header: &Header,
        encoding: Encoding,
        end: usize,
        depth: usize,
    ) -> Result<Element, ReadError> {
        let Header { tag, vr, length } = *header;
        if length == UNDEFINED_LENGTH {
            return self.undefined_length(header, encoding, end, depth);
        }
        let value_end = self.value_end(tag, length, end)?;
        if vr == VR::SQ {
            let value = self.sequence(encoding, value_end, Close::Length, depth)?;
            return Ok(Element { tag, vr, value });
        }
        let value = self.bytes.slice(self.at..value_end);
        let start = std::mem::replace(&mut self.at, value_end);
        if vr == VR::UN && encoding != Encoding::ImplicitLittle {
            return self.unknown(tag, value, start, depth);
        }
        let value = if encoding == Encoding::ExplicitBig { swapped(&value, vr) } else { value };
        if tag == tags::PIXEL_REPRESENTATION && depth == 0 {
            self.signed_pixels = value.first() == Some(&1);
        }
        Ok(Element { tag, vr, value: Value::Bytes(value) })
    }

    /// UN of a standard tag holds the implicit little endian form of what the dictionary says
    /// (PS3.5 section 6.2.2).
    fn unknown(
        &mut self,
        tag: Tag,
        value: Bytes,
        start: usize,
        depth: usize,
    ) -> Result<Element, ReadError> {
        let vr = implicit_vr(tag, self.signed_pixels);
        if vr != VR::SQ {
            return Ok(Element { tag, vr, value: Value::Bytes(value) });
        }
        let end = std::mem::replace(&mut self.at, start);
        let value = self.sequence(Encoding::ImplicitLittle, end, Close::Length, depth)?;
        Ok(Element { tag, vr, value })
    }

    fn undefined_length(
        &mut self,
        header: &Header,
        encoding: Encoding,
        end: usize,
        depth: usize,
    ) -> Result<Element, ReadError> {
        let Header { tag, vr, .. } = *header;
        if tag == tags::PIXEL_DATA && encoding == Encoding::ExplicitLittle {
            let value = self.fragments(end)?;
            return Ok(Element { tag, vr: VR::OB, value });
        }
        // UN of undefined length is an implicit little endian sequence (PS3.5 section 6.2.2 note 4,
        // CP-246), and so is every undefined length in implicit VR.
        let inner = if vr == VR::UN { Encoding::ImplicitLittle } else { encoding };
        if vr != VR::SQ && inner != Encoding::ImplicitLittle {
            return Err(ReadError::DamagedAt("undefined length in a VR that has none", tag));
        }
        if vr != VR::SQ && !matches!(standard_vr(tag), None | Some(VirtualVr::Exact(VR::SQ))) {
            return Err(ReadError::DamagedAt("undefined length in a VR that has none", tag));
        }
        let value = self.sequence(inner, end, Close::Delimiter, depth)?;
        Ok(Element { tag, vr: VR::SQ, value })
    }

    fn sequence(
        &mut self,
        encoding: Encoding,
        end: usize,
        close: Close,
        depth: usize,
    ) -> Result<Value, ReadError> {
        let mut items = Vec::new();
        loop {
            if self.at == end {
                return match close {
                    Close::Length => Ok(Value::Sequence(items)),
                    Close::Delimiter => Err(ReadError::Damaged("ends inside a sequence")),
                };
            }
            let header = self.header(encoding, end)?;
            match header.tag {
                ITEM if header.length == UNDEFINED_LENGTH => {
                    items.push(self.data_set(encoding, end, Close::Delimiter, depth + 1)?);
                }
                ITEM => {
                    let item_end = self.value_end(ITEM, header.length, end)?;
                    items.push(self.data_set(encoding, item_end, Close::Length, depth + 1)?);
                }
                SEQUENCE_DELIMITATION if close == Close::Delimiter => {
                    return Ok(Value::Sequence(items));
                }
                _ => return Err(ReadError::Damaged("an element where an item belongs")),
            }
        }
    }

    fn fragments(&mut self, end: usize) -> Result<Value, ReadError> {
        let mut fragments = Vec::new();
        loop {
            let header = self.header(Encoding::ExplicitLittle, end)?;
            match header.tag {
                ITEM => {
                    let fragment_end = self.value_end(ITEM, header.length, end)?;
                    fragments.push(self.bytes.slice(self.at..fragment_end));
                    self.at = fragment_end;
                }
                SEQUENCE_DELIMITATION => break,
                _ => return Err(ReadError::Damaged("an element where a fragment belongs")),
            }
        }
        let mut fragments = fragments.into_iter();
        let offset_table =
            fragments.next().ok_or(ReadError::Damaged("no basic offset table item"))?;
        Ok(Value::Encapsulated(Encapsulated { offset_table, fragments: fragments.collect() }))
    }

    /// Where a value of `length` bytes ends: inside its container, or the file is damaged.
    fn value_end(&self, tag: Tag, length: u32, end: usize) -> Result<usize, ReadError> {
        let left = end - self.at;
        if length as usize > left {
            return Err(ReadError::DamagedAt("a length passes the end of its container", tag));
        }
        Ok(self.at + length as usize)
    }

    fn take(&mut self, count: usize, end: usize) -> Result<&[u8], ReadError> {
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

/// A big endian value as little endian.
fn swapped(value: &Bytes, vr: VR) -> Bytes {
    let width = match vr {
        VR::AT | VR::OW | VR::SS | VR::US => 2,
        VR::FL | VR::OF | VR::OL | VR::SL | VR::UL => 4,
        VR::FD | VR::OD | VR::OV | VR::SV | VR::UV => 8,
        _ => return value.clone(),
    };
    let mut swapped = value.to_vec();
    swapped.chunks_exact_mut(width).for_each(<[u8]>::reverse);
    swapped.into()
}

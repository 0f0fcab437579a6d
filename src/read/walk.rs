//! The walk over a data set: its bytes in, the model out. Nothing is allocated by a declared length,
//! every length lies inside its container, the depth is bounded, nothing is open at the end.
//!
//! What is unclear is refused. A tag that stands twice in a data set: readers differ in which of the
//! two they take, so the one that is cleaned need not be the one that is read. Bytes behind the last
//! element: padding has an element of its own (FFFC,FFFC), anything else, zeros too, may be the rest
//! of an instance that was never written there. Tags out of order say nothing of their values; they
//! are put in order.

use bytes::Bytes;
use dicom::core::dictionary::VirtualVr;
use dicom::dictionary_std::tags;

use super::cursor::{Cursor, Header};
use super::dictionary::{implicit_vr, standard_vr};
use super::part10::Encoding;
use super::{DEEPEST, Limits, ReadError};
use crate::dataset::layout::{ITEM, ITEM_DELIMITATION, SEQUENCE_DELIMITATION, UNDEFINED_LENGTH};
use crate::dataset::{DataSet, Element, Encapsulated, Tag, VR, Value};

pub(super) fn walk(
    bytes: &Bytes,
    encoding: Encoding,
    limits: &Limits,
) -> Result<DataSet, ReadError> {
    Walker::new(bytes, limits, None).data_set(encoding, bytes.len(), Close::Length, 0)
}

/// Walks the elements up to `last` and no further; `None` where the bytes end before it is passed.
pub(super) fn walk_to(
    bytes: &Bytes,
    encoding: Encoding,
    limits: &Limits,
    last: Tag,
) -> Result<Option<DataSet>, ReadError> {
    let mut walker = Walker::new(bytes, limits, Some(last));
    let data_set = walker.data_set(encoding, bytes.len(), Close::Length, 0)?;
    Ok(walker.has_passed.then_some(data_set))
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
    cursor: Cursor<'a>,
    limits: &'a Limits,
    elements: usize,
    /// Pixel Representation, once seen: it settles "US or SS".
    signed_pixels: bool,
    /// The last element that is wanted.
    last: Option<Tag>,
    has_passed: bool,
}

impl<'a> Walker<'a> {
    fn new(bytes: &'a Bytes, limits: &'a Limits, last: Option<Tag>) -> Self {
        let cursor = Cursor::new(bytes);
        Self { cursor, limits, elements: 0, signed_pixels: false, last, has_passed: false }
    }

    fn data_set(
        &mut self,
        encoding: Encoding,
        end: usize,
        close: Close,
        depth: usize,
    ) -> Result<DataSet, ReadError> {
        if depth > self.limits.depth.min(DEEPEST) {
            return Err(ReadError::OverLimit("the levels of nesting"));
        }
        let mut elements = Vec::new();
        loop {
            if self.cursor.at == end && close == Close::Delimiter {
                return Err(ReadError::Damaged("ends inside an item"));
            }
            if self.cursor.at == end {
                break;
            }
            let header = self.header(encoding, end)?;
            if header.tag == ITEM_DELIMITATION && close == Close::Delimiter {
                break;
            }
            if depth == 0 && self.last.is_some_and(|last| header.tag > last) {
                self.has_passed = true;
                break;
            }
            match header.tag.0 {
                0xFFFE => {
                    return Err(ReadError::Damaged("an item or a delimiter where none belongs"));
                }
                // PS3.5 section 7.1 has no such group in a data set: these are zeros in its place.
                0x0000 => return Err(ReadError::DamagedAt("no tag of a data set", header.tag)),
                _ => {}
            }
            elements.push(self.element(&header, encoding, end, depth)?);
        }
        // Hundreds of thousands of items of one element each would otherwise hold room for four.
        elements.shrink_to_fit();
        DataSet::from_elements(elements)
            .map_err(|tag| ReadError::DamagedAt("the tag stands twice in a data set", tag))
    }

    fn header(&mut self, encoding: Encoding, end: usize) -> Result<Header, ReadError> {
        self.elements += 1;
        if self.elements > self.limits.elements {
            return Err(ReadError::OverLimit("the elements"));
        }
        self.cursor.header(encoding, end, self.signed_pixels)
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
        let value_end = self.cursor.value_end(tag, length, end)?;
        if vr == VR::SQ {
            let value = self.sequence(encoding, value_end, Close::Length, depth)?;
            return Ok(Element { tag, vr, value });
        }
        let value = self.cursor.slice(value_end);
        let start = std::mem::replace(&mut self.cursor.at, value_end);
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
        let end = std::mem::replace(&mut self.cursor.at, start);
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
            if self.cursor.at == end {
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
                    let item_end = self.cursor.value_end(ITEM, header.length, end)?;
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
                    let fragment_end = self.cursor.value_end(ITEM, header.length, end)?;
                    fragments.push(self.cursor.slice(fragment_end));
                    self.cursor.at = fragment_end;
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

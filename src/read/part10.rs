//! The frame of a file (PS3.10 section 7): finds the data set behind preamble and File Meta
//! Information, or at the very start where both are missing, and says how it is encoded.

use std::io::Read;

use bytes::Bytes;
use dicom::dictionary_std::uids;
use dicom::encoding::transfer_syntax::TransferSyntaxIndex;
use dicom::transfer_syntax::TransferSyntaxRegistry;

use super::dictionary::standard_vr;
use super::{Limits, ReadError};
use crate::dataset::layout::has_long_length;
use crate::dataset::{Tag, VR};
use crate::expansion;
use crate::numbers::{le16, le32};

/// How the elements of a data set are laid out (PS3.5 section 7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    ImplicitLittle,
    ExplicitLittle,
    ExplicitBig,
}

/// A data set that is ready to be walked.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) bytes: Bytes,
    pub(super) encoding: Encoding,
    pub(super) transfer_syntax: String,
}

const PREFIX: &[u8] = b"DICM";
const PREAMBLE_LENGTH: usize = 128;

pub(super) const NO_DICOM: ReadError = ReadError::NotDicom("no DICM prefix, no data set");

/// Whether the first bytes of a file leave it open that it is DICOM; where they do not, [`open`] says
/// [`NO_DICOM`] of the whole.
pub(super) fn may_be_dicom(head: &[u8], file_bytes: u64) -> bool {
    let starts_with_meta = head.get(..6).is_some_and(|header| {
        le16(header, 0) == 0x0002 && VR::from_binary([header[4], header[5]]).is_some()
    });
    marked_at(head).is_some() || starts_with_meta || sniff(head, file_bytes, true).is_some()
}

/// Where the prefix stands: behind the preamble, or at the start.
fn marked_at(file: &[u8]) -> Option<usize> {
    let is_here = |at: &usize| file.get(*at..*at + PREFIX.len()) == Some(PREFIX);
    [PREAMBLE_LENGTH, 0].into_iter().find(is_here)
}

pub(super) fn open(file: &Bytes, limits: &Limits) -> Result<Body, ReadError> {
    let marked = marked_at(file);
    let meta_start = marked.map_or(0, |at| at + PREFIX.len());
    let (declared, start) = meta(file, meta_start)?;
    let body = file.slice(start..);
    // Nothing but the look of the first element says that this is DICOM.
    let guessed = marked.is_none() && start == 0;
    let declared = declared.filter(|uid| !uid.is_empty());
    if declared.as_deref().is_some_and(|uid| TransferSyntaxRegistry.get(uid).is_none()) {
        return Err(ReadError::TransferSyntax);
    }
    if declared.as_deref() == Some(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN) {
        let bytes = inflate(&body, limits.inflated_bytes)?;
        let transfer_syntax = uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN.to_owned();
        return Ok(Body { bytes, encoding: Encoding::ExplicitLittle, transfer_syntax });
    }
    let seen = sniff(&body, body.len() as u64, guessed);
    let (encoding, transfer_syntax) = match (declared, seen) {
        // The first element shows how it is laid out; a declaration that contradicts it lies.
        (Some(uid), seen) if seen.is_none_or(|seen| seen == declared_encoding(&uid)) => {
            (declared_encoding(&uid), uid)
        }
        (_, Some(seen)) => (seen, native_uid(seen).to_owned()),
        _ if guessed => return Err(NO_DICOM),
        _ => return Err(ReadError::Damaged("no data set follows the file meta")),
    };
    Ok(Body { bytes: body, encoding, transfer_syntax })
}

/// Walks group 0002, always Explicit VR Little Endian, by its elements: the group length is not to
/// be trusted. Returns the transfer syntax UID, where there is one, and where the data set starts.
fn meta(file: &Bytes, start: usize) -> Result<(Option<String>, usize), ReadError> {
    let mut at = start;
    let mut transfer_syntax = None;
    while let Some(header) = file.get(at..at + 8) {
        let tag = Tag(le16(header, 0), le16(header, 2));
        let Some(vr) = VR::from_binary([header[4], header[5]]) else {
            break;
        };
        if tag.0 != 0x0002 {
            break;
        }
        let (header_length, length) = if has_long_length(vr) {
            let long = file.get(at + 8..at + 12).ok_or(ReadError::Damaged("file meta cut off"))?;
            (12, le32(long, 0) as usize)
        } else {
            (8, usize::from(le16(header, 6)))
        };
        let value_at = at + header_length;
        let value = file
            .get(value_at..)
            .and_then(|rest| rest.get(..length))
            .ok_or(ReadError::DamagedAt("a length passes the end of the file", tag))?;
        if tag == Tag(0x0002, 0x0010) {
            let text = std::str::from_utf8(value)
                .map_err(|_| ReadError::DamagedAt("no transfer syntax UID", tag))?;
            transfer_syntax = Some(text.trim_matches([' ', '\0']).to_owned());
        }
        at = value_at + length;
    }
    Ok((transfer_syntax, at))
}

/// How the first element is laid out, if it is one. Where nothing else says that this is DICOM, only
/// a tag of the standard's dictionary counts.
fn sniff(body: &[u8], body_bytes: u64, strict: bool) -> Option<Encoding> {
    let header = body.get(..8)?;
    let little = Tag(le16(header, 0), le16(header, 2));
    let big = Tag(little.0.swap_bytes(), little.1.swap_bytes());
    let has_vr = VR::from_binary([header[4], header[5]]).is_some();
    let plausible =
        |tag: Tag| tag.0 <= 0x00FF && (!strict || tag.1 == 0 || standard_vr(tag).is_some());
    if has_vr && plausible(little) {
        Some(Encoding::ExplicitLittle)
    } else if has_vr && plausible(big) {
        Some(Encoding::ExplicitBig)
    } else if plausible(little) && u64::from(le32(header, 4)) <= body_bytes {
        Some(Encoding::ImplicitLittle)
    } else {
        None
    }
}

/// The layout that a transfer syntax fixes: explicit little endian but for two.
fn declared_encoding(transfer_syntax: &str) -> Encoding {
    match transfer_syntax {
        uids::IMPLICIT_VR_LITTLE_ENDIAN => Encoding::ImplicitLittle,
        "1.2.840.10008.1.2.2" => Encoding::ExplicitBig,
        _ => Encoding::ExplicitLittle,
    }
}

fn native_uid(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::ImplicitLittle => uids::IMPLICIT_VR_LITTLE_ENDIAN,
        Encoding::ExplicitLittle => uids::EXPLICIT_VR_LITTLE_ENDIAN,
        Encoding::ExplicitBig => "1.2.840.10008.1.2.2",
    }
}

fn inflate(deflated: &[u8], limit_bytes: u64) -> Result<Bytes, ReadError> {
    let limit_bytes = limit_bytes.min(expansion::most_inflated(deflated.len() as u64));
    // Grows with what comes: nothing is allocated ahead.
    let mut inflated = Vec::new();
    let mut decoder = flate2::read::DeflateDecoder::new(deflated);
    (&mut decoder)
        .take(limit_bytes + 1)
        .read_to_end(&mut inflated)
        .map_err(|_| ReadError::Damaged("the deflated data set cannot be inflated"))?;
    if inflated.len() as u64 > limit_bytes {
        return Err(ReadError::OverLimit("the inflated bytes"));
    }
    // PS3.5 section A.5: a single null byte may pad the deflated stream. Some writers leave the
    // trailer of gzip, 8 bytes of checksum and length, behind it.
    if deflated.len() as u64 > decoder.total_in() + 9 {
        return Err(ReadError::Damaged("bytes follow the deflated data set"));
    }
    Ok(inflated.into())
}

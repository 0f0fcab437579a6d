//! Deflated Explicit VR Little Endian (PS3.5 section A.5): the whole data set, its pixels native inside.

use std::io::{Read, Write};

use dicom::dictionary_std::uids;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;

use super::{EncodeError, Verify};
use crate::dataset::encode_data_set;
use crate::expansion;
use crate::instance::{Encoded, KeptNative, PixelBytes};
use crate::stage::{Stage, StageClock};

/// The name on the command line.
pub(super) const NAME: &str = "deflate";

/// Writes the data set in its deflated form, where that is smaller.
pub(super) fn deflate(instance: &mut Encoded, verify: Verify) -> Result<(), EncodeError> {
    let mut body = Vec::with_capacity(instance.pixel_bytes.encoded as usize + 16 * 1024);
    encode_data_set(&instance.data_set, &mut body);
    let deflated = deflated(&body)?;
    let is_refused = body.len() as u64 > expansion::most_inflated(deflated.len() as u64);
    if deflated.len() >= body.len() || is_refused {
        if let Some(_image) = &instance.image {
            instance.kept_native.get_or_insert(KeptNative::WouldGrow);
        }
        return Ok(());
    }
    if verify == Verify::Full && !StageClock::time(Stage::Verify, || inflates_to(&deflated, &body))
    {
        return Err(EncodeError::Verify);
    }
    instance.is_verified = verify == Verify::Full;
    instance.kept_native = None;
    uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN.clone_into(&mut instance.transfer_syntax);
    let PixelBytes { native, .. } = instance.pixel_bytes;
    instance.pixel_bytes.encoded = native.min(deflated.len() as u64);
    instance.deflated = Some(deflated);
    Ok(())
}

/// Bytes deflated (RFC 1951), padded to even length.
pub(super) fn deflated(body: &[u8]) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(body).map_err(|_| EncodeError::Encode)?;
    let mut deflated = encoder.finish().map_err(|_| EncodeError::Encode)?;
    // Padded to even length.
    if deflated.len() % 2 == 1 {
        deflated.push(0);
    }
    Ok(deflated)
}

fn inflates_to(deflated: &[u8], wanted: &[u8]) -> bool {
    let mut found = Vec::with_capacity(wanted.len() + 1);
    let mut inflating = DeflateDecoder::new(deflated).take(wanted.len() as u64 + 1);
    inflating.read_to_end(&mut found).is_ok() && found == wanted
}

//! A file as it is: preamble, File Meta Information, data set, pixels decoded where there are any.

#![no_main]

use bytes::Bytes;
use sauva::encode::decode;
use sauva::read::parse;
use sauva_fuzz::LIMITS;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let Ok(original) = parse(&Bytes::copy_from_slice(data), &LIMITS) {
        let _ = decode(original);
    }
});

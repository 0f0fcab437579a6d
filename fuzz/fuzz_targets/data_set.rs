//! The walk over a data set: the first byte chooses the transfer syntax, the rest is the body.

#![no_main]

use sauva::read::parse;
use sauva_fuzz::{LIMITS, part10};

const TRANSFER_SYNTAXES: [&str; 5] = [
    "1.2.840.10008.1.2",
    "1.2.840.10008.1.2.1",
    "1.2.840.10008.1.2.2",
    "1.2.840.10008.1.2.1.99",
    "1.2.840.10008.1.2.5",
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    if let [choice, body @ ..] = data {
        let transfer_syntax = TRANSFER_SYNTAXES[usize::from(*choice) % TRANSFER_SYNTAXES.len()];
        let _ = parse(&part10(transfer_syntax, body), &LIMITS);
    }
});

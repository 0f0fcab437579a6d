//! Deflated frames, and frames that are encapsulated as they are.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus {
    sauva_fuzz::decode_one(&["1.2.840.10008.1.2.8.1", "1.2.840.10008.1.2.1.98"], data)
});

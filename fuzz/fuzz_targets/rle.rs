//! RLE as it comes in a file.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> libfuzzer_sys::Corpus {
    sauva_fuzz::decode_one(&["1.2.840.10008.1.2.5"], data)
});

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    sauva_fuzz::mutate(data, size, max_size, seed)
});

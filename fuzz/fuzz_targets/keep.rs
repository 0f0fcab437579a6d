//! Codestreams that are passed on: scrubbed they decode to the samples that came, nothing behind their
//! end stays, and there is nothing more to scrub.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::Corpus;
use sauva::area::Redaction;
use sauva::dataset::{DataSet, Tag, VR, encode_data_set, encode_file_meta};
use sauva::deident::Deidentifier;
use sauva::encode::{Encoder, Verify, decode, decoded};
use sauva::instance::{Encoded, Original};
use sauva::read::parse;
use sauva_fuzz::{LIMITS, coded, deidentifiers, part10};
use sha2::{Digest, Sha256};

const TRANSFER_SYNTAXES: [&str; 12] = [
    "1.2.840.10008.1.2.4.50",
    "1.2.840.10008.1.2.4.51",
    "1.2.840.10008.1.2.4.57",
    "1.2.840.10008.1.2.4.70",
    "1.2.840.10008.1.2.4.80",
    "1.2.840.10008.1.2.4.81",
    "1.2.840.10008.1.2.4.90",
    "1.2.840.10008.1.2.4.91",
    "1.2.840.10008.1.2.4.201",
    "1.2.840.10008.1.2.4.202",
    "1.2.840.10008.1.2.4.203",
    "1.2.840.10008.1.2.5",
];

static PROFILE: LazyLock<Deidentifier> = LazyLock::new(|| deidentifiers().swap_remove(0));

/// A file of one frame, with what makes it an instance.
fn file(data: &[u8], behind: &[u8]) -> Option<(String, bytes::Bytes)> {
    let (syntax, mut data_set) = coded(&TRANSFER_SYNTAXES, data, behind)?;
    for (tag, uid) in [
        (Tag(0x0008, 0x0016), "1.2.840.10008.5.1.4.1.1.7"),
        (Tag(0x0008, 0x0018), "1.2.3"),
        (Tag(0x0020, 0x000D), "1.2.4"),
        (Tag(0x0020, 0x000E), "1.2.5"),
    ] {
        data_set.put_text(tag, VR::UI, uid);
    }
    let mut body = Vec::new();
    encode_data_set(&data_set, &mut body);
    Some((syntax.to_owned(), part10(syntax, &body)))
}

fn read(file: &bytes::Bytes) -> Option<Original> {
    parse(file, &LIMITS).ok()
}

fn passed_on(original: Original) -> Option<Encoded> {
    let keep = Encoder::by_name("keep", Verify::Full).expect("it has this name");
    let deidentified = PROFILE.apply(original).expect("nothing in it is unclear");
    keep.encode(decoded(deidentified).ok()?, Redaction::default()).ok()
}

fn written(data_set: &DataSet, transfer_syntax: &str) -> bytes::Bytes {
    let mut file = Vec::new();
    encode_file_meta("1.2", "1.3", transfer_syntax, "1.4", "FUZZ", &mut file);
    encode_data_set(data_set, &mut file);
    file.into()
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| -> Corpus {
    let Some((syntax, plain)) = file(data, &[]) else { return Corpus::Reject };
    let Some(original) = read(&plain) else { return Corpus::Reject };
    let Some(encoded) = passed_on(original) else { return Corpus::Keep };
    if encoded.transfer_syntax != syntax {
        return Corpus::Keep;
    }
    let samples = |file| decode(read(file)?).expect("it was decoded before").map(|it| it.2);
    let kept = written(&encoded.data_set, &syntax);
    assert!(samples(&kept).is_some_and(|kept| Some(kept) == samples(&plain)), "other samples");
    let again = passed_on(read(&kept).expect("what is written can be read")).expect("and encoded");
    let pixels = Tag(0x7FE0, 0x0010);
    assert_eq!(again.data_set.get(pixels), encoded.data_set.get(pixels), "scrubbed anew");
    // A word that hangs on the input: the fuzzer cannot make it a part of the image.
    let word: String = Sha256::digest(data)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    if let Some((_, longer)) = file(data, word.as_bytes())
        && let Some(longer) = read(&longer).and_then(passed_on)
    {
        let longer = written(&longer.data_set, &longer.transfer_syntax);
        let stands = longer.windows(word.len()).any(|bytes| bytes == word.as_bytes());
        assert!(!stands, "what stood behind the codestream is there");
    }
    Corpus::Keep
});

libfuzzer_sys::fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    sauva_fuzz::mutate(data, size, max_size, seed)
});

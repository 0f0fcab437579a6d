//! A file through profile and encoder: what comes out is read again, and nothing that was planted in
//! it is there.

#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use sauva::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set, encode_file_meta};
use sauva::deident::{Deidentifier, Key, Profile};
use sauva::encode::Encoder;
use sauva::read::parse;
use sauva_fuzz::LIMITS;
use sha2::{Digest, Sha256};

/// Identifiers of the standard's table, as text of these VRs.
const PLANTED: [(Tag, VR); 6] = [
    (Tag(0x0008, 0x0080), VR::LO),
    (Tag(0x0008, 0x0090), VR::PN),
    (Tag(0x0010, 0x0010), VR::PN),
    (Tag(0x0010, 0x0020), VR::LO),
    (Tag(0x0010, 0x1000), VR::LO),
    (Tag(0x0010, 0x4000), VR::LT),
];

static PROFILE: LazyLock<Deidentifier> =
    LazyLock::new(|| Deidentifier::new(&Key::from_bytes(&[7; 32]).expect("32 bytes"), Profile::basic()));
static ENCODER: LazyLock<Encoder> =
    LazyLock::new(|| Encoder::by_name("jpeg-ls").expect("the encoder has this name"));

/// Plants `word` at this level and at all below.
fn plant(data_set: DataSet, word: &str) -> DataSet {
    let mut planted = DataSet::new();
    for Element { tag, vr, value } in data_set {
        let value = match value {
            Value::Sequence(items) => {
                Value::Sequence(items.into_iter().map(|item| plant(item, word)).collect())
            }
            value => value,
        };
        planted.put(Element { tag, vr, value });
    }
    for (tag, vr) in PLANTED {
        planted.put_text(tag, vr, word);
    }
    planted
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(mut original) = parse(&Bytes::copy_from_slice(data), &LIMITS) else { return };
    // A word that hangs on the input: the fuzzer cannot put it where it may stay.
    let word: String = Sha256::digest(data)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    original.data_set = plant(original.data_set, &word);
    let had_image = original.image.is_some();
    let Ok(deidentified) = PROFILE.apply(original) else { return };
    let Ok(encoded) = ENCODER.encode(deidentified) else { return };
    let mut file = Vec::new();
    let identity = &encoded.identity;
    encode_file_meta(
        &identity.sop_class_uid,
        &identity.sop_instance_uid,
        &encoded.transfer_syntax,
        "1.4",
        "FUZZ",
        &mut file,
    );
    encode_data_set(&encoded.data_set, &mut file);
    assert!(
        !file.windows(word.len()).any(|bytes| bytes == word.as_bytes()),
        "an identifier stayed"
    );
    let again = parse(&file.into(), &LIMITS).expect("what is written can be read");
    assert_eq!(again.image.is_some(), had_image);
});

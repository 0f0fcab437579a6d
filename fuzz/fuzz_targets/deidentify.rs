//! A file through profile and encoder: what comes out is read again, nothing that was planted in it is
//! there, and where the profile puts a value of its own there stands no other. The first byte, which
//! is of the preamble in most files, chooses the profile, the second the encoder.

#![no_main]

use std::sync::LazyLock;

use bytes::Bytes;
use sauva::dataset::{DataSet, Element, Tag, VR, Value, encode_data_set, encode_file_meta};
use sauva::deident::{Deidentifier, Rules};
use sauva::encode::{Encoder, Verify, decoded};
use sauva::read::parse;
use sauva::redact::rules::Rules as PixelRules;
use sauva::redact::{PixelRisk, Redactor};
use sauva_fuzz::{LIMITS, deidentifiers};
use sha2::{Digest, Sha256};

/// Identifiers of the standard's table that no option keeps, as text of these VRs.
const PLANTED: [(Tag, VR); 6] = [
    (Tag(0x0008, 0x0090), VR::PN),
    (Tag(0x0008, 0x1048), VR::PN),
    (Tag(0x0010, 0x0010), VR::PN),
    (Tag(0x0010, 0x0020), VR::LO),
    (Tag(0x0010, 0x1000), VR::LO),
    (Tag(0x0010, 0x4000), VR::LT),
];

static PROFILES: LazyLock<Vec<Deidentifier>> = LazyLock::new(deidentifiers);
static ENCODERS: LazyLock<[Encoder; 3]> = LazyLock::new(|| {
    ["jpeg-ls", "keep", "native"]
        .map(|name| Encoder::by_name(name, Verify::Full).expect("one has this name"))
});

static REDACTOR: LazyLock<Redactor> =
    LazyLock::new(|| Redactor { cleans: true, risk: PixelRisk::Accept, rules: PixelRules::own() });

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

/// No value stands at this level or below where the profile puts one of its own.
fn check_stand_ins(rules: &Rules, data_set: &DataSet) {
    for element in data_set.iter() {
        assert_ne!(rules.is_stand_in(element), Some(false), "{} holds what came", element.tag);
        if let Value::Sequence(items) = &element.value {
            items.iter().for_each(|item| check_stand_ins(rules, item));
        }
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(mut original) = parse(&Bytes::copy_from_slice(data), &LIMITS) else { return };
    // A word that hangs on the input: the fuzzer cannot put it where it may stay.
    let word: String = Sha256::digest(data)[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    original.data_set = plant(original.data_set, &word);
    let had_image = original.image.is_some();
    let deidentifier = &PROFILES[usize::from(data[0]) % PROFILES.len()];
    let encoder = ENCODERS[usize::from(data[1]) % ENCODERS.len()];
    let suspicion = REDACTOR.suspect(&original);
    let Ok(deidentified) = deidentifier.apply(original) else { return };
    check_stand_ins(deidentifier.rules(), deidentified.data_set());
    let Ok(decoded) = decoded(deidentified) else { return };
    let Ok(redaction) = REDACTOR.find(suspicion, &decoded) else { return };
    let Ok(encoded) = encoder.encode(decoded, redaction) else { return };
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
    if let Err(error) = deidentifier.apply(again) {
        panic!("what was let through is let through again: {error}");
    }
});

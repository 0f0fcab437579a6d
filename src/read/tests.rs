//! The reader on small files made by hand; `tests/it/real_files.rs` has the real ones.

use super::*;

/// A Part 10 file with this transfer syntax and these bytes of data set.
fn part10(transfer_syntax: &str, body: &[u8]) -> Bytes {
    let mut file = Vec::new();
    crate::dataset::encode_file_meta("1.2", "1.3", transfer_syntax, "1.4", "X", &mut file);
    file.extend_from_slice(body);
    file.into()
}

fn explicit(body: &[u8]) -> Result<Original, ReadError> {
    parse(&part10(uids::EXPLICIT_VR_LITTLE_ENDIAN, body), &Limits::default())
}

const MODALITY: &[u8] = b"\x08\0\x60\0CS\x02\0CT";

#[test]
fn a_length_past_the_end_is_refused_without_an_allocation() {
    for header in [
        &b"\x08\0\x70\0LO\xFF\xFF"[..],
        b"\x08\0\x70\0UT\0\0\xF0\xFF\xFF\xFF",
        b"\x08\0\x70\0OB\0\0\xF0\xFF\xFF\xFF",
    ] {
        let error = explicit(&[MODALITY, header, b"ab"].concat()).unwrap_err();
        assert_eq!(error.class(), "damaged");
    }
}

#[test]
fn every_cut_inside_the_data_set_is_noticed() {
    let item = [b"\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF", MODALITY, b"\xFE\xFF\x0D\xE0\0\0\0\0"].concat();
    let sequence = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF";
    let whole = [MODALITY, sequence, &item, b"\xFE\xFF\xDD\xE0\0\0\0\0"].concat();
    assert_eq!(explicit(&whole).unwrap().data_set.len(), 2);
    for length in MODALITY.len() + 1..whole.len() {
        assert!(explicit(&whole[..length]).is_err(), "cut at {length} was taken for whole");
    }
}

#[test]
fn nesting_is_bounded() {
    let open = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let body = open.repeat(100_000);
    assert_eq!(explicit(&body).unwrap_err(), ReadError::OverLimit("the levels of nesting"));
}

#[test]
fn un_of_undefined_length_is_an_implicit_sequence() {
    let un = b"\x08\0\x40\x11UN\0\0\xFF\xFF\xFF\xFF";
    let item = b"\xFE\xFF\0\xE0\x0A\0\0\0\x08\0\x60\0\x02\0\0\0MR";
    let body = [MODALITY, &un[..], item, b"\xFE\xFF\xDD\xE0\0\0\0\0"].concat();
    let data_set = explicit(&body).unwrap().data_set;
    let items = data_set.sequence(Tag(0x8, 0x1140)).unwrap();
    assert_eq!(items[0].text(tags::MODALITY), Some("MR"));
}

#[test]
fn a_standard_attribute_in_un_gets_its_own_vr_back() {
    let data_set = explicit(b"\x10\0\x10\0UN\0\0\x04\0\0\0A^B ").unwrap().data_set;
    assert_eq!(data_set.get(tags::PATIENT_NAME).unwrap().vr, crate::dataset::VR::PN);
}

#[test]
fn a_tag_that_stands_twice_is_refused() {
    let error = explicit(&[MODALITY, MODALITY].concat()).unwrap_err();
    assert!(matches!(error, ReadError::DamagedAt(_, tags::MODALITY)));
}

#[test]
fn big_endian_values_are_turned() {
    let body = b"\0\x28\0\x02US\0\x02\x01\x02";
    let file = part10("1.2.840.10008.1.2.2", body);
    let original = parse(&file, &Limits::default()).unwrap();
    assert_eq!(original.data_set.u16(tags::SAMPLES_PER_PIXEL), Some(0x0102));
}

#[test]
fn text_and_archives_are_not_dicom() {
    for bytes in [&b""[..], b"hello world, this is a text", b"PK\x03\x04 not a picture at all"] {
        let error = parse(&Bytes::copy_from_slice(bytes), &Limits::default()).unwrap_err();
        assert_eq!(error.class(), "not-dicom");
    }
}

#[test]
fn a_large_archive_is_told_from_its_first_bytes_and_a_large_instance_by_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let limits = Limits { file_bytes: 5_000, ..Limits::default() };
    let path = folder.path().join("archive");
    std::fs::write(&path, [&b"PK\x03\x04"[..], &[0; 8_000]].concat()).unwrap();
    assert_eq!(read(&path, &limits).unwrap_err().class(), "not-dicom");
    let path = folder.path().join("instance");
    std::fs::write(&path, part10(uids::EXPLICIT_VR_LITTLE_ENDIAN, &[0; 8_000])).unwrap();
    assert_eq!(read(&path, &limits).unwrap_err().class(), "over-limit");
}

#[test]
fn a_deflated_bomb_stops_at_the_limit() {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&vec![0; 3_000_000]).unwrap();
    let file = part10(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, &encoder.finish().unwrap());
    let limits = Limits { inflated_bytes: 1_000_000, ..Limits::default() };
    assert_eq!(parse(&file, &limits).unwrap_err().class(), "over-limit");
}

#[test]
fn an_image_without_its_pixels_is_taken_for_cut_off() {
    let class = b"\x08\0\x16\0UI\x1A\x001.2.840.10008.5.1.4.1.1.2\0";
    assert_eq!(explicit(class).unwrap_err().class(), "pixel-data");
    let rows = b"\x28\0\x10\0US\x02\0\x10\0";
    assert_eq!(explicit(rows).unwrap_err().class(), "pixel-data");
}

#[test]
fn a_report_without_its_content_is_taken_for_cut_off() {
    let class = b"\x08\0\x16\0UI\x1E\x001.2.840.10008.5.1.4.1.1.88.33\0";
    let error = explicit(class).unwrap_err();
    assert!(matches!(error, ReadError::DamagedAt(_, tags::CONTENT_SEQUENCE)), "{error}");
    let content = b"\x40\0\x30\xA7SQ\0\0\0\0\0\0";
    assert!(explicit(&[&class[..], content].concat()).is_ok());
}

#[test]
fn elements_in_descending_order_take_no_longer_than_others() {
    let element = |at: u32| {
        let tag = 0x7FFE_FFFE - 2 * at;
        let group_first = [(tag >> 16) as u16, tag as u16];
        [&group_first[0].to_le_bytes()[..], &group_first[1].to_le_bytes(), b"LO\0\0"].concat()
    };
    let body: Vec<u8> =
        std::iter::once(MODALITY.to_vec()).chain((0..400_000).map(element)).flatten().collect();
    assert_eq!(explicit(&body).unwrap().data_set.len(), 400_001);
}

#[test]
fn a_vr_that_is_none_is_read_as_others_read_it_and_an_unknown_one_refused() {
    for vr in ["\0\0", "  ", "??", "--"] {
        let element = [b"\x34\x12\x10\0", vr.as_bytes(), b"\x04\0ABCD"].concat();
        let data_set = explicit(&[MODALITY, &element].concat()).unwrap().data_set;
        let element = data_set.get(Tag(0x1234, 0x10)).unwrap();
        assert_eq!(element.vr, crate::dataset::VR::UN);
        assert_eq!(element.value, Value::Bytes(Bytes::from_static(b"ABCD")));
    }
    for vr in ["ZZ", "OX", "cs", "\0 "] {
        let element = [b"\x34\x12\x10\0", vr.as_bytes(), b"\x04\0ABCD"].concat();
        assert_eq!(explicit(&[MODALITY, &element].concat()).unwrap_err().class(), "damaged");
    }
}

#[test]
fn nothing_but_an_element_of_padding_may_follow_the_last_element() {
    let padding = b"\xFC\xFF\xFC\xFFOB\0\0\x04\0\0\0\0\0\0\0";
    assert!(explicit(&[MODALITY, padding].concat()).is_ok());
    let zeros = [0; 512];
    for tail in [&zeros[..1], &zeros[..8], &zeros[..16], &zeros, b"\xFF\xFF", b"a few words"] {
        let error = explicit(&[MODALITY, tail].concat()).unwrap_err();
        assert_eq!(error.class(), "damaged", "{tail:?}");
    }
}

#[test]
fn elements_out_of_order_are_put_in_order_and_a_twin_inside_an_item_is_refused() {
    let name = b"\x10\0\x10\0PN\x04\0A^B ";
    let data_set = explicit(&[name, MODALITY].concat()).unwrap().data_set;
    let tags: Vec<Tag> = data_set.iter().map(|element| element.tag).collect();
    assert_eq!(tags, [tags::MODALITY, tags::PATIENT_NAME]);
    let item = [b"\xFE\xFF\0\xE0\x14\0\0\0", MODALITY, MODALITY].concat();
    let body = [&b"\x08\0\x40\x11SQ\0\0\x1C\0\0\0"[..], &item].concat();
    assert!(matches!(explicit(&body).unwrap_err(), ReadError::DamagedAt(_, tags::MODALITY)));
}

/// Sequences in sequences, this many.
fn nested(levels: usize) -> Bytes {
    let open = b"\x08\0\x40\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let close = b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0";
    part10(uids::EXPLICIT_VR_LITTLE_ENDIAN, &[open.repeat(levels), close.repeat(levels)].concat())
}

#[test]
fn the_depth_can_be_set_but_not_beyond_what_the_stack_bears() {
    assert!(parse(&nested(32), &Limits::default()).is_ok());
    assert_eq!(parse(&nested(33), &Limits::default()).unwrap_err().class(), "over-limit");
    let limits = Limits { depth: usize::MAX, ..Limits::default() };
    assert!(parse(&nested(DEEPEST), &limits).is_ok());
    assert_eq!(parse(&nested(DEEPEST + 1), &limits).unwrap_err().class(), "over-limit");
}

#[test]
fn a_deflated_data_set_must_end_and_nothing_may_follow_it() {
    use std::io::Write;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(MODALITY).unwrap();
    let deflated = encoder.finish().unwrap();
    let file = |body: &[u8]| {
        parse(&part10(uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, body), &Limits::default())
    };
    assert!(file(&deflated).is_ok());
    assert!(file(&[&deflated[..], b"\0"].concat()).is_ok(), "padded to even length");
    assert!(file(&[&deflated[..], &[0; 64]].concat()).is_err());
    for length in 0..deflated.len() {
        assert!(file(&deflated[..length]).is_err(), "cut at {length} was taken for whole");
    }
}

mod properties {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::{Element, VR, encode_data_set};

    /// Data sets of a few levels, as the writer may be given them.
    fn data_sets() -> impl Strategy<Value = DataSet> {
        let text = (0x10_u16..0x20, vec(any::<u8>(), 0..9)).prop_map(|(number, mut bytes)| {
            bytes.resize(bytes.len().next_multiple_of(2), b' ');
            Element { tag: Tag(0x0009, number), vr: VR::LT, value: Value::Bytes(bytes.into()) }
        });
        let level = vec(text, 0..5).prop_map(|elements| elements.into_iter().collect::<DataSet>());
        level.prop_recursive(4, 32, 4, |inner| {
            (inner.clone(), vec(inner, 0..4)).prop_map(|(mut data_set, items)| {
                data_set.put_sequence(Tag(0x0040, 0xA730), items);
                data_set
            })
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(data_set in data_sets()) {
            let mut body = Vec::new();
            encode_data_set(&data_set, &mut body);
            prop_assume!(!body.is_empty());
            let read = explicit(&body);
            prop_assert_eq!(read.unwrap().data_set, data_set);
        }

        #[test]
        fn a_cut_leaves_no_element_half(data_set in data_sets(), share in 0.0..1.0) {
            let mut body = Vec::new();
            encode_data_set(&data_set, &mut body);
            body.truncate((body.len() as f64 * share) as usize);
            if let Ok(cut) = explicit(&body) {
                for element in cut.data_set.iter() {
                    prop_assert_eq!(Some(element), data_set.get(element.tag));
                }
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(
            syntax in prop::sample::select(&[
                uids::IMPLICIT_VR_LITTLE_ENDIAN,
                uids::EXPLICIT_VR_LITTLE_ENDIAN,
                "1.2.840.10008.1.2.2",
                uids::DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
            ][..]),
            body in vec(prop_oneof![any::<u8>(), Just(0), Just(0xFF), Just(0xFE), Just(0xE0)], 0..200),
        ) {
            let _ = parse(&part10(syntax, &body), &Limits::default());
            let _ = parse(&Bytes::from(body), &Limits::default());
        }
    }
}

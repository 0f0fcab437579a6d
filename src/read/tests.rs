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

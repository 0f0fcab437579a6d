use bytes::Bytes;
use dicom::dictionary_std::uids;

use super::*;
use crate::area::{Frames, Reason, Rectangle};
use crate::dataset::{Element, Tag, VR};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{DecodedPixels, Identity, Samples, SourcePixels};

const RECTANGLE: Rectangle = Rectangle { x: 2, y: 2, width: 20, height: 8 };

fn area(reason: Reason) -> Area {
    Area { rectangle: RECTANGLE, frames: Frames::All, reason }
}

fn suspicion(risk: Risk, is_declared: bool, told: Vec<Area>) -> Suspicion {
    Suspicion { risk, is_declared, told, is_ruled_out: false, may_show_face: false }
}

fn seen(shows_text: bool, is_doubtful: bool) -> Seen {
    let text = if shows_text { vec![area(Reason::Text)] } else { Vec::new() };
    Seen { text, is_doubtful }
}

fn redactor(cleans: bool) -> Redactor {
    Redactor { cleans, ..Redactor::default() }
}

#[test]
fn without_cleaning_what_shows_or_may_show_text_is_refused() {
    use RedactError::{BurnedIn, NotSearchable, TextFound, Unsure};
    let of = |risk, is_declared, seen: Option<Seen>| {
        redactor(false).problem(&suspicion(risk, is_declared, Vec::new()), seen.as_ref())
    };
    assert_eq!(of(Risk::Low, false, None), None);
    assert_eq!(of(Risk::Low, true, Some(seen(false, false))), Some(BurnedIn));
    assert_eq!(of(Risk::Raised, false, Some(seen(true, false))), Some(TextFound));
    assert_eq!(of(Risk::Raised, false, Some(seen(false, true))), None);
    assert_eq!(of(Risk::High, false, Some(seen(false, true))), Some(Unsure));
    assert_eq!(of(Risk::High, false, Some(seen(false, false))), None);
    assert_eq!(of(Risk::High, false, None), Some(NotSearchable));
    assert_eq!(of(Risk::Raised, false, None), Some(NotSearchable));
}

#[test]
fn with_cleaning_only_what_nobody_can_place_is_refused() {
    use RedactError::{NotFound, NotSearchable, Unsure};
    let rule = || vec![area(Reason::Rule("a".into()))];
    let of = |risk, is_declared, told, seen: Option<Seen>| {
        redactor(true).problem(&suspicion(risk, is_declared, told), seen.as_ref())
    };
    for risk in [Risk::Low, Risk::Raised, Risk::High] {
        assert_eq!(of(risk, true, Vec::new(), Some(seen(true, false))), None);
        assert_eq!(of(risk, true, rule(), Some(seen(false, true))), None);
        assert_eq!(of(risk, true, Vec::new(), Some(seen(false, false))), Some(NotFound));
        assert_eq!(of(risk, true, Vec::new(), None), Some(NotSearchable));
        assert_eq!(of(risk, true, rule(), None), None);
        let ruled_out = Suspicion { is_ruled_out: true, ..suspicion(risk, true, Vec::new()) };
        assert_eq!(redactor(true).problem(&ruled_out, None), None);
    }
    assert_eq!(of(Risk::High, false, Vec::new(), Some(seen(false, true))), Some(Unsure));
    assert_eq!(of(Risk::High, false, rule(), Some(seen(false, true))), None);
    assert_eq!(of(Risk::High, false, Vec::new(), None), Some(NotSearchable));
    assert_eq!(of(Risk::Raised, false, Vec::new(), None), Some(NotSearchable));
    assert_eq!(of(Risk::Raised, false, Vec::new(), Some(seen(false, true))), None);
    assert_eq!(of(Risk::Low, false, Vec::new(), None), None);
    // A sliver holds no word.
    let sliver =
        Area { rectangle: Rectangle { width: 1, ..RECTANGLE }, ..area(Reason::OutsideRegions) };
    assert_eq!(of(Risk::Raised, true, vec![sliver], Some(seen(false, false))), Some(NotFound));
}

/// A grey image of one value.
fn image(class: &str) -> (DataSet, ImagePixel, Bytes) {
    let image = ImagePixel {
        rows: 32,
        columns: 64,
        frames: 1,
        samples_per_pixel: 1,
        bits_allocated: 8,
        bits_stored: 8,
        high_bit: 7,
        sample_type: SampleType::Unsigned,
        planar_configuration: 0,
        photometric_interpretation: "MONOCHROME2".into(),
    };
    let mut data_set = DataSet::new();
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, class);
    (data_set, image, vec![90; 64 * 32].into())
}

/// What is known of an image when nobody accepts a risk.
fn found(redactor: &Redactor, data_set: DataSet, image: &ImagePixel, native: &Bytes) -> Redaction {
    let source = SourcePixels::Native(native.clone());
    let original = Original {
        data_set: data_set.clone(),
        transfer_syntax: uids::EXPLICIT_VR_LITTLE_ENDIAN.into(),
        image: Some((image.clone(), source.clone())),
    };
    let suspicion = redactor.suspect(&original);
    let uid = || "1.2".to_owned();
    let identity = Identity {
        patient_id: uid(),
        study_uid: uid(),
        series_uid: uid(),
        sop_instance_uid: uid(),
        sop_class_uid: uid(),
    };
    let pixels = DecodedPixels {
        source,
        source_image: image.clone(),
        image: image.clone(),
        native: native.clone(),
        samples: Some(Samples::Eight(native.to_vec())),
        without_overlay: None,
    };
    let transfer_syntax = original.transfer_syntax;
    #[expect(clippy::disallowed_methods, reason = "nothing in this data set identifies")]
    let decoded = Decoded::new(data_set, transfer_syntax, identity, Some(pixels));
    redactor.find(suspicion, &decoded).unwrap()
}

#[test]
fn only_what_was_looked_at_may_claim_to_be_clean() {
    let (slice, image, native) = image(uids::CT_IMAGE_STORAGE);
    let slice = found(&redactor(true), slice, &image, &native);
    assert_eq!(slice.text, PixelText::NotLooked);
    assert!(!redactor(true).may_claim(&slice));
    let (capture, image, native) = self::image(uids::SECONDARY_CAPTURE_IMAGE_STORAGE);
    let capture = found(&redactor(true), capture, &image, &native);
    assert_eq!((capture.text, capture.areas), (PixelText::NothingFound, Vec::new()));
    let looked = Redaction { text: PixelText::NothingFound, ..Redaction::default() };
    assert!(redactor(true).may_claim(&looked) && !redactor(false).may_claim(&looked));
    for text in [PixelText::Doubtful, PixelText::Accepted] {
        assert!(!redactor(true).may_claim(&Redaction { text, ..Redaction::default() }));
    }
}

#[test]
fn rules_and_regions_are_covered_as_far_as_the_image_goes() {
    let rules = "[[rule]]\nname = \"a\"\nreason = \"a banner\"\nmanufacturer = \"ACME\"\n\
        areas = [{ x = 0, y = 0, width = \"all\", height = 400 }]\n";
    let rules = Rules::from_toml(rules).unwrap();
    let redactor = Redactor { cleans: true, rules, ..Redactor::default() };
    let (mut data_set, image, native) = image(uids::CT_IMAGE_STORAGE);
    data_set.put_text(tags::MANUFACTURER, VR::LO, "Acme ");
    let redaction = found(&redactor, data_set.clone(), &image, &native);
    let whole = Rectangle { x: 0, y: 0, width: 64, height: 32 };
    assert_eq!(redaction.text, PixelText::Cleaned);
    assert_eq!(redaction.areas, [Area { rectangle: whole, ..area(Reason::Rule("a".into())) }]);
    // What nobody can search is covered where a rule says so, and claims nothing.
    let wide = ImagePixel { photometric_interpretation: "HSV".into(), ..image.clone() };
    let redaction = found(&redactor, data_set.clone(), &wide, &native);
    assert_eq!((redaction.text, redaction.areas.len()), (PixelText::Doubtful, 1));
    // A region as large as the image tells of nothing, and does not stand in for a look.
    let mut region = DataSet::new();
    for (tag, number) in [(0x6018, 0_u32), (0x601A, 0), (0x601C, 63), (0x601E, 31)] {
        let value = crate::dataset::Value::Bytes(number.to_le_bytes().to_vec().into());
        region.put(Element { tag: Tag(0x0018, tag), vr: VR::UL, value });
    }
    let mut whole = data_set.clone();
    whole.put_text(tags::MANUFACTURER, VR::LO, "another");
    whole.put_text(tags::SOP_CLASS_UID, VR::UI, uids::ULTRASOUND_IMAGE_STORAGE);
    whole.put_sequence(tags::SEQUENCE_OF_ULTRASOUND_REGIONS, vec![region]);
    let suspicion = Suspicion { is_declared: true, ..suspicion(Risk::Raised, true, Vec::new()) };
    assert_eq!(redactor.problem(&suspicion, None), Some(RedactError::NotSearchable));
    assert_eq!(found(&redactor, whole, &image, &native).text, PixelText::NothingFound);
    // Without cleaning, rules change nothing.
    let redactor = Redactor { cleans: false, ..redactor };
    assert_eq!(found(&redactor, data_set, &image, &native).areas, []);
}

//! Files that may not be let through, or need not be: each alone, so that nothing else is held back.

use dicom::dictionary_std::{tags, uids};

use super::scene::{Expected, Scene, binary, instance, item};
use super::token::Planter;
use super::wire::Wire;
use super::{codestreams, documents, picture, pixels};
use crate::dataset::{DataSet, Element, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    let mut scenes = vec![
        behind_the_data_set(planter),
        burned_in(planter),
        secondary_capture(planter),
        too_deep(planter),
        no_identity(planter),
        cut_off(planter),
        photometric(planter),
        transfer_syntax(planter),
        selector_url(planter),
        code_word(planter, "modality", tags::MODALITY, 25),
        code_word(planter, "character-set", tags::SPECIFIC_CHARACTER_SET, 39),
    ];
    scenes.extend(directories(planter));
    scenes.extend(documents(planter));
    if planter.wire == Wire::Encapsulated {
        scenes.extend(codestreams(planter));
    } else {
        scenes.extend([stray_bits(planter), another_frame(planter)]);
    }
    if matches!(planter.wire, Wire::ImplicitLittle | Wire::ExplicitLittle) {
        scenes.push(bare(planter));
    }
    scenes
}

fn image(planter: &mut Planter, name: &'static str) -> DataSet {
    planter.enter(name);
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    data_set
}

fn behind_the_data_set(planter: &mut Planter) -> Scene {
    let data_set = image(planter, "bytes-behind");
    let tail = planter.word(46, "bytes behind the data set").into_bytes();
    Scene { tail, ..Scene::refused("bytes-behind", data_set, "damaged") }
}

fn burned_in(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "burned-in");
    data_set.put_text(tags::BURNED_IN_ANNOTATION, VR::CS, "YES");
    let token = planter.word(59, "Patient's Name of an image with burned in annotation");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &token);
    Scene::refused("burned-in", data_set, "burned-in-annotation")
}

/// A screen that says of itself that it shows no text.
fn secondary_capture(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "secondary-capture");
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, uids::SECONDARY_CAPTURE_IMAGE_STORAGE);
    data_set.put_text(tags::CONVERSION_TYPE, VR::CS, "WSD");
    let token = planter.word(60, "Patient's Name of a secondary capture");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &token);
    Scene { expected: Expected::Either, ..Scene::new("secondary-capture", data_set) }
}

/// Deeper than the program goes unless it is told to.
const LEVELS: usize = 40;

fn too_deep(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "too-deep");
    let token = planter.word(69, "Patient's Name, 40 deep");
    let mut inner = item(&[(tags::PATIENT_NAME, VR::PN, &token)]);
    for _ in 0..LEVELS {
        let mut outer = DataSet::new();
        outer.put_sequence(tags::REFERENCED_IMAGE_SEQUENCE, vec![inner]);
        inner = outer;
    }
    data_set.put_sequence(tags::SOURCE_IMAGE_SEQUENCE, vec![inner]);
    Scene::refused("too-deep", data_set, "over-limit")
}

fn no_identity(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "no-identity");
    let token = planter.word(33, "SOP Class UID, a word");
    data_set.put_text(tags::SOP_CLASS_UID, VR::UI, &token);
    Scene::refused("no-identity", data_set, "no-identity")
}

/// A file that ends before its pixels.
fn cut_off(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "cut-off");
    data_set.remove(tags::PIXEL_DATA);
    let token = planter.word(69, "Patient's Name in a file that is cut off");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &token);
    Scene::refused("cut-off", data_set, "pixel-data")
}

fn photometric(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "photometric");
    let token = planter.word(25, "Photometric Interpretation, a word");
    data_set.put_text(tags::PHOTOMETRIC_INTERPRETATION, VR::CS, &token);
    Scene::refused("photometric", data_set, "image-pixel-module")
}

fn transfer_syntax(planter: &mut Planter) -> Scene {
    let data_set = image(planter, "transfer-syntax");
    let token = planter.word(33, "Transfer Syntax UID, a word");
    let meta = vec![Element::text(tags::TRANSFER_SYNTAX_UID, VR::UI, &token)];
    Scene { meta, ..Scene::refused("transfer-syntax", data_set, "transfer-syntax") }
}

/// The one row of the table that wants a dummy for a URL.
fn selector_url(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "selector-url");
    let token = planter.word(19, "Selector UR Value");
    data_set.put_text(tags::SELECTOR_UR_VALUE, VR::UR, &format!("http://{token}.example/"));
    Scene { expected: Expected::Either, ..Scene::new("selector-url", data_set) }
}

/// A word where a term of a list belongs, on which much depends.
fn code_word(planter: &mut Planter, name: &'static str, tag: Tag, number: u8) -> Scene {
    let mut data_set = image(planter, name);
    let token = planter.word(number, "a word for a defined term");
    data_set.put_text(tag, VR::CS, &token);
    Scene { expected: Expected::Either, ..Scene::new(name, data_set) }
}

/// A DICOMDIR, under its name and under that of an image.
fn directories(planter: &mut Planter) -> [Scene; 2] {
    [("dicomdir", 7), ("directory", 8)].map(|(name, number)| {
        planter.enter(name);
        let class = uids::MEDIA_STORAGE_DIRECTORY_STORAGE;
        let mut data_set = instance(planter, class);
        let patient = planter.word(number, "Patient's Name in a directory record");
        let file_set = planter.word(number, "File-set ID");
        let record = item(&[
            (tags::DIRECTORY_RECORD_TYPE, VR::CS, "PATIENT"),
            (tags::PATIENT_NAME, VR::PN, &patient),
        ]);
        data_set.put_text(tags::FILE_SET_ID, VR::CS, &file_set);
        data_set.put_sequence(tags::DIRECTORY_RECORD_SEQUENCE, vec![record]);
        let file_name = (name == "dicomdir").then(|| "DICOMDIR".to_owned());
        Scene { file_name, ..Scene::refused(name, data_set, "dicomdir") }
    })
}

fn documents(planter: &mut Planter) -> [Scene; 3] {
    [
        ("pdf", uids::ENCAPSULATED_PDF_STORAGE, "%PDF-1.7 /Title"),
        ("cda", uids::ENCAPSULATED_CDA_STORAGE, "<ClinicalDocument> <name>"),
        ("stl", uids::ENCAPSULATED_STL_STORAGE, "solid of"),
    ]
    .map(|(name, class, start)| {
        planter.enter(name);
        let token = planter.word(21, "Encapsulated Document");
        let data_set = documents::document(planter, class, &format!("{start} {token}"));
        Scene::refused(name, data_set, "no-dummy")
    })
}

/// Bits above High Bit that nothing explains.
fn stray_bits(planter: &mut Planter) -> Scene {
    planter.enter("stray-bits");
    let token = planter.word(48, "bits above High Bit");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    pixels::put_four_bits(&mut data_set, &token);
    Scene::refused("stray-bits", data_set, "stray-bits")
}

/// Native pixel data with a frame more than the attributes say.
fn another_frame(planter: &mut Planter) -> Scene {
    planter.enter("another-frame");
    let token = planter.word(47, "a frame beyond Number of Frames");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put_module(&mut data_set, 8);
    let (vr, frame) = picture::gradient(8);
    let mut two = frame.repeat(2);
    two[frame.len()..][..token.len()].copy_from_slice(token.as_bytes());
    data_set.put(binary(tags::PIXEL_DATA, vr, &two));
    Scene::refused("another-frame", data_set, "pixel-data")
}

/// Fragments that no frame claims, boxes around a codestream, bytes behind the last run.
fn codestreams(planter: &mut Planter) -> [Scene; 3] {
    planter.enter("extra-fragment");
    let token = planter.word(55, "a fragment of RLE beyond Number of Frames");
    let mut extra = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put_module(&mut extra, 8);
    let frames = vec![codestreams::rle(""), token.into_bytes()];
    extra.put(picture::encapsulated(frames));
    planter.enter("rle-slack");
    let slack = codestreams::image(planter, |planter| {
        codestreams::rle(&planter.word(55, "bytes behind the last run of RLE"))
    });
    planter.enter("jp2");
    let boxes = codestreams::image(planter, |planter| {
        let token = planter.word(54, "XML box of JP2");
        let mut file = b"\0\0\0\x0CjP  \r\n\x87\n".to_vec();
        file.extend((8 + token.len() as u32).to_be_bytes());
        file.extend([b"xml ", token.as_bytes()].concat());
        file.extend(b"\0\0\0\0jp2c");
        file.extend(codestreams::grey_2000(planter));
        file
    });
    let rle = Some(uids::RLE_LOSSLESS);
    let jpeg_2000 = Some(uids::JPEG2000_LOSSLESS);
    [
        Scene { transfer_syntax: rle, ..Scene::refused("extra-fragment", extra, "pixel-data") },
        Scene {
            transfer_syntax: rle,
            expected: Expected::Either,
            ..Scene::new("rle-slack", slack)
        },
        Scene { transfer_syntax: jpeg_2000, ..Scene::new("jp2", boxes) },
    ]
}

/// A data set without preamble and File Meta Information.
fn bare(planter: &mut Planter) -> Scene {
    let mut data_set = image(planter, "bare");
    let token = planter.word(70, "Patient's Name in a file without preamble");
    data_set.put_text(tags::PATIENT_NAME, VR::PN, &token);
    let token = planter.word(70, "private attribute in such a file");
    data_set.put_text(Tag(0x0009, 0x1001), VR::LO, &token);
    Scene { bare: true, ..Scene::new("bare", data_set) }
}

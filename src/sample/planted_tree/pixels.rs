//! Places around the pixels: overlays, curves, icons, colour profiles, bytes that no pixel takes.

use dicom::dictionary_std::{tags, uids};

use super::picture::{self, PIXELS};
use super::scene::{Scene, binary, code, instance, item};
use super::token::Planter;
use super::wire::Wire;
use crate::dataset::{DataSet, Tag, VR};

/// The scenes of this file.
pub(super) fn scenes(planter: &mut Planter) -> Vec<Scene> {
    let mut scenes = vec![graphics(planter)];
    if planter.wire != Wire::Encapsulated {
        scenes.extend([excess(planter), embedded_overlay(planter)]);
    }
    scenes
}

fn graphics(planter: &mut Planter) -> Scene {
    planter.enter("graphics");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put(&mut data_set, planter.wire, 12);
    for group in [0x6000, 0x6002, 0x601E] {
        put_overlay(planter, &mut data_set, group);
    }
    put_curve(planter, &mut data_set);
    put_icon(planter, &mut data_set);
    let profile = planter.word(57, "ICC Profile, its description");
    let profile = ["desc", &profile, "\0\0\0\0"].concat();
    data_set.put(binary(tags::ICC_PROFILE, VR::OB, profile.as_bytes()));
    let token = planter.word(57, "ICC Profile in an optical path");
    let mut path = item(&[(tags::OPTICAL_PATH_IDENTIFIER, VR::SH, "1")]);
    path.put(binary(tags::ICC_PROFILE, VR::OB, token.as_bytes()));
    data_set.put_sequence(tags::OPTICAL_PATH_SEQUENCE, vec![path]);
    let token = planter.word(50, "Variable Pixel Data, retired");
    data_set.put(binary(Tag(0x7F00, 0x0010), VR::OB, token.as_bytes()));
    Scene::new("graphics", data_set)
}

fn put_overlay(planter: &mut Planter, data_set: &mut DataSet, group: u16) {
    let place = |what: &str| format!("overlay {group:04X}, {what}");
    let side = picture::SIDE;
    data_set.put_u16(Tag(group, 0x0010), side);
    data_set.put_u16(Tag(group, 0x0011), side);
    data_set.put_u16(Tag(group, 0x0100), 1);
    data_set.put_u16(Tag(group, 0x0102), 0);
    data_set.put_text(Tag(group, 0x0040), VR::CS, "G");
    let token = planter.word(49, &place("description"));
    data_set.put_text(Tag(group, 0x0022), VR::LO, &token);
    let token = planter.word(49, &place("label"));
    data_set.put_text(Tag(group, 0x1500), VR::LO, &token);
    let token = planter.word(49, &place("comments"));
    data_set.put_text(Tag(group, 0x4000), VR::LT, &token);
    let token = planter.word(49, &place("data"));
    let mut bits = token.into_bytes();
    bits.resize(PIXELS / 8, 0);
    data_set.put(binary(Tag(group, 0x3000), VR::OB, &bits));
}

fn put_curve(planter: &mut Planter, data_set: &mut DataSet) {
    for (element, vr, place) in [
        (0x0022, VR::LO, "description"),
        (0x0030, VR::SH, "axis units"),
        (0x0040, VR::SH, "axis labels"),
        (0x2500, VR::LO, "label"),
        (0x3000, VR::OB, "data"),
    ] {
        let token = planter.word(50, &format!("curve 5000, {place}"));
        data_set.put(binary(Tag(0x5000, element), vr, token.as_bytes()));
    }
}

fn put_icon(planter: &mut Planter, data_set: &mut DataSet) {
    let pixels = planter.word(51, "Icon Image Sequence, pixels");
    let name = planter.word(51, "Icon Image Sequence, a code");
    let mut icon = DataSet::new();
    picture::put_module(&mut icon, 8);
    icon.put_u16(tags::ROWS, 1);
    icon.put_u16(tags::COLUMNS, pixels.len() as u16);
    icon.put(binary(tags::PIXEL_DATA, VR::OB, pixels.as_bytes()));
    icon.put_sequence(tags::PURPOSE_OF_REFERENCE_CODE_SEQUENCE, vec![code("1", "99ONE", &name)]);
    data_set.put_sequence(tags::ICON_IMAGE_SEQUENCE, vec![icon]);
}

/// Bytes beyond Rows x Columns x Frames.
fn excess(planter: &mut Planter) -> Scene {
    planter.enter("excess");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    picture::put_module(&mut data_set, 8);
    let token = planter.word(47, "bytes beyond Rows x Columns x Frames");
    let (vr, mut pixels) = picture::gradient(8);
    pixels.extend_from_slice(token.as_bytes());
    data_set.put(binary(tags::PIXEL_DATA, vr, &pixels));
    Scene::new("excess", data_set)
}

/// An image of 4 bits whose upper bits an overlay explains: together they spell a token.
fn embedded_overlay(planter: &mut Planter) -> Scene {
    planter.enter("embedded-overlay");
    let token = planter.word(48, "pixels with an overlay in their unused bits");
    let mut data_set = instance(planter, uids::CT_IMAGE_STORAGE);
    data_set.put_u16(Tag(0x6000, 0x0010), picture::SIDE);
    data_set.put_u16(Tag(0x6000, 0x0011), picture::SIDE);
    data_set.put_u16(Tag(0x6000, 0x0100), 8);
    data_set.put_u16(Tag(0x6000, 0x0102), 6);
    put_four_bits(&mut data_set, &token);
    Scene::new("embedded-overlay", data_set)
}

/// Pixels of 4 bits in bytes that hold this text.
pub(super) fn put_four_bits(data_set: &mut DataSet, text: &str) {
    picture::put_module(data_set, 4);
    let (vr, mut pixels) = picture::gradient(4);
    pixels.fill(1);
    pixels[..text.len()].copy_from_slice(text.as_bytes());
    data_set.put(binary(tags::PIXEL_DATA, vr, &pixels));
}

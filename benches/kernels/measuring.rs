//! Numbers and digests of the samples.

use std::rc::Rc;

use sauva::attributes::group;
use sauva::instance::Samples;
use sauva::stats::{
    Frame, FrameSamples, Histogram, PixelDigest, Rescale, SampleFormat, SoftTissue, Texture,
    first_order, measure_image,
};

use super::{Prepare, Slice, each};

/// -60 to 140 HU, in values that are stored with the slice's intercept of -1024.
const TISSUE: SoftTissue = SoftTissue { low: 964, high: 1164, unit: 1.0 };

/// All numbers of an image.
pub(super) fn whole(slice: &Rc<Slice>) -> Prepare {
    let encoded = slice.encoded("native");
    each(|| (), move |()| measure_image(&encoded, group(&encoded.data_set)).expect("a grey image"))
}

fn samples(slice: &Slice) -> (SampleFormat, Vec<u16>) {
    let (image, samples) = slice.samples();
    let format = SampleFormat::new(image.bits_stored.into(), false);
    (format.expect("the slice's samples are no wider than 16 bits"), samples)
}

pub(super) fn histogram(slice: &Rc<Slice>) -> Prepare {
    let (format, samples) = samples(slice);
    each(|| (), move |()| Histogram::from_u16(&samples, format, None).expect("16 bits"))
}

pub(super) fn first_orders(slice: &Rc<Slice>) -> Prepare {
    let (format, samples) = samples(slice);
    let histogram = Histogram::from_u16(&samples, format, None).expect("16 bits");
    let hounsfield = Rescale::from_ds("1", "-1024").expect("numbers");
    each(|| (), move |()| first_order(&histogram, &hounsfield).expect("pixels"))
}

/// Noise and sharpness.
pub(super) fn texture(slice: &Rc<Slice>) -> Prepare {
    let (format, samples) = samples(slice);
    let image = slice.samples().0;
    let texture = move |()| {
        let frame = Frame {
            samples: FrameSamples::Sixteen(&samples),
            rows: image.rows as usize,
            columns: image.columns as usize,
            format,
            padding: None,
        };
        Texture::of(&frame, Some(&TISSUE))
    };
    each(|| (), texture)
}

pub(super) fn digest(slice: &Rc<Slice>) -> Prepare {
    let samples = Samples::Sixteen(slice.samples().1);
    let digest = PixelDigest::new([7; 32]);
    each(|| (), move |()| digest.of_samples(&samples))
}

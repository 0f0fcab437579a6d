//! Where the patient's body is in a CT image: attributes and samples in, a box out. The rule itself stands in
//! [`body`](crate::stats::body).

use dicom::dictionary_std::tags;

use super::plane::planes;
use super::scale::Scale;
use super::{is_ct_image, padding};
use crate::area::Rectangle;
use crate::dataset::{DataSet, Tag};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{Encoded, Samples};
use crate::stats::body::{Mask, Reach, THRESHOLD_HU, body_box};
use crate::stats::{Frame, FrameSamples, Rescale};

/// Of an image that does not tell its Pixel Spacing, mm.
const USUAL_SPACING_MM: [f64; 2] = [1.0, 1.0];

/// The box around the body in an instance that is to be written; see [`body_of_samples`].
pub fn body_of(instance: &Encoded) -> Option<Rectangle> {
    let image = instance.decoded.as_ref().or(instance.image.as_ref())?;
    body_of_samples(&instance.data_set, image, instance.samples.as_ref()?)
}

/// The box around the body in a CT image; of one with several frames a box around all of them. `None` where no body
/// is found, and of images whose output values are no Hounsfield units.
pub fn body_of_samples(
    data_set: &DataSet,
    image: &ImagePixel,
    samples: &Samples,
) -> Option<Rectangle> {
    if !shows_hounsfield_units(data_set, image) {
        return None;
    }
    let (scale, padding) = (Scale::of(data_set, image), padding(data_set, image));
    let reach = Reach::of_sheets(spacing(data_set).unwrap_or(USUAL_SPACING_MM));
    let planes = planes(image, samples)?;
    let boxes = planes.iter().enumerate().filter_map(|(number, plane)| {
        let rescale = match &scale {
            Scale::Same(rescale) => rescale,
            Scale::ByFrame(rescales) => rescales.get(number)?,
            Scale::Lut(_) | Scale::Unusable => return None,
        };
        body_box(&dense(&plane.frame(image, padding)?, rescale)?, reach)
    });
    boxes.reduce(Rectangle::around)
}

/// Whether output values are Hounsfield units of slices: an image of CT that is no localizer (Image Type
/// (0008,0008), PS3.3 section C.8.2.1.1.1) and no map of something else (Rescale Type (0028,1054), section C.11.1.1.2).
pub fn shows_hounsfield_units(data_set: &DataSet, image: &ImagePixel) -> bool {
    let kinds = data_set.text(tags::IMAGE_TYPE).unwrap_or_default();
    let is_localizer = kinds.split('\\').any(|kind| kind.trim() == "LOCALIZER");
    is_ct_image(data_set)
        && !is_localizer
        && image.samples_per_pixel == 1
        && image.sample_type != SampleType::Float
        && rescale_types(data_set).all(|unit| matches!(unit, "" | "HU" | "US"))
}

/// What units an image says that its output values have: of all frames, and of each.
fn rescale_types(data_set: &DataSet) -> impl Iterator<Item = &str> {
    let groups =
        [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE];
    let groups = groups.into_iter().filter_map(|tag| data_set.sequence(tag)).flatten();
    let transformations = groups
        .filter_map(|group| group.sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)?.first());
    let all = std::iter::once(data_set).chain(transformations);
    all.filter_map(|item| item.text(tags::RESCALE_TYPE))
}

/// Pixel Spacing (0028,0030), of an image or of its first frame: between rows, then between columns, mm.
fn spacing(data_set: &DataSet) -> Option<[f64; 2]> {
    let of_item = |item: &DataSet| {
        let mut numbers = item.text(tags::PIXEL_SPACING)?.split('\\');
        let mut next = || numbers.next()?.trim().parse::<f64>().ok().filter(|it| it.is_finite());
        Some([next()?, next()?])
    };
    let of_group = |tag: Tag| {
        let group = data_set.sequence(tag)?.first()?;
        of_item(group.sequence(tags::PIXEL_MEASURES_SEQUENCE)?.first()?)
    };
    of_item(data_set)
        .or_else(|| of_group(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE))
        .or_else(|| of_group(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE))
}

/// The pixels of at least [`THRESHOLD_HU`]. `None` where the scale is none.
fn dense(frame: &Frame<'_>, rescale: &Rescale) -> Option<Mask> {
    let slope = rescale.slope.to_f64();
    let stored = (THRESHOLD_HU - rescale.intercept.to_f64()) / slope;
    if slope == 0.0 || stored.is_nan() {
        return None;
    }
    let (least, greatest) = frame.format.ends();
    let (low, high) = if slope > 0.0 {
        (stored.ceil().max(least as f64) as i64, greatest)
    } else {
        (least, stored.floor().min(greatest as f64) as i64)
    };
    let (format, padding) = (frame.format, frame.padding);
    let is_dense = |sample: u32| {
        let value = format.value(sample);
        (low..=high).contains(&value) && !padding.is_some_and(|padding| padding.contains(value))
    };
    Some(match frame.samples {
        FrameSamples::Eight(samples) => {
            Mask::of(samples, frame.columns, |sample| is_dense(sample.into()))
        }
        FrameSamples::Sixteen(samples) => {
            Mask::of(samples, frame.columns, |sample| is_dense(sample.into()))
        }
        FrameSamples::ThirtyTwo(samples) => Mask::of(samples, frame.columns, is_dense),
    })
}

#[cfg(test)]
mod tests {
    use dicom::dictionary_std::uids;

    use super::*;
    use crate::dataset::VR;

    const BODY: Rectangle = Rectangle { x: 7, y: 12, width: 20, height: 15 };

    fn image(sample_type: SampleType, frames: u32) -> ImagePixel {
        ImagePixel {
            rows: 40,
            columns: 50,
            frames,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 12,
            high_bit: 11,
            sample_type,
            planar_configuration: 0,
            photometric_interpretation: "MONOCHROME2".into(),
        }
    }

    /// Frames of water in air, moved to the right by one column from frame to frame.
    fn samples(frames: u32, water: i32, air: i32) -> Samples {
        let pixel = |at: u32| {
            let (frame, x, y) = (at / 2000, at % 50, at % 2000 / 50);
            let is_body = (BODY.x + frame..BODY.right() + frame).contains(&x)
                && (BODY.y..BODY.bottom()).contains(&y);
            (if is_body { water } else { air } & 0xFFF) as u16
        };
        Samples::Sixteen((0..frames * 2000).map(pixel).collect())
    }

    fn ct(slope: &str, intercept: &str) -> DataSet {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::SOP_CLASS_UID, VR::UI, uids::CT_IMAGE_STORAGE);
        data_set.put_text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\AXIAL");
        data_set.put_text(tags::PIXEL_SPACING, VR::DS, "2\\1.5");
        data_set.put_text(tags::RESCALE_SLOPE, VR::DS, slope);
        data_set.put_text(tags::RESCALE_INTERCEPT, VR::DS, intercept);
        data_set
    }

    #[test]
    fn output_values_tell_body_from_air() {
        let (unsigned, signed) = (image(SampleType::Unsigned, 1), image(SampleType::Signed, 1));
        for (slope, intercept, image, water, air) in [
            ("1", "-1024", &unsigned, 524, 523),
            ("1", "0", &signed, -500, -501),
            ("-0.5", "0", &signed, 1000, 1001),
            ("4.0", "-2000", &unsigned, 375, 374),
            ("-1", "-2000", &signed, -1600, -1499),
        ] {
            let found =
                body_of_samples(&ct(slope, intercept), image, &samples(1, water, air)).unwrap();
            assert_eq!(found, BODY, "{slope} {intercept}");
        }
        // All of it is denser, or nothing.
        let all = body_of_samples(&ct("1", "0"), &unsigned, &samples(1, 9, 0)).unwrap();
        assert_eq!(all, Rectangle { x: 0, y: 0, width: 50, height: 40 });
        assert_eq!(body_of_samples(&ct("1", "-9000"), &unsigned, &samples(1, 9, 0)), None);
        assert_eq!(body_of_samples(&ct("0", "5"), &unsigned, &samples(1, 9, 0)), None);
    }

    #[test]
    fn padding_is_no_body() {
        let mut data_set = ct("1", "-1024");
        let unsigned = image(SampleType::Unsigned, 1);
        let found = |data_set: &DataSet| {
            body_of_samples(data_set, &unsigned, &samples(1, 1024, 4000)).unwrap()
        };
        assert_eq!(found(&data_set).width, 50);
        data_set.put_u16(tags::PIXEL_PADDING_VALUE, 4000);
        assert_eq!(found(&data_set), BODY);
    }

    #[test]
    fn a_box_goes_around_all_frames() {
        let several = image(SampleType::Unsigned, 4);
        let found = body_of_samples(&ct("1", "-1024"), &several, &samples(4, 1024, 0)).unwrap();
        assert_eq!(found, Rectangle { width: BODY.width + 3, ..BODY });
    }

    #[test]
    fn what_is_no_slice_in_hounsfield_units_has_no_box() {
        let one = image(SampleType::Unsigned, 1);
        let has_box = |change: &dyn Fn(&mut DataSet)| {
            let mut data_set = ct("1", "-1024");
            change(&mut data_set);
            body_of_samples(&data_set, &one, &samples(1, 1024, 0)).is_some()
        };
        assert!(has_box(&|_| ()));
        assert!(has_box(&|it| it.put_text(tags::RESCALE_TYPE, VR::LO, "HU")));
        assert!(!has_box(&|it| it.put_text(tags::RESCALE_TYPE, VR::LO, "OD")));
        let localizer = "ORIGINAL\\PRIMARY\\LOCALIZER";
        assert!(!has_box(&|it| it.put_text(tags::IMAGE_TYPE, VR::CS, localizer)));
        assert!(!has_box(&|it| it.put_text(tags::SOP_CLASS_UID, VR::UI, uids::MR_IMAGE_STORAGE)));
        assert!(!has_box(&|it| it.put_text(tags::RESCALE_SLOPE, VR::DS, "x")));
        assert!(!has_box(&|it| {
            let mut of_frame = DataSet::new();
            of_frame.put_text(tags::RESCALE_TYPE, VR::LO, "MGML");
            let mut group = DataSet::new();
            group.put_sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![of_frame]);
            it.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![group]);
        }));
    }
}

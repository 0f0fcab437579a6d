//! The statistics of an instance: an `Encoded` in, its histogram and what follows from it out. The
//! one place here that knows of attributes.

use dicom::dictionary_std::tags;
use serde::{Deserialize, Serialize};

use super::{Histogram, Measured, Padding, Rescale, SampleFormat, Totals, measure};
use crate::dataset::{DataSet, Tag};
use crate::image::{ImagePixel, SampleType};
use crate::instance::{Encoded, Samples};

/// An image, measured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ImageMeasurement {
    /// The group of images that it is counted with: its Modality.
    pub group: String,
    histogram: Histogram,
    rescale: Rescale,
    /// Its row of statistics; `None` where all of it is padding. It stands in the file's record too and
    /// does not travel twice.
    #[serde(skip)]
    pub measured: Option<Measured>,
}

impl ImageMeasurement {
    /// Adds the image to the distribution of its group.
    pub fn add_to(&self, totals: &mut Totals) {
        totals.add_image(&self.group, &self.histogram, &self.rescale);
    }

    /// Takes the image back out of the distribution of its group.
    pub fn subtract_from(&self, totals: &mut Totals) {
        totals.subtract_image(&self.group, &self.histogram, &self.rescale);
    }
}

/// Measures an instance that is to be written; `None` where it has no samples to measure.
pub fn measure_image(instance: &Encoded) -> Option<ImageMeasurement> {
    let image = instance.decoded.as_ref().or(instance.image.as_ref())?;
    let samples = instance.samples.as_ref()?;
    measure_samples(&instance.data_set, image, samples)
}

/// Measures the samples of an instance: all frames as one, colour by its luminance. `None` where
/// their numbers are no intensities.
pub fn measure_samples(
    data_set: &DataSet,
    image: &ImagePixel,
    samples: &Samples,
) -> Option<ImageMeasurement> {
    let is_signed = image.sample_type == SampleType::Signed;
    let format = SampleFormat::new(u32::from(image.bits_stored), is_signed).ok()?;
    let histogram = histogram(image, samples, format, padding(data_set, image))?;
    let rescale = rescale(data_set, image.frames);
    let measured = measure(&histogram, &rescale);
    Some(ImageMeasurement { group: modality(data_set), histogram, rescale, measured })
}

/// Defined terms of Modality (PS3.3 section C.7.3.1.1.1), retired ones included.
const MODALITIES: &str = "ANN AR ASMT AS AU BDUS BI BMD CD CF CP CR CS CT CTPROTOCOL CFM DD DF DG \
    DM DMS DOC DS DSA DX EC ECG EEG EMG EOG EPS ES FA FID FS GM HC HD IO IOL IVOCT IVUS KER KO LEN \
    LP LS M3D MA MG MR MS NM OAM OCT OP OPM OPR OPT OPTBSV OPTENF OPV OSS OT PA PLAN POS PR PT PX \
    REG RESP RF RG RTDOSE RTIMAGE RTINTENT RTPLAN RTRAD RTRECORD RTSEGANN RTSTRUCT RWV SC SEG SM \
    SMR SR SRF ST STAIN TEXTUREMAP TG US VA VF VIDD XA XAPROTOCOL XC";

/// Modality (0008,0060) where it is a defined term, else "OTHER": it is a key of reports, and free
/// text must not come to stand there.
pub fn modality(data_set: &DataSet) -> String {
    let found = data_set.text(tags::MODALITY).unwrap_or_default();
    let term = MODALITIES.split_whitespace().find(|term| *term == found);
    term.unwrap_or("OTHER").to_owned()
}

fn histogram(
    image: &ImagePixel,
    samples: &Samples,
    format: SampleFormat,
    padding: Option<Padding>,
) -> Option<Histogram> {
    let luminance = match image.photometric_interpretation.as_str() {
        // A palette index is a name, not an intensity.
        "PALETTE COLOR" => return None,
        "RGB" => |[r, g, b]: [u32; 3]| luminance(r, g, b),
        // The first component of YBR is the luminance.
        _ => |[y, _, _]: [u32; 3]| y,
    };
    match (samples, image.samples_per_pixel) {
        (Samples::Eight(samples), 1) => Histogram::from_u8(samples, format, padding).ok(),
        (Samples::Sixteen(samples), 1) => Histogram::from_u16(samples, format, padding).ok(),
        (Samples::ThirtyTwo(samples), 1) => Some(Histogram::from_u32(samples, format, padding)),
        (Samples::Eight(samples), 3) => {
            let pixels: Vec<u8> =
                samples.chunks_exact(3).map(|p| luminance(triple(p)) as u8).collect();
            Histogram::from_u8(&pixels, format, None).ok()
        }
        (Samples::Sixteen(samples), 3) => {
            let pixels: Vec<u16> =
                samples.chunks_exact(3).map(|p| luminance(triple(p)) as u16).collect();
            Histogram::from_u16(&pixels, format, None).ok()
        }
        _ => None,
    }
}

fn triple<T: Copy + Into<u32>>(pixel: &[T]) -> [u32; 3] {
    [pixel[0].into(), pixel[1].into(), pixel[2].into()]
}

/// Luminance by the weights of ITU-R BT.601, which PS3.3 section C.7.6.3.1.2 uses for `YBR_FULL`,
/// rounded to an integer.
fn luminance(red: u32, green: u32, blue: u32) -> u32 {
    (299 * red + 587 * green + 114 * blue + 500) / 1000
}

/// Pixel Padding Value (0028,0120), to Pixel Padding Range Limit (0028,0121) where that is given.
fn padding(data_set: &DataSet, image: &ImagePixel) -> Option<Padding> {
    let value = |tag: Tag| {
        let stored = data_set.u16(tag)?;
        let is_signed = image.sample_type == SampleType::Signed;
        Some(if is_signed { i64::from(stored as i16) } else { i64::from(stored) })
    };
    let first = value(tags::PIXEL_PADDING_VALUE)?;
    Some(Padding::new(first, value(tags::PIXEL_PADDING_RANGE_LIMIT).unwrap_or(first)))
}

/// Rescale Slope (0028,1053) and Intercept (0028,1052), of the image or of all its frames alike.
/// Where frames differ, or the numbers are no numbers, the statistics are those of stored values.
fn rescale(data_set: &DataSet, frames: u32) -> Rescale {
    of_item(data_set)
        .or_else(|| {
            functional_group(data_set.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?, 1)
        })
        .or_else(|| {
            functional_group(data_set.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE)?, frames)
        })
        .unwrap_or_default()
}

fn of_item(item: &DataSet) -> Option<Rescale> {
    let slope = item.text(tags::RESCALE_SLOPE)?;
    Rescale::from_ds(slope, item.text(tags::RESCALE_INTERCEPT).unwrap_or("0")).ok()
}

/// Pixel Value Transformation Sequence (0028,9145) of functional groups that all say the same.
fn functional_group(groups: &[DataSet], expected: u32) -> Option<Rescale> {
    let of_group = |group: &DataSet| {
        of_item(group.sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)?.first()?)
    };
    let first = of_group(groups.first()?)?;
    let all = groups.len() == expected as usize
        && groups.iter().all(|group| of_group(group).as_ref() == Some(&first));
    all.then_some(first)
}

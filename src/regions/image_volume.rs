//! The slices of an image as one volume: single-frame instances of a series, or one multi-frame instance.

use dicom::dictionary_std::tags;

use super::elements::{Texts, term};
use super::frames::Frames;
use super::pixels::{PixelValues, Pixels};
use super::reason::{OTHER_FRAME_OF_REFERENCE, Reason, UNEQUAL_SLICES};
use super::stack::{SliceSpacing, Stack};
use crate::dataset::DataSet;
use crate::image::ImagePixel;
use crate::stats::is_ct_image;
use crate::volume::{Grid, Volume};

/// An instance that gives slices.
#[derive(Debug)]
pub struct ImageInstance {
    /// Its attributes.
    pub data_set: DataSet,
    /// What its pixels are.
    pub image: ImagePixel,
    /// Its pixels.
    pub pixels: Pixels,
}

/// A volume of intensities.
#[derive(Debug)]
pub struct ImageVolume {
    /// Where the voxels lie.
    pub grid: Grid,
    /// The slices along the third axis.
    pub slices: Vec<Slice>,
    /// Where the distance between slices comes from.
    pub slice_spacing: SliceSpacing,
    /// The unit of output values: Rescale Type (0028,1054), Units (0054,1001), or HU of CT; else empty.
    pub unit: String,
    /// Frame of Reference UID (0020,0052), empty where it is absent.
    pub frame_of_reference: String,
    /// The pixels of each instance.
    instances: Vec<PixelValues>,
}

/// Where a slice comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slice {
    /// SOP Instance UID (0008,0018).
    pub sop_instance_uid: String,
    /// The number of the frame, from 1.
    pub frame: u32,
    instance: usize,
}

/// Values of a box of voxels.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagePart {
    /// Output values; of padding too.
    pub values: Volume<f64>,
    /// Whether a voxel is padding (PS3.3 section C.7.5.1.1.2) or no finite number: it is no part of an intensity mask.
    pub is_padding: Volume<bool>,
}

impl ImageVolume {
    /// The volume of instances in any order.
    ///
    /// # Errors
    ///
    /// `no-geometry`, `sheared`, `unequal-slices`, `duplicate-slices`, `uneven-slices`, `other-frame-of-reference`,
    /// `colour`, `pixel-data`, `output-values`.
    pub fn of(instances: Vec<ImageInstance>) -> Result<Self, Reason> {
        let (mut planes, mut slices, mut pixels) = (Vec::new(), Vec::new(), Vec::new());
        let mut shared: Option<Shared> = None;
        for (number, instance) in instances.into_iter().enumerate() {
            let ImageInstance { data_set, image, pixels: of_instance } = instance;
            let frames = Frames::of(&data_set, image.frames)?;
            let own = Shared::of(&data_set, &image, &frames);
            shared.get_or_insert_with(|| own.clone()).check(&own)?;
            let sop_instance_uid = term(&data_set, tags::SOP_INSTANCE_UID);
            let values = PixelValues::new(&data_set, &image, of_instance)?;
            for frame in 0..image.frames {
                planes.push(frames.plane(frame as usize)?);
                let sop_instance_uid = sop_instance_uid.clone();
                slices.push(Slice { sop_instance_uid, frame: frame + 1, instance: number });
            }
            pixels.push(values);
        }
        let Shared { size, unit, frame_of_reference, .. } = shared.unwrap_or_default();
        let Stack { order, grid, slice_spacing } = Stack::of(&planes, size)?;
        let slices = order.into_iter().map(|number| slices[number].clone()).collect();
        Ok(Self { grid, slices, slice_spacing, unit, frame_of_reference, instances: pixels })
    }

    /// The values of a box that begins at the voxel `first`, which must lie within the volume.
    pub fn part(&self, first: [usize; 3], size: [usize; 3]) -> ImagePart {
        let length = size.iter().product();
        let (mut values, mut is_padding) = (Vec::with_capacity(length), Vec::with_capacity(length));
        for slice in &self.slices[first[2]..first[2] + size[2]] {
            for y in first[1]..first[1] + size[1] {
                let (frame, from) = (slice.frame as usize - 1, y * self.grid.size[0] + first[0]);
                let instance = &self.instances[slice.instance];
                instance.append(frame, from, size[0], &mut values, &mut is_padding);
            }
        }
        let whole = "a value was appended for each voxel";
        ImagePart {
            values: Volume::new(size, values).expect(whole),
            is_padding: Volume::new(size, is_padding).expect(whole),
        }
    }

    /// All values. They take 9 bytes a voxel.
    pub fn whole(&self) -> ImagePart {
        self.part([0; 3], self.grid.size)
    }
}

/// What all instances of a volume must have in common.
#[derive(Debug, Clone, Default)]
struct Shared {
    /// Columns and rows.
    size: [usize; 2],
    unit: String,
    frame_of_reference: String,
    /// Whether Rescale Slope (0028,1053) stands in the data set itself.
    is_rescaled: bool,
}

impl Shared {
    fn of(data_set: &DataSet, image: &ImagePixel, frames: &Frames<'_>) -> Self {
        let texts = Texts::of(data_set);
        let transformation = tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE;
        let text = |item: &DataSet, tag| Some(texts.text(item, tag)).filter(|it| !it.is_empty());
        // PS3.3 section C.11.1.1.2: without a type the output values of CT are Hounsfield units.
        let unit = frames
            .value(0, transformation, |item| text(item, tags::RESCALE_TYPE))
            .or_else(|| text(data_set, tags::UNITS))
            .or_else(|| is_ct_image(data_set).then(|| "HU".to_owned()));
        Self {
            size: [image.columns as usize, image.rows as usize],
            unit: unit.unwrap_or_default(),
            frame_of_reference: term(data_set, tags::FRAME_OF_REFERENCE_UID),
            is_rescaled: !term(data_set, tags::RESCALE_SLOPE).is_empty(),
        }
    }

    fn check(&self, other: &Self) -> Result<(), Reason> {
        let unequal = |what: &str| Reason::new(UNEQUAL_SLICES, format!("{what} differs"));
        if self.size != other.size {
            return Err(unequal("Rows (0028,0010) or Columns (0028,0011)"));
        }
        if self.unit != other.unit {
            return Err(unequal("Rescale Type (0028,1054) or Units (0054,1001)"));
        }
        if self.is_rescaled != other.is_rescaled {
            return Err(unequal("whether Rescale Slope (0028,1053) is there"));
        }
        if self.frame_of_reference != other.frame_of_reference {
            let message = "Frame of Reference UID (0020,0052) differs between slices";
            return Err(Reason::new(OTHER_FRAME_OF_REFERENCE, message));
        }
        Ok(())
    }
}

//! From stored values to output values, as a data set tells it: Rescale Slope and Intercept of all frames or of
//! each (PS3.3 sections C.11.1 and C.7.6.16.2.9), Dose Grid Scaling, or a Modality LUT (section C.11.1.1).

use dicom::dictionary_std::tags;

use crate::dataset::{DataSet, Tag};
use crate::image::{ImagePixel, SampleType};
use crate::stats::Rescale;

/// How stored values become output values.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scale {
    /// The same for all frames.
    Same(Rescale),
    /// One for each frame.
    ByFrame(Vec<Rescale>),
    /// By a table.
    Lut(Lut),
    /// By numbers or a table that cannot be used: nobody knows the output values.
    Unusable,
}

/// A Modality LUT: what it gives for the stored values from `first` on. Lower ones get the first entry, higher
/// ones the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Lut {
    first: i64,
    entries: Vec<u16>,
}

impl Lut {
    /// The output value of a stored value.
    pub(super) fn output(&self, stored: i64) -> u16 {
        let last = self.entries.len() as i64 - 1;
        self.entries[stored.saturating_sub(self.first).clamp(0, last) as usize]
    }

    /// Modality LUT Sequence (0028,3000) of a data set. `None` where its data are not what its descriptor says.
    fn of(data_set: &DataSet, image: &ImagePixel) -> Option<Self> {
        let item = data_set.sequence(tags::MODALITY_LUT_SEQUENCE)?.first()?;
        let descriptor = words(item, tags::LUT_DESCRIPTOR)?;
        let [length, first, bits] = *descriptor.as_slice() else { return None };
        let is_signed = image.sample_type == SampleType::Signed;
        let first = if is_signed { i64::from(first.cast_signed()) } else { first.into() };
        let length = if length == 0 { 1 << 16 } else { usize::from(length) };
        let entries = match (words(item, tags::LUT_DATA)?, bits) {
            (words, _) if words.len() == length => words,
            // Entries of 8 bits may come two in a word.
            (words, 8) if words.len() == length.div_ceil(2) => {
                let bytes = words.iter().flat_map(|word| word.to_le_bytes());
                bytes.take(length).map(u16::from).collect()
            }
            _ => return None,
        };
        Some(Self { first, entries })
    }
}

impl Scale {
    /// The scale of an image; where it has none, output values are the stored ones.
    pub(super) fn of(data_set: &DataSet, image: &ImagePixel) -> Self {
        if let Some(lut) = Lut::of(data_set, image) {
            return Self::Lut(lut);
        }
        let shared =
            || of_group(data_set.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE)?.first()?);
        if let Some(rescale) = of_dose(data_set).or_else(|| of_item(data_set)).or_else(shared) {
            return Self::Same(rescale);
        }
        let groups = data_set.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        let groups = groups.filter(|groups| groups.len() == image.frames as usize);
        let of_frames: Option<Vec<Rescale>> =
            groups.and_then(|groups| groups.iter().map(of_group).collect());
        match of_frames {
            Some(of_frames) if of_frames.iter().all(|it| *it == of_frames[0]) => {
                Self::Same(of_frames[0].clone())
            }
            Some(of_frames) => Self::ByFrame(of_frames),
            None if is_told(data_set) => Self::Unusable,
            None => Self::Same(Rescale::default()),
        }
    }
}

/// Whether a data set says that output values are others than the stored ones.
fn is_told(data_set: &DataSet) -> bool {
    let groups =
        [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE];
    let has = |item: &DataSet, tag: Tag| item.bytes(tag).is_some_and(|bytes| !bytes.is_empty());
    [tags::RESCALE_SLOPE, tags::DOSE_GRID_SCALING].iter().any(|tag| has(data_set, *tag))
        || data_set.sequence(tags::MODALITY_LUT_SEQUENCE).is_some_and(|items| !items.is_empty())
        || groups.iter().filter_map(|tag| data_set.sequence(*tag)).flatten().any(|group| {
            let items = group.sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE);
            items.is_some_and(|items| !items.is_empty())
        })
}

/// Dose Grid Scaling (3004,000E), PS3.3 section C.8.8.3.
fn of_dose(data_set: &DataSet) -> Option<Rescale> {
    Rescale::from_ds(data_set.text(tags::DOSE_GRID_SCALING)?, "0").ok()
}

fn of_item(item: &DataSet) -> Option<Rescale> {
    let slope = item.text(tags::RESCALE_SLOPE)?;
    Rescale::from_ds(slope, item.text(tags::RESCALE_INTERCEPT).unwrap_or("0")).ok()
}

/// Pixel Value Transformation Sequence (0028,9145) of a functional group.
fn of_group(group: &DataSet) -> Option<Rescale> {
    of_item(group.sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE)?.first()?)
}

fn words(data_set: &DataSet, tag: Tag) -> Option<Vec<u16>> {
    let (words, _) = data_set.bytes(tag)?.as_chunks::<2>();
    Some(words.iter().map(|word| u16::from_le_bytes(*word)).collect())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use proptest::prelude::*;

    use super::*;
    use crate::dataset::{Element, VR, Value};

    fn image(frames: u32, sample_type: SampleType) -> ImagePixel {
        ImagePixel {
            rows: 1,
            columns: 1,
            frames,
            samples_per_pixel: 1,
            bits_allocated: 16,
            bits_stored: 16,
            high_bit: 15,
            sample_type,
            planar_configuration: 0,
            photometric_interpretation: "MONOCHROME2".into(),
        }
    }

    fn put_words(data_set: &mut DataSet, tag: Tag, words: &[u16]) {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        data_set.put(Element { tag, vr: VR::OW, value: Value::Bytes(Bytes::from(bytes)) });
    }

    fn with_lut(descriptor: [u16; 3], entries: &[u16]) -> DataSet {
        let mut item = DataSet::new();
        put_words(&mut item, tags::LUT_DESCRIPTOR, &descriptor);
        put_words(&mut item, tags::LUT_DATA, entries);
        let mut data_set = DataSet::new();
        data_set.put_sequence(tags::MODALITY_LUT_SEQUENCE, vec![item]);
        data_set
    }

    fn transformed(slope: &str) -> DataSet {
        let mut item = DataSet::new();
        item.put_text(tags::RESCALE_SLOPE, VR::DS, slope);
        item.put_text(tags::RESCALE_INTERCEPT, VR::DS, "-1");
        let mut group = DataSet::new();
        group.put_sequence(tags::PIXEL_VALUE_TRANSFORMATION_SEQUENCE, vec![item]);
        group
    }

    #[test]
    fn a_table_holds_its_ends_beyond_them() {
        let signed = image(1, SampleType::Signed);
        let data_set = with_lut([3, (-5_i16).cast_unsigned(), 16], &[10, 70, 20]);
        let Scale::Lut(lut) = Scale::of(&data_set, &signed) else { panic!("there is a table") };
        let given = [-9, -5, -4, -3, 900].map(|stored| lut.output(stored));
        assert_eq!(given, [10, 10, 70, 20, 20]);
        let bytes = with_lut([3, 0, 8], &[0x0201, 0x0003]);
        let Scale::Lut(lut) = Scale::of(&bytes, &image(1, SampleType::Unsigned)) else {
            panic!("there is a table")
        };
        assert_eq!([0, 1, 2, 3].map(|stored| lut.output(stored)), [1, 2, 3, 3]);
    }

    #[test]
    fn what_cannot_be_used_is_told() {
        let cut = with_lut([4, 0, 16], &[1, 2]);
        let scale = Scale::of(&cut, &image(1, SampleType::Unsigned));
        assert_eq!(scale, Scale::Unusable);
        let plain = Scale::of(&DataSet::new(), &image(1, SampleType::Unsigned));
        assert_eq!(plain, Scale::Same(Rescale::default()));
        for slope in ["SMITH^JOHN", "inf", "1E300"] {
            let mut rescaled = DataSet::new();
            rescaled.put_text(tags::RESCALE_SLOPE, VR::DS, slope);
            let scale = Scale::of(&rescaled, &image(1, SampleType::Unsigned));
            assert_eq!(scale, Scale::Unusable, "{slope}");
        }
    }

    #[test]
    fn frames_that_say_the_same_are_as_one() {
        let three = image(3, SampleType::Unsigned);
        let groups = |slopes: &[&str]| {
            let mut data_set = DataSet::new();
            let groups = slopes.iter().map(|slope| transformed(slope)).collect();
            data_set.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, groups);
            Scale::of(&data_set, &three)
        };
        let of = |slope: &str| Rescale::from_ds(slope, "-1").unwrap();
        assert_eq!(groups(&["2", "2.0", "2"]), Scale::Same(of("2")));
        assert_eq!(groups(&["2", "3", "2"]), Scale::ByFrame(["2", "3", "2"].map(of).to_vec()));
        assert_eq!(groups(&["2", "3"]), Scale::Unusable, "one is missing");
    }

    proptest! {
        #[test]
        fn any_table_is_read_without_harm(
            descriptor in any::<[u16; 3]>(),
            entries in prop::collection::vec(any::<u16>(), 0..40),
            stored in any::<i64>(),
        ) {
            let data_set = with_lut(descriptor, &entries);
            if let Scale::Lut(lut) = Scale::of(&data_set, &image(1, SampleType::Unsigned)) {
                prop_assert!(entries.contains(&lut.output(stored)) || descriptor[2] == 8);
            }
        }
    }
}

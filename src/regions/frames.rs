//! The functional groups of the frames of an image (PS3.3 section C.7.6.16), or its own attributes where it has none.

use dicom::dictionary_std::tags;

use super::elements::{exactly, first, items, number};
use super::plane::Plane;
use super::reason::{NO_GEOMETRY, Reason};
use crate::dataset::{DataSet, Tag};

/// What the frames of an image tell of themselves.
pub(super) struct Frames<'a> {
    data_set: &'a DataSet,
    shared: Option<&'a DataSet>,
    each: &'a [DataSet],
}

impl<'a> Frames<'a> {
    /// Those of an image of so many frames.
    ///
    /// # Errors
    ///
    /// `no-geometry` where there are groups of more or fewer frames.
    pub(super) fn of(data_set: &'a DataSet, frames: u32) -> Result<Self, Reason> {
        let shared = first(data_set, tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
        let each = items(data_set, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE);
        if !each.is_empty() && each.len() != frames as usize {
            let message =
                "Per-frame Functional Groups Sequence (5200,9230) has not one item a frame";
            return Err(Reason::new(NO_GEOMETRY, message));
        }
        Ok(Self { data_set, shared, each })
    }

    /// A functional group of a frame: its own, or that of all frames.
    pub(super) fn group(&self, frame: usize, tag: Tag) -> Option<&'a DataSet> {
        let own = self.each.get(frame).and_then(|groups| first(groups, tag));
        own.or_else(|| first(self.shared?, tag))
    }

    /// Where a frame lies.
    ///
    /// # Errors
    ///
    /// `no-geometry` naming what is absent, or those of [`Plane`].
    pub(super) fn plane(&self, frame: usize) -> Result<Plane, Reason> {
        let absent = |attribute: &str| {
            let message = format!("{attribute} is absent or holds what cannot be used");
            Reason::new(NO_GEOMETRY, message)
        };
        let position = self.value(frame, tags::PLANE_POSITION_SEQUENCE, |item| {
            exactly(item, tags::IMAGE_POSITION_PATIENT)
        });
        let orientation = self.value(frame, tags::PLANE_ORIENTATION_SEQUENCE, |item| {
            exactly(item, tags::IMAGE_ORIENTATION_PATIENT)
        });
        let measures = tags::PIXEL_MEASURES_SEQUENCE;
        let spacing = self.value(frame, measures, |item| exactly(item, tags::PIXEL_SPACING));
        let plane = Plane::new(
            position.ok_or_else(|| absent("Image Position (Patient) (0020,0032)"))?,
            orientation.ok_or_else(|| absent("Image Orientation (Patient) (0020,0037)"))?,
            spacing.ok_or_else(|| absent("Pixel Spacing (0028,0030)"))?,
        )?;
        let thickness = self.value(frame, measures, |item| number(item, tags::SLICE_THICKNESS));
        let between = |item: &DataSet| number(item, tags::SPACING_BETWEEN_SLICES);
        Ok(plane.with_slices(thickness, self.value(frame, measures, between)))
    }

    /// A value of a functional group of a frame, or of the image itself where it has no such group.
    pub(super) fn value<T>(
        &self,
        frame: usize,
        group: Tag,
        of: impl Fn(&'a DataSet) -> Option<T>,
    ) -> Option<T> {
        of(self.group(frame, group).unwrap_or(self.data_set))
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;
    use crate::dataset::VR;

    fn group(sequence: Tag, texts: &[(Tag, &str)]) -> DataSet {
        let mut item = DataSet::new();
        for (tag, text) in texts {
            item.put_text(*tag, VR::DS, text);
        }
        let mut group = DataSet::new();
        group.put_sequence(sequence, vec![item]);
        group
    }

    #[test]
    fn a_frame_lies_where_its_groups_say_it() {
        let mut shared = group(
            tags::PIXEL_MEASURES_SEQUENCE,
            &[
                (tags::PIXEL_SPACING, "2\\3"),
                (tags::SLICE_THICKNESS, "4"),
                (tags::SPACING_BETWEEN_SLICES, "-5"),
            ],
        );
        let orientation = [(tags::IMAGE_ORIENTATION_PATIENT, "0\\1\\0\\0\\0\\-1")];
        for element in group(tags::PLANE_ORIENTATION_SEQUENCE, &orientation) {
            shared.put(element);
        }
        let at =
            |text| group(tags::PLANE_POSITION_SEQUENCE, &[(tags::IMAGE_POSITION_PATIENT, text)]);
        let mut data_set = DataSet::new();
        data_set.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
        let positions = ["1\\2\\3", "4\\5\\6"].map(at);
        data_set.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, positions.into());
        let frames = Frames::of(&data_set, 2).unwrap();
        let plane = frames.plane(1).unwrap();
        assert_eq!((plane.position, plane.spacing), ([4.0, 5.0, 6.0], [3.0, 2.0]));
        assert_eq!(plane.normal(), [-1.0, 0.0, 0.0]);
        assert_eq!((plane.thickness, plane.between), (Some(4.0), Some(5.0)));
        assert_eq!(Frames::of(&data_set, 3).err().map(|it| it.class), Some(NO_GEOMETRY));
    }

    #[test]
    fn what_is_absent_is_told() {
        let mut data_set = DataSet::new();
        data_set.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, "1\\2\\3");
        data_set.put_text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
        let reason = Frames::of(&data_set, 1).unwrap().plane(0).unwrap_err();
        assert!(reason.message.contains("(0028,0030)"), "{reason}");
        data_set.put_text(tags::PIXEL_SPACING, VR::DS, "1\\1");
        assert!(Frames::of(&data_set, 1).unwrap().plane(0).is_ok());
    }
}

//! Where a cropped image lies: the position of its first pixel, which was another one before. In the equation of PS3.3
//! section C.7.6.2.1.1 that pixel stood at the first column and row of the crop.

use dicom::dictionary_std::tags;

use super::CropError;
use super::decimal_string::decimal_string;
use crate::area::Rectangle;
use crate::dataset::{DataSet, Element, Tag, VR, Value};

/// What the place of a pixel follows from, beside the position of the first.
#[derive(Debug, Clone, Copy, Default)]
struct Plane {
    /// Image Orientation (Patient) (0020,0037): the direction cosines of a row, then of a column.
    orientation: Option<[f64; 6]>,
    /// Pixel Spacing (0028,0030): between rows, then between columns, mm.
    spacing_mm: Option<[f64; 2]>,
}

impl Plane {
    /// Of an image of one frame.
    fn of_image(data_set: &DataSet) -> Self {
        Self {
            orientation: numbers(data_set, tags::IMAGE_ORIENTATION_PATIENT),
            spacing_mm: numbers(data_set, tags::PIXEL_SPACING),
        }
    }

    /// Of functional groups (PS3.3 sections C.7.6.16.2.1 and C.7.6.16.2.4).
    fn of_group(group: &DataSet) -> Self {
        let first = |tag: Tag| group.sequence(tag)?.first();
        let of = |item: &DataSet| Self::of_image(item);
        Self {
            orientation: first(tags::PLANE_ORIENTATION_SEQUENCE).and_then(|it| of(it).orientation),
            spacing_mm: first(tags::PIXEL_MEASURES_SEQUENCE).and_then(|it| of(it).spacing_mm),
        }
    }

    /// This, and what it lacks from another.
    fn or(self, other: Self) -> Self {
        Self {
            orientation: self.orientation.or(other.orientation),
            spacing_mm: self.spacing_mm.or(other.spacing_mm),
        }
    }

    /// From the first pixel of an image to that of a part of it, mm.
    fn way_to(self, part: Rectangle) -> Option<[f64; 3]> {
        let [row_x, row_y, row_z, column_x, column_y, column_z] = self.orientation?;
        let [between_rows, between_columns] = self.spacing_mm?;
        let along = f64::from(part.x) * between_columns;
        let down = f64::from(part.y) * between_rows;
        Some([
            row_x * along + column_x * down,
            row_y * along + column_y * down,
            row_z * along + column_z * down,
        ])
    }
}

/// Moves all positions of an image to the first pixel of a part of it. A position that cannot be moved is an error.
pub(super) fn move_to(data_set: &mut DataSet, part: Rectangle) -> Result<(), CropError> {
    if (part.x, part.y) == (0, 0) {
        return Ok(());
    }
    let image = Plane::of_image(data_set);
    move_item(data_set, image, part)?;
    let shared = data_set.sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE);
    let shared = shared.and_then(<[DataSet]>::first).map(Plane::of_group).unwrap_or_default();
    for tag in [tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE]
    {
        each_item(data_set, tag, &mut |group| {
            let plane = Plane::of_group(group).or(shared);
            each_item(group, tags::PLANE_POSITION_SEQUENCE, &mut |item| {
                move_item(item, plane, part)
            })
        })?;
    }
    Ok(())
}

/// Moves Image Position (Patient) (0020,0032), where the item has one.
fn move_item(item: &mut DataSet, plane: Plane, part: Rectangle) -> Result<(), CropError> {
    let tag = tags::IMAGE_POSITION_PATIENT;
    if item.bytes(tag).is_none_or(|bytes| bytes.trim_ascii().is_empty()) {
        return Ok(());
    }
    let position: [f64; 3] = numbers(item, tag).ok_or(CropError::Position)?;
    let way = plane.way_to(part).ok_or(CropError::Position)?;
    let moved = position.iter().zip(way).map(|(from, way)| decimal_string(from + way));
    let moved: Option<Vec<String>> = moved.collect();
    item.put_text(tag, VR::DS, &moved.ok_or(CropError::Position)?.join("\\"));
    Ok(())
}

/// The values of decimal strings, where there are so many.
fn numbers<const N: usize>(item: &DataSet, tag: Tag) -> Option<[f64; N]> {
    let values = item.text(tag)?.split('\\').map(|value| value.trim().parse::<f64>().ok());
    let values: Option<Vec<f64>> = values.map(|value| value.filter(|it| it.is_finite())).collect();
    values?.try_into().ok()
}

/// Changes the items of a sequence, where it is there.
pub(super) fn each_item<E>(
    data_set: &mut DataSet,
    tag: Tag,
    change: &mut dyn FnMut(&mut DataSet) -> Result<(), E>,
) -> Result<(), E> {
    if data_set.sequence(tag).is_none() {
        return Ok(());
    }
    let Some(Element { vr, value: Value::Sequence(mut items), .. }) = data_set.remove(tag) else {
        return Ok(());
    };
    let changed = items.iter_mut().try_for_each(change);
    data_set.put(Element { tag, vr, value: Value::Sequence(items) });
    changed
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PART: Rectangle = Rectangle { x: 12, y: 7, width: 3, height: 4 };

    fn texts(values: &[f64]) -> String {
        let values: Option<Vec<String>> = values.iter().map(|it| decimal_string(*it)).collect();
        values.unwrap().join("\\")
    }

    /// Where a pixel lies, by the equation of the standard.
    fn place(position: &DataSet, plane: &DataSet, [column, row]: [u32; 2]) -> [f64; 3] {
        let origin: [f64; 3] = numbers(position, tags::IMAGE_POSITION_PATIENT).unwrap();
        let cosines: [f64; 6] = numbers(plane, tags::IMAGE_ORIENTATION_PATIENT).unwrap();
        let spacing: [f64; 2] = numbers(plane, tags::PIXEL_SPACING).unwrap();
        std::array::from_fn(|axis| {
            origin[axis]
                + cosines[axis] * spacing[1] * f64::from(column)
                + cosines[3 + axis] * spacing[0] * f64::from(row)
        })
    }

    /// Rows and columns of a plane that is turned around all axes.
    fn turned([a, b, c]: [f64; 3]) -> [f64; 6] {
        let ((sa, ca), (sb, cb), (sc, cc)) = (a.sin_cos(), b.sin_cos(), c.sin_cos());
        [cb * cc, cb * sc, -sb, sa * sb * cc - ca * sc, sa * sb * sc + ca * cc, sa * cb]
    }

    proptest! {
        #[test]
        fn a_voxel_stays_where_it_is_in_the_patient(
            angles in prop::array::uniform3(-3.2..3.2_f64),
            origin in prop::array::uniform3(-900.0..900.0_f64),
            spacing in prop::array::uniform2(0.1..6.0_f64),
            part in (0..400_u32, 0..400_u32),
        ) {
            let mut image = DataSet::new();
            image.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, &texts(&origin));
            image.put_text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, &texts(&turned(angles)));
            image.put_text(tags::PIXEL_SPACING, VR::DS, &texts(&spacing));
            let before = image.clone();
            let part = Rectangle { x: part.0, y: part.1, width: 100, height: 100 };
            move_to(&mut image, part).unwrap();
            for pixel in [[0, 0], [99, 0], [37, 99]] {
                let was = [pixel[0] + part.x, pixel[1] + part.y];
                let (was, is) = (place(&before, &before, was), place(&image, &image, pixel));
                for (was, is) in was.iter().zip(is) {
                    prop_assert!((was - is).abs() < 1e-8, "{was} {is}");
                }
            }
        }
    }

    fn sequence(tag: Tag, text: (Tag, &str)) -> DataSet {
        let mut item = DataSet::new();
        item.put_text(text.0, VR::DS, text.1);
        let mut group = DataSet::new();
        group.put_sequence(tag, vec![item]);
        group
    }

    /// An enhanced image of two frames.
    fn enhanced(orientation: Option<&str>) -> DataSet {
        let mut shared = sequence(tags::PIXEL_MEASURES_SEQUENCE, (tags::PIXEL_SPACING, "2\\0.5"));
        if let Some(text) = orientation {
            let of = (tags::IMAGE_ORIENTATION_PATIENT, text);
            let item = sequence(tags::PLANE_ORIENTATION_SEQUENCE, of);
            for element in item {
                shared.put(element);
            }
        }
        let frame =
            |text| sequence(tags::PLANE_POSITION_SEQUENCE, (tags::IMAGE_POSITION_PATIENT, text));
        let mut data_set = DataSet::new();
        data_set.put_sequence(tags::SHARED_FUNCTIONAL_GROUPS_SEQUENCE, vec![shared]);
        let frames = vec![frame("-100\\-50\\3.5"), frame("-100\\-50\\6")];
        data_set.put_sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE, frames);
        data_set
    }

    #[test]
    fn each_frame_is_moved() {
        let mut image = enhanced(Some("0\\1\\0\\0\\0\\-1"));
        move_to(&mut image, PART).unwrap();
        let frames = image.sequence(tags::PER_FRAME_FUNCTIONAL_GROUPS_SEQUENCE).unwrap();
        let positions = frames.iter().map(|frame| {
            let item = &frame.sequence(tags::PLANE_POSITION_SEQUENCE).unwrap()[0];
            item.text(tags::IMAGE_POSITION_PATIENT).unwrap()
        });
        // 12 columns of 0.5 mm along y, 7 rows of 2 mm down z.
        assert_eq!(positions.collect::<Vec<_>>(), ["-100\\-44\\-10.5", "-100\\-44\\-8"]);
    }

    #[test]
    fn what_cannot_be_moved_is_told_and_what_need_not_is_left() {
        assert_eq!(move_to(&mut enhanced(None), PART), Err(CropError::Position));
        assert_eq!(move_to(&mut enhanced(Some("1\\0\\0\\0")), PART), Err(CropError::Position));
        let mut image = enhanced(None);
        let corner = Rectangle { x: 0, y: 0, ..PART };
        move_to(&mut image, corner).unwrap();
        assert_eq!(image, enhanced(None));
        let mut nowhere = DataSet::new();
        nowhere.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, "");
        assert_eq!(move_to(&mut nowhere, PART), Ok(()));
    }
}

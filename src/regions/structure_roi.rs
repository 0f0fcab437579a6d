//! A region of interest of an RT Structure Set.

use dicom::dictionary_std::tags;

use super::elements::{integer, items, numbers, references};
use super::reason::{CONTOUR_DATA, EMPTY_CONTOUR, NO_VOLUME, Reason};
use crate::dataset::{DataSet, Tag};
use crate::volume::Triple;

/// An ROI (PS3.3 sections C.8.8.5, C.8.8.6 and C.8.8.8).
#[derive(Debug, Clone, PartialEq)]
pub struct StructureRoi {
    /// ROI Number (3006,0022).
    pub number: i64,
    /// ROI Name (3006,0026), empty where it is absent.
    pub name: String,
    /// Referenced Frame of Reference UID (3006,0024).
    pub frame_of_reference: String,
    /// RT ROI Interpreted Type (3006,00A4), empty where it is absent.
    pub interpreted_type: String,
    /// Contour Sequence (3006,0040), in its order. If one contour cannot be used, the ROI is not what was drawn, and
    /// none is given.
    pub contours: Result<Vec<StructureContour>, Reason>,
}

/// A contour of an ROI.
#[derive(Debug, Clone, PartialEq)]
pub struct StructureContour {
    /// Contour Data (3006,0050): positions in the patient coordinate system, mm. Never empty.
    pub points: Vec<Triple>,
    /// Contour Geometric Type (3006,0042).
    pub kind: ContourKind,
    /// The images of Contour Image Sequence (3006,0016), by SOP Instance UID.
    pub images: Vec<String>,
}

/// Contour Geometric Type (3006,0042), PS3.3 section C.8.8.6.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContourKind {
    /// POINT: a single position.
    Point,
    /// `OPEN_PLANAR`: a line in a plane.
    OpenPlanar,
    /// `OPEN_NONPLANAR`: a line in space.
    OpenNonplanar,
    /// `CLOSED_PLANAR`: a polygon.
    ClosedPlanar,
    /// `CLOSEDPLANAR_XOR`: a polygon that is combined with the others of its plane by exclusive or.
    ClosedPlanarXor,
}

impl ContourKind {
    fn of(term: &str) -> Option<Self> {
        Some(match term {
            "POINT" => Self::Point,
            "OPEN_PLANAR" => Self::OpenPlanar,
            "OPEN_NONPLANAR" => Self::OpenNonplanar,
            "CLOSED_PLANAR" => Self::ClosedPlanar,
            "CLOSEDPLANAR_XOR" => Self::ClosedPlanarXor,
            _ => return None,
        })
    }

    /// Whether such a contour encloses an area.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::ClosedPlanar | Self::ClosedPlanarXor)
    }
}

impl StructureRoi {
    /// The closed contours, which enclose the region.
    ///
    /// # Errors
    ///
    /// The reason of the contours, or `no-volume` where none is closed.
    pub fn closed(&self) -> Result<Vec<&StructureContour>, Reason> {
        let contours = self.contours.as_ref().map_err(Clone::clone)?;
        let closed: Vec<_> = contours.iter().filter(|it| it.kind.is_closed()).collect();
        if closed.is_empty() {
            let message = "no Contour Geometric Type (3006,0042) of the ROI is a closed one";
            return Err(Reason::new(NO_VOLUME, message));
        }
        Ok(closed)
    }
}

/// Contour Offset Vector, retired.
const CONTOUR_OFFSET_VECTOR: Tag = Tag(0x3006, 0x0045);

/// The contours of an item of ROI Contour Sequence (3006,0039).
pub(super) fn contours(item: &DataSet) -> Result<Vec<StructureContour>, Reason> {
    let contours = items(item, tags::CONTOUR_SEQUENCE);
    if contours.is_empty() {
        return Err(without_contours());
    }
    contours.iter().map(contour).collect()
}

/// The reason of an ROI that has no contour.
pub(super) fn without_contours() -> Reason {
    Reason::new(EMPTY_CONTOUR, "Contour Sequence (3006,0040) of the ROI is absent or empty")
}

fn contour(item: &DataSet) -> Result<StructureContour, Reason> {
    let bad = |message| Reason::new(CONTOUR_DATA, message);
    let kind = item.text(tags::CONTOUR_GEOMETRIC_TYPE).and_then(ContourKind::of);
    let kind = kind.ok_or_else(|| bad("Contour Geometric Type (3006,0042) is no defined term"))?;
    if item.text(tags::CONTOUR_DATA).is_some_and(str::is_empty) {
        return Err(Reason::new(EMPTY_CONTOUR, "Contour Data (3006,0050) is empty"));
    }
    let numbers = numbers(item, tags::CONTOUR_DATA)
        .ok_or_else(|| bad("Contour Data (3006,0050) is absent or holds what is no number"))?;
    let (points, rest) = numbers.as_chunks::<3>();
    if !rest.is_empty() {
        return Err(bad("Contour Data (3006,0050) does not hold triples"));
    }
    let told = item.bytes(tags::NUMBER_OF_CONTOUR_POINTS).is_some_and(|bytes| !bytes.is_empty());
    let count = integer(item, tags::NUMBER_OF_CONTOUR_POINTS);
    if told && count != i64::try_from(points.len()).ok() {
        return Err(bad("Number of Contour Points (3006,0046) is not that of Contour Data"));
    }
    // Retired; nobody can say whether the points have been moved by it.
    let offset = item.bytes(CONTOUR_OFFSET_VECTOR).filter(|bytes| !bytes.is_empty());
    let offsets = self::numbers(item, CONTOUR_OFFSET_VECTOR);
    if offset.is_some() && !offsets.is_some_and(|it| it.iter().all(|number| *number == 0.0)) {
        return Err(bad("Contour Offset Vector (3006,0045) is not zero"));
    }
    let images = references(item, tags::CONTOUR_IMAGE_SEQUENCE).collect();
    Ok(StructureContour { points: points.to_vec(), kind, images })
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "these numbers are exact")]
mod tests {
    use super::*;
    use crate::dataset::VR;

    const SQUARE: &str = "0\\0\\5\\1\\0\\5\\1\\1\\5\\0\\1\\5";

    fn item(texts: &[(Tag, &str)]) -> DataSet {
        let mut item = DataSet::new();
        for (tag, text) in texts {
            item.put_text(*tag, VR::DS, text);
        }
        item
    }

    fn class(texts: &[(Tag, &str)]) -> &'static str {
        contour(&item(texts)).unwrap_err().class
    }

    #[test]
    fn a_contour_is_its_triples() {
        let mut item = item(&[
            (tags::CONTOUR_GEOMETRIC_TYPE, "CLOSED_PLANAR"),
            (tags::NUMBER_OF_CONTOUR_POINTS, "4"),
            (tags::CONTOUR_DATA, SQUARE),
        ]);
        let mut image = DataSet::new();
        image.put_text(tags::REFERENCED_SOP_INSTANCE_UID, VR::UI, "1.2.3");
        item.put_sequence(tags::CONTOUR_IMAGE_SEQUENCE, vec![image]);
        let contour = contour(&item).unwrap();
        assert_eq!(contour.points[2], [1.0, 1.0, 5.0]);
        assert_eq!((contour.points.len(), contour.kind), (4, ContourKind::ClosedPlanar));
        assert_eq!(contour.images, ["1.2.3"]);
    }

    #[test]
    fn what_lies_or_is_no_number_is_a_reason() {
        let kind = (tags::CONTOUR_GEOMETRIC_TYPE, "CLOSED_PLANAR");
        let data = (tags::CONTOUR_DATA, SQUARE);
        assert_eq!(class(&[kind, data, (tags::NUMBER_OF_CONTOUR_POINTS, "5")]), CONTOUR_DATA);
        assert_eq!(class(&[kind, data, (tags::NUMBER_OF_CONTOUR_POINTS, "four")]), CONTOUR_DATA);
        assert_eq!(class(&[kind, (tags::CONTOUR_DATA, "0\\0\\5\\1")]), CONTOUR_DATA);
        assert_eq!(class(&[kind, (tags::CONTOUR_DATA, "0\\0\\x")]), CONTOUR_DATA);
        assert_eq!(class(&[kind]), CONTOUR_DATA);
        assert_eq!(class(&[kind, (tags::CONTOUR_DATA, "")]), EMPTY_CONTOUR);
        assert_eq!(class(&[(tags::CONTOUR_GEOMETRIC_TYPE, "ROUND"), data]), CONTOUR_DATA);
        let offset = (CONTOUR_OFFSET_VECTOR, "0\\0\\1");
        assert_eq!(class(&[kind, data, offset]), CONTOUR_DATA);
        assert!(contour(&item(&[kind, data, (CONTOUR_OFFSET_VECTOR, "0\\0\\0")])).is_ok());
    }

    #[test]
    fn points_and_lines_enclose_nothing() {
        let mut sequence = DataSet::new();
        let of =
            |kind| item(&[(tags::CONTOUR_GEOMETRIC_TYPE, kind), (tags::CONTOUR_DATA, "1\\2\\3")]);
        sequence.put_sequence(tags::CONTOUR_SEQUENCE, ["POINT", "OPEN_PLANAR"].map(of).into());
        let roi = |contours| StructureRoi {
            number: 1,
            name: String::new(),
            frame_of_reference: String::new(),
            interpreted_type: String::new(),
            contours,
        };
        assert_eq!(roi(contours(&sequence)).closed().unwrap_err().class, NO_VOLUME);
        assert_eq!(roi(contours(&DataSet::new())).closed().unwrap_err().class, EMPTY_CONTOUR);
        let kinds = ["POINT", "CLOSEDPLANAR_XOR"].map(of).into();
        sequence.put_sequence(tags::CONTOUR_SEQUENCE, kinds);
        assert_eq!(roi(contours(&sequence)).closed().unwrap().len(), 1);
    }
}

//! Ultrasound regions (PS3.3 section C.8.5.5): where the device says that its image stands. All else is
//! banner, menu and scale.

use dicom::dictionary_std::tags;

use crate::area::{Area, Extent, Frames, Reason, Rectangle};
use crate::dataset::{DataSet, Tag};

/// Regions that are looked at. Devices tell of a few; what lies outside of these is covered.
const MOST_REGIONS: usize = 256;

/// Some devices give the first column and row behind a region as its last, or a little more.
const BEYOND: u32 = 8;

/// The areas outside all regions that can be believed, inside the image; `None` where there is none.
/// A region that cannot be believed shows nothing, so that its place is covered too.
pub(super) fn outside_regions(data_set: &DataSet, extent: Extent) -> Option<Vec<Area>> {
    let items = data_set.sequence(tags::SEQUENCE_OF_ULTRASOUND_REGIONS)?;
    let regions: Vec<Rectangle> =
        items.iter().take(MOST_REGIONS).filter_map(|item| region(item, extent)).collect();
    if regions.is_empty() {
        return None;
    }
    let area = |rectangle| Area { rectangle, frames: Frames::All, reason: Reason::OutsideRegions };
    Some(complement(&regions, extent).into_iter().map(area).collect())
}

/// A region as its four corners tell it, each of which belongs to it.
fn region(item: &DataSet, extent: Extent) -> Option<Rectangle> {
    let number = |tag: Tag| {
        let bytes = item.bytes(tag)?;
        match bytes.get(..4) {
            Some(four) => Some(u32::from_le_bytes(four.try_into().ok()?)),
            // Some write US.
            None => item.u16(tag).map(u32::from),
        }
    };
    let (x, y) = (number(tags::REGION_LOCATION_MIN_X0)?, number(tags::REGION_LOCATION_MIN_Y0)?);
    let (last_x, last_y) =
        (number(tags::REGION_LOCATION_MAX_X1)?, number(tags::REGION_LOCATION_MAX_Y1)?);
    if last_x <= x
        || last_y <= y
        || x >= extent.columns
        || y >= extent.rows
        || last_x > extent.columns + BEYOND
        || last_y > extent.rows + BEYOND
    {
        return None;
    }
    let width = (last_x + 1).min(extent.columns) - x;
    let height = (last_y + 1).min(extent.rows) - y;
    Some(Rectangle { x, y, width, height })
}

/// What none of the rectangles covers: bands between their upper and lower edges, cut at their sides; equal
/// bands are joined.
fn complement(rectangles: &[Rectangle], extent: Extent) -> Vec<Rectangle> {
    let mut edges: Vec<u32> = rectangles.iter().flat_map(|r| [r.y, r.bottom()]).collect();
    edges.extend([0, extent.rows]);
    edges.sort_unstable();
    edges.dedup();
    let mut found: Vec<Rectangle> = Vec::new();
    for band in edges.windows(2) {
        let &[y, bottom] = band else { continue };
        let mut spans: Vec<(u32, u32)> = rectangles
            .iter()
            .filter(|r| r.y <= y && bottom <= r.bottom())
            .map(|r| (r.x, r.right()))
            .collect();
        spans.sort_unstable();
        spans.push((extent.columns, extent.columns));
        let mut from = 0;
        for (x, right) in spans {
            if from < x {
                let gap = Rectangle { x: from, y, width: x - from, height: bottom - y };
                let above = found
                    .iter_mut()
                    .find(|it| (it.x, it.width, it.bottom()) == (gap.x, gap.width, gap.y));
                match above {
                    Some(above) => above.height += gap.height,
                    None => found.push(gap),
                }
            }
            from = from.max(right);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{Element, VR, Value};

    const EXTENT: Extent = Extent { columns: 100, rows: 80, frames: 1 };

    fn with_regions(regions: &[[u32; 4]]) -> DataSet {
        let item = |corners: &[u32; 4]| {
            let mut item = DataSet::new();
            let places = [
                tags::REGION_LOCATION_MIN_X0,
                tags::REGION_LOCATION_MIN_Y0,
                tags::REGION_LOCATION_MAX_X1,
                tags::REGION_LOCATION_MAX_Y1,
            ];
            for (tag, corner) in places.into_iter().zip(corners) {
                let value = Value::Bytes(corner.to_le_bytes().to_vec().into());
                item.put(Element { tag, vr: VR::UL, value });
            }
            item
        };
        let mut data_set = DataSet::new();
        data_set
            .put_sequence(tags::SEQUENCE_OF_ULTRASOUND_REGIONS, regions.iter().map(item).collect());
        data_set
    }

    #[test]
    fn what_no_region_covers_is_covered_once() {
        let regions = [[10, 20, 59, 69], [40, 30, 99, 49]];
        let areas = outside_regions(&with_regions(&regions), EXTENT).unwrap();
        let is_in = |r: &[u32; 4], x, y| (r[0]..=r[2]).contains(&x) && (r[1]..=r[3]).contains(&y);
        for (x, y) in (0..100).flat_map(|x| (0..80).map(move |y| (x, y))) {
            let point = Rectangle { x, y, width: 1, height: 1 };
            let covered =
                areas.iter().filter(|a| a.rectangle.intersection(point).is_some()).count();
            let is_image = regions.iter().any(|region| is_in(region, x, y));
            assert_eq!(covered, usize::from(!is_image), "{x}, {y}");
        }
        assert!(areas.len() <= 8, "{}", areas.len());
    }

    #[test]
    fn regions_that_cannot_be_believed_are_none() {
        assert_eq!(outside_regions(&DataSet::new(), EXTENT), None);
        assert_eq!(outside_regions(&with_regions(&[]), EXTENT), None);
        assert_eq!(outside_regions(&with_regions(&[[50, 20, 50, 60]]), EXTENT), None);
        assert_eq!(outside_regions(&with_regions(&[[0, 0, 50, 200]]), EXTENT), None);
        let whole = outside_regions(&with_regions(&[[0, 0, 100, 80]]), EXTENT);
        assert_eq!(whole, Some(Vec::new()));
        // One that cannot be believed does not take the others with it.
        let one = outside_regions(&with_regions(&[[0, 0, 0, 0], [0, 20, 99, 79]]), EXTENT);
        let banner = Rectangle { x: 0, y: 0, width: 100, height: 20 };
        assert_eq!(one.unwrap().first().map(|area| area.rectangle), Some(banner));
    }
}

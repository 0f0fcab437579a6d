//! Where something of interest is in images and series: columns of their tables, and what the summary tells of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::pixels::add_counts;
use crate::crop::Crop;
use crate::table::{Cell, Column, Kind, Layout};

const fn column(name: &'static str, kind: Kind, meaning: &'static str) -> Column {
    Column { name, kind, unit: "", meaning }
}

/// The columns of a box.
pub(super) const CROP: [Column; 5] = [
    column("crop_column", Kind::Int32, "first column of the box of interest, from 0"),
    column("crop_row", Kind::Int32, "first row of the box of interest, from 0"),
    column("crop_columns", Kind::Int32, "columns of the box of interest"),
    column("crop_rows", Kind::Int32, "rows of the box of interest"),
    column("crop_by", Kind::Text, "what is in the box: body or regions"),
];

/// A box as cells of these columns, null where there is none.
pub fn crop_cells(crop: Option<Crop>) -> [Cell<'static>; 5] {
    let Some(Crop { by, rectangle }) = crop else { return CROP.map(|_| Cell::Null) };
    let number = |number: u32| Cell::Int(number.into());
    let [column, row] = [rectangle.x, rectangle.y].map(number);
    let [columns, rows] = [rectangle.width, rectangle.height].map(number);
    [column, row, columns, rows, Cell::Text(by.name().into())]
}

/// Puts a box into a row that was made without one.
pub fn put_crop(layout: &Layout, row: &mut [Cell<'_>], crop: Crop) {
    for (column, cell) in CROP.iter().zip(crop_cells(Some(crop))) {
        if let Some(place) = layout.position(column.name).and_then(|at| row.get_mut(at)) {
            *place = cell;
        }
    }
}

/// What was made of cropped images.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CroppedImages {
    /// Images that stand in `cropped/`.
    pub images: u64,
    /// Images on the grid of a box of which none was made, by reason.
    pub left_out: BTreeMap<String, u64>,
}

impl CroppedImages {
    /// Adds those of another rank.
    pub fn merge(&mut self, other: &Self) {
        self.images += other.images;
        add_counts(&mut self.left_out, &other.left_out);
    }
}

/// What the summary tells of boxes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CropSummary {
    /// What is of interest: `--crop`.
    pub by: &'static str,
    /// Instances that have a box.
    pub instances: u64,
    /// Series that have one.
    pub series: u64,
    /// Cropped images, where they were asked for.
    pub cropped: Option<CroppedImages>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Rectangle;
    use crate::crop::By;
    use crate::results::{instances_layout, series_layout};

    #[test]
    fn a_box_is_put_where_its_columns_are() {
        let rectangle = Rectangle { x: 1, y: 2, width: 3, height: 4 };
        for layout in [instances_layout(), series_layout()] {
            let mut row = vec![Cell::Null; layout.columns.len()];
            put_crop(&layout, &mut row, Crop { by: By::Regions, rectangle });
            let of = |name: &str| row[layout.position(name).unwrap()].clone();
            assert_eq!(of("crop_column"), Cell::Int(1));
            assert_eq!(of("crop_row"), Cell::Int(2));
            assert_eq!(of("crop_columns"), Cell::Int(3));
            assert_eq!(of("crop_rows"), Cell::Int(4));
            assert_eq!(of("crop_by"), Cell::Text("regions".into()));
            assert_eq!(row.iter().filter(|cell| **cell != Cell::Null).count(), 5);
        }
    }
}

//! Series that are made: what is wrong with each is known.

mod cohorts;
mod laws;
mod tolerances;
mod volumes;

use super::{Geometry, Member};

/// Row and column of an axial image.
const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];

/// An axial slice at `z_mm`, its Instance Number `number`.
fn slice(number: i64, z_mm: f64) -> Member {
    Member {
        sop_instance_uid: format!("2.25.{number}"),
        instance_number: Some(number),
        rows: 512,
        columns: 512,
        frames: 1,
        geometry: Some(Geometry {
            orientation: AXIAL,
            position_mm: [-160.0, -150.5, z_mm],
            spacing_mm: [0.625, 0.625],
        }),
        slice_thickness_mm: Some(2.5),
        mean: Some(-400.0 + z_mm),
        noise: Some(10.0 + number as f64),
        pixel_digest: Some(number as u64),
        // All bits of two of them differ.
        dhash64: Some(if number % 2 == 0 { u64::MAX } else { 0 }),
        ..Member::default()
    }
}

/// Slices 1, 2, .. of 2.5 mm, from z = -100.
fn regular(slices: i64) -> Vec<Member> {
    (0..slices).map(|index| slice(index + 1, -100.0 + 2.5 * index as f64)).collect()
}

fn geometry(member: &mut Member) -> &mut Geometry {
    member.geometry.as_mut().unwrap()
}

fn close(found: Option<f64>, wanted: f64) -> bool {
    found.is_some_and(|found| (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0))
}

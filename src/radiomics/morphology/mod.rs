//! Morphology (IBSI manual section 3.1, family HCUG): the shape of a region, and where its intensities lie.

mod autocorrelation;
mod axes;
mod cubes;
mod diameter;
mod fourier;
mod hull;
mod kernel;
mod mesh;

use std::f64::consts::PI;

use self::axes::{Axes, ellipsoid_area};
use self::hull::Hull;
use super::distribution::Distribution;
use super::feature::{Family, Feature};
use super::region::Region;
use crate::volume::{dot, sub};

const FAMILY: Family = Family("morphology");

/// The features, in the order of `measure`.
pub(super) const FEATURES: [Feature; 25] = [
    FAMILY.feature("morph_volume", "RNU0", "mm3", "volume of the mesh"),
    FAMILY.feature("morph_vol_approx", "YEKZ", "mm3", "volume of the voxels"),
    FAMILY.feature("morph_area_mesh", "C0JK", "mm2", "area of the mesh"),
    FAMILY.feature("morph_av", "2PR5", "1/mm", "area by volume"),
    FAMILY.feature("morph_comp_1", "SKGS", "", "compactness 1"),
    FAMILY.feature("morph_comp_2", "BQWJ", "", "compactness 2, 1 for a sphere"),
    FAMILY.feature("morph_sph_dispr", "KRCK", "", "spherical disproportion, 1 for a sphere"),
    FAMILY.feature("morph_sphericity", "QCFX", "", "sphericity, 1 for a sphere"),
    FAMILY.feature("morph_asphericity", "25C7", "", "asphericity, 0 for a sphere"),
    FAMILY.feature(
        "morph_com",
        "KLMA",
        "mm",
        "from the centre of the voxels to that of the intensities",
    ),
    FAMILY.feature("morph_diam", "L0JK", "mm", "greatest distance of two points of the mesh"),
    FAMILY.feature("morph_pca_maj_axis", "TDIC", "mm", "length of the major axis"),
    FAMILY.feature("morph_pca_min_axis", "P9VJ", "mm", "length of the minor axis"),
    FAMILY.feature("morph_pca_least_axis", "7J51", "mm", "length of the least axis"),
    FAMILY.feature("morph_pca_elongation", "Q3CK", "", "minor by major axis"),
    FAMILY.feature("morph_pca_flatness", "N17B", "", "least by major axis"),
    FAMILY.feature(
        "morph_vol_dens_aabb",
        "PBX1",
        "",
        "volume by that of the box along the axes of the image",
    ),
    FAMILY.feature(
        "morph_area_dens_aabb",
        "R59B",
        "",
        "area by that of the box along the axes of the image",
    ),
    FAMILY.feature("morph_vol_dens_aee", "6BDE", "", "volume by that of the ellipsoid of the axes"),
    FAMILY.feature("morph_area_dens_aee", "RDD2", "", "area by that of the ellipsoid of the axes"),
    FAMILY.feature("morph_vol_dens_conv_hull", "R3ER", "", "volume by that of the convex hull"),
    FAMILY.feature("morph_area_dens_conv_hull", "7T7F", "", "area by that of the convex hull"),
    FAMILY.feature("morph_integ_int", "99N0", "intensity mm3", "mean intensity times volume"),
    FAMILY.feature("morph_moran_i", "N365", "", "Moran's I, alike neighbours are above 0"),
    FAMILY.feature("morph_geary_c", "NPT7", "", "Geary's C, alike neighbours are below 1"),
];

/// The features of a region.
pub(super) fn measure(
    region: &Region,
    intensities: &Distribution,
) -> [Option<f64>; FEATURES.len()] {
    let (mask, spacing) = (&region.morphological, region.spacing);
    let (volume, area) = mesh::volume_and_area(mask, spacing);
    let voxels = mask.values().iter().filter(|inside| **inside).count() as f64;
    let mean = intensities.measures().mean;
    let axes = Axes::new(mask, spacing);
    // The box of the mesh is that of the voxels, half a voxel less on each side than their own.
    let sides: [f64; 3] = std::array::from_fn(|axis| mask.size()[axis] as f64 * spacing[axis]);
    let [dx, dy, dz] = sides;
    let points = mesh::outer_points(mask);
    let hull = Hull::new(&points);
    let of_hull = hull.as_ref().map(|hull| hull.volume_and_area(&points, spacing));
    let place =
        |point: usize| std::array::from_fn(|axis| points[point][axis] as f64 / 2.0 * spacing[axis]);
    let corners = hull.map(|hull| hull.corners().into_iter().map(place).collect());
    // The lattice of the points has half the distances of voxels.
    let of_hull = of_hull.map(|(volume, area)| (volume / 8.0, area / 4.0));
    let length = axes.variances.map(|variances| variances.map(|variance| 4.0 * variance.sqrt()));
    let by_major = |of: usize| length.filter(|l| l[0] > 0.0).map(|l| l[of] / l[0]);
    let half = length.map(|length| length.map(|length| length / 2.0));
    let ellipsoid = half.map(|[a, b, c]| 4.0 / 3.0 * PI * a * b * c);
    // 36 pi V^2 is the cube of the area of a sphere of that volume.
    let sphere = libm::cbrt(36.0 * PI * volume * volume);
    let [moran, geary] = autocorrelation::moran_and_geary(region, mean);
    [
        Some(volume),
        Some(voxels * region.voxel()),
        Some(area),
        Some(area / volume),
        Some(volume / (PI.sqrt() * area * area.sqrt())),
        Some((sphere / area).powi(3)),
        Some(area / sphere),
        Some(sphere / area),
        Some(area / sphere - 1.0),
        centre_shift(region, axes.centre),
        corners.map(diameter::diameter),
        length.map(|length| length[0]),
        length.map(|length| length[1]),
        length.map(|length| length[2]),
        by_major(1),
        by_major(2),
        Some(volume / (dx * dy * dz)),
        Some(area / (2.0 * (dx * dy + dy * dz + dz * dx))),
        ellipsoid.map(|ellipsoid| volume / ellipsoid),
        half.and_then(ellipsoid_area).map(|ellipsoid| area / ellipsoid),
        of_hull.map(|(hull, _)| volume / hull),
        of_hull.map(|(_, hull)| area / hull),
        Some(mean * volume),
        moran,
        geary,
    ]
}

/// The distance of the mean of the voxels of the morphological mask from that of the intensity mask weighted with its
/// intensities. `None` where these sum to 0.
fn centre_shift(region: &Region, centre: [f64; 3]) -> Option<f64> {
    let [nx, ny, nz] = region.intensity.size();
    let mut values = region.values.iter();
    let (mut total, mut moments) = (0.0, [0.0; 3]);
    for z in 0..nz {
        for y in 0..ny {
            let row = &region.intensity.values()[region.intensity.place([0, y, z])..][..nx];
            let (mut sum, mut along) = (0.0, 0.0);
            for (x, _) in row.iter().enumerate().filter(|(_, inside)| **inside) {
                let value = values.next()?;
                sum += value;
                along += value * x as f64;
            }
            total += sum;
            let here = [along, sum * y as f64, sum * z as f64];
            (0..3).for_each(|axis| moments[axis] += here[axis]);
        }
    }
    let weighted = std::array::from_fn(|axis| moments[axis] / total * region.spacing[axis]);
    let shift = sub(weighted, centre);
    (total != 0.0).then(|| dot(shift, shift).sqrt())
}

//! What the features of whole regions are known to be.

use proptest::prelude::*;

use super::*;

const PHANTOM: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data_sample/ibsi/digital_phantom.csv"));
const REFERENCE: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/data_sample/ibsi/reference_digital_phantom.csv"
));

fn phantom() -> (Volume<f64>, Volume<bool>) {
    let rows = PHANTOM.lines().skip(1).map(|line| line.split(',').collect::<Vec<_>>());
    let (image, mask) = rows.map(|row| (row[3].parse::<f64>().unwrap(), row[4] == "1")).unzip();
    (Volume::new([5, 4, 4], image).unwrap(), Volume::new([5, 4, 4], mask).unwrap())
}

fn value(measured: &Measured, name: &str) -> Option<f64> {
    let place = features().iter().position(|feature| feature.name == name);
    measured.values[place.unwrap_or_else(|| panic!("{name}"))]
}

/// To three significant digits, as the reference values are given.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap()
}

#[test]
fn the_digital_phantom_has_the_reference_values() {
    let (image, mask) = phantom();
    let settings = "discretisation=none".parse().unwrap();
    let measured = measure(&image, &mask, [2.0; 3], &settings).unwrap();
    assert_eq!(
        (measured.n_voxels, measured.n_voxels_morphological, measured.n_levels),
        (74, 74, 6)
    );
    let mut seen = 0;
    let mut wrong = vec![];
    for line in REFERENCE.lines().skip(1) {
        // Only descriptions are quoted, and none of these families has a comma.
        let fields: Vec<&str> = line.split(',').collect();
        let Some(feature) =
            features().iter().find(|f| f.name == fields[3] && f.aggregation.is_empty())
        else {
            continue;
        };
        assert_eq!(feature.code, fields[4], "{line}");
        let [expected, tolerance] =
            [fields[9], fields[10]].map(|text| text.parse::<f64>().unwrap());
        let found = value(&measured, feature.name).unwrap();
        if (rounded(found) - expected).abs() > tolerance + 1e-12 * expected.abs() {
            wrong.push(format!("{}: {found} is not {expected}", feature.name));
        }
        seen += 1;
    }
    assert_eq!((seen, wrong), (25 + 2 + 18 + 23 + 6, Vec::<String>::new()));
}

fn settings(text: &str) -> Settings {
    text.parse().unwrap()
}

/// Smooth noise and a mask of the voxels within an ellipsoid, some of them missing.
fn sample(size: [usize; 3], seed: u64) -> (Volume<f64>, Volume<bool>) {
    let n = size.iter().product();
    let mut state = seed;
    let mut noise = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f64 / 16_777_216.0
    };
    let (mut values, mut mask) = (vec![], vec![]);
    for place in 0..n {
        let voxel = [place % size[0], place / size[0] % size[1], place / size[0] / size[1]];
        let along = |axis: usize| {
            let half = size[axis] as f64 / 2.0;
            (voxel[axis] as f64 + 0.5 - half) / half
        };
        values.push((100.0 * (noise() + along(0) - along(1) * along(2))).round());
        let inside = (0..3).map(|axis| along(axis).powi(2)).sum::<f64>() < 0.8;
        mask.push(inside && noise() > 0.03);
    }
    (Volume::new(size, values).unwrap(), Volume::new(size, mask).unwrap())
}

/// The volume with its axes in another order and some of them reversed.
fn turned<T: Copy>(volume: &Volume<T>, order: [usize; 3], reversed: [bool; 3]) -> Volume<T> {
    let size = order.map(|axis| volume.size()[axis]);
    let mut values = vec![];
    for z in 0..size[2] {
        for y in 0..size[1] {
            for x in 0..size[0] {
                let mut from = [0; 3];
                for (to, place) in [x, y, z].into_iter().enumerate() {
                    from[order[to]] = if reversed[to] { size[to] - 1 - place } else { place };
                }
                values.push(*volume.at(from));
            }
        }
    }
    Volume::new(size, values).unwrap()
}

fn alike(a: &Measured, b: &Measured, tolerance: f64, bins: bool) -> Result<(), TestCaseError> {
    for ((a, b), feature) in a.values.iter().zip(&b.values).zip(features()) {
        let of_bins = feature.family.contains("histogram") || feature.name == "stat_rmad";
        // Textures are tested where they are computed.
        if !feature.aggregation.is_empty() || of_bins && !bins {
            continue;
        }
        prop_assert_eq!(a.is_some(), b.is_some(), "{}", feature.name);
        if let Some((a, b)) = a.zip(*b) {
            let near = (a - b).abs() <= tolerance * a.abs().max(1e-2);
            prop_assert!(near, "{} {} {}", feature.name, a, b);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn turned_mirrored_and_moved_regions_have_the_same_features(
        seed in any::<u64>(),
        order in prop_oneof![Just([0, 1, 2]), Just([1, 0, 2]), Just([2, 0, 1]), Just([2, 1, 0])],
        reversed in any::<[bool; 3]>(),
        interpolated in any::<bool>(),
    ) {
        let (image, mask) = sample([11, 9, 7], seed);
        let spacing = [1.0, 1.5, 2.5];
        let how = if interpolated { "interpolation=trilinear:1.2" } else { "discretisation=fbs:10" };
        let one = measure(&image, &mask, spacing, &settings(how)).unwrap();
        let (image, mask) = (turned(&image, order, reversed), turned(&mask, order, reversed));
        let spacing = order.map(|axis| spacing[axis]);
        let other = measure(&image, &mask, spacing, &settings(how)).unwrap();
        // Interpolated intensities are only nearly the same, and one may come into the next bin, or out of a
        // percentile.
        alike(&one, &other, if interpolated { 1e-6 } else { 1e-9 }, !interpolated)?;
    }
}

#[test]
fn a_part_with_the_margin_has_the_features_of_the_whole() {
    let (image, _) = sample([60, 50, 40], 5);
    let mut mask = Volume::filled(image.size(), false);
    let (_, shape) = sample([12, 10, 9], 6);
    let first = [22, 20, 16];
    for place in 0..shape.values().len() {
        let voxel = [place % 12, place / 12 % 10, place / 120];
        let at = mask.place(std::array::from_fn(|axis| first[axis] + voxel[axis]));
        mask.values_mut()[at] = shape.values()[place];
    }
    let spacing = [0.9, 1.1, 2.0];
    for how in [
        "",
        "interpolation=trilinear:1",
        "interpolation=nearest:1.7",
        "interpolation=trilinear:3:round",
    ] {
        let how = settings(how);
        let whole = measure(&image, &mask, spacing, &how).unwrap();
        let margin = margin(spacing, &how);
        let start: [usize; 3] =
            std::array::from_fn(|axis| first[axis].saturating_sub(margin[axis]));
        let size = std::array::from_fn(|axis| {
            (first[axis] + shape.size()[axis] + margin[axis]).min(image.size()[axis]) - start[axis]
        });
        let part = Part { first: start, whole: image.size() };
        let (image, mask) = (image.part(start, size), mask.part(start, size));
        let part = measure_part(&image, &mask, spacing, part, &how).unwrap();
        assert_eq!(part.n_voxels, whole.n_voxels);
        alike(&whole, &part, 1e-9, true).unwrap();
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let (image, mask) = sample([31, 26, 17], 3);
    let how = settings("interpolation=trilinear:0.8 discretisation=fbs:5");
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let measured = pool.install(|| measure(&image, &mask, [1.0, 1.0, 1.5], &how)).unwrap();
        measured.values.iter().map(|v| v.map(f64::to_bits)).collect::<Vec<_>>()
    };
    let one = on(1);
    assert_eq!(one, on(2));
    assert_eq!(one, on(5));
}

#[test]
fn one_voxel_one_slice_and_a_constant_have_what_they_have() {
    let one = Volume::filled([1; 3], 7.0);
    let measured = measure(&one, &Volume::filled([1; 3], true), [2.0; 3], &settings("")).unwrap();
    for (name, expected) in [
        ("morph_volume", Some(8.0 / 6.0)),
        ("morph_diam", Some(2.0)),
        ("morph_pca_maj_axis", None),
        ("morph_pca_elongation", None),
        ("morph_vol_dens_aee", None),
        ("morph_vol_dens_conv_hull", Some(1.0)),
        ("morph_com", Some(0.0)),
        ("morph_moran_i", None),
        ("morph_geary_c", None),
        ("loc_peak_glob", Some(7.0)),
        ("stat_var", Some(0.0)),
        ("stat_skew", None),
        ("ivh_v10", None),
        ("ih_entropy", Some(0.0)),
        ("ih_max_grad", None),
    ] {
        let found = value(&measured, name);
        let near = found.zip(expected).map(|(a, b)| (a - b).abs() < 1e-12);
        assert_eq!((found.is_some(), near), (expected.is_some(), expected.map(|_| true)), "{name}");
    }
    let (image, _) = sample([9, 8, 1], 2);
    let mask = Volume::filled([9, 8, 1], true);
    let slice = measure(&image, &mask, [1.0; 3], &settings("")).unwrap();
    assert_eq!(value(&slice, "morph_pca_flatness"), Some(0.0));
    assert_eq!(value(&slice, "morph_vol_dens_aee"), None);
    assert!(value(&slice, "morph_moran_i").is_some());
    assert!((value(&slice, "morph_vol_dens_conv_hull").unwrap() - 1.0).abs() < 1e-12);
    let flat = measure(
        &Volume::filled([6; 3], 0.0),
        &Volume::filled([6; 3], true),
        [1.0; 3],
        &settings(""),
    );
    let flat = flat.unwrap();
    assert_eq!(value(&flat, "stat_cov"), None);
    assert_eq!(value(&flat, "morph_com"), None);
    assert!(flat.values.iter().flatten().all(|v| v.is_finite()));
}

#[test]
fn regions_without_features_say_why() {
    let image = Volume::filled([4; 3], 1.0);
    let all = Volume::filled([4; 3], true);
    let why = |image: &Volume<f64>, mask: &Volume<bool>, spacing: [f64; 3], text: &str| {
        measure(image, mask, spacing, &settings(text)).unwrap_err()
    };
    let none = Volume::filled([4; 3], false);
    assert_eq!(why(&image, &none, [1.0; 3], ""), Unmeasurable::Empty);
    assert_eq!(
        why(&Volume::filled([0; 3], 1.0), &Volume::filled([0; 3], true), [1.0; 3], ""),
        Unmeasurable::Empty
    );
    assert_eq!(
        why(&image, &all, [1.0; 3], "resegment=2:3"),
        Unmeasurable::EmptyAfterResegmentation
    );
    let mut one = none.clone();
    one.values_mut()[21] = true;
    let lost = why(&image, &one, [1.0; 3], "interpolation=trilinear:3");
    assert_eq!(lost, Unmeasurable::EmptyAfterInterpolation);
    let small = Volume::filled([4, 4, 3], true);
    assert!(matches!(why(&image, &small, [1.0; 3], ""), Unmeasurable::SizesDiffer { .. }));
    assert!(matches!(why(&image, &all, [1.0, 0.0, 1.0], ""), Unmeasurable::BadSpacing(_)));
    let nan = Volume::filled([4; 3], f64::NAN);
    assert!(matches!(why(&nan, &all, [1.0; 3], ""), Unmeasurable::NotFinite(_)));
    let outside = Part { first: [0, 0, 1], whole: [4; 3] };
    let outside = measure_part(&image, &all, [1.0; 3], outside, &Settings::default());
    assert_eq!(outside.unwrap_err(), Unmeasurable::OutsideImage);
    let bins =
        Settings { discretisation: Discretisation::FixedBinNumber(0), ..Settings::default() };
    assert!(matches!(measure(&image, &all, [1.0; 3], &bins), Err(Unmeasurable::Settings(_))));
}

#[test]
fn an_ellipsoid_has_its_axes_and_its_volume() {
    let (half, n) = ([9.0_f64, 14.0, 20.0], 45);
    let inside = |place: usize| {
        let voxel = [place % n, place / n % n, place / n / n];
        (0..3).map(|a| ((voxel[a] as f64 - 22.0) / half[a]).powi(2)).sum::<f64>() <= 1.0
    };
    let mask = Volume::new([n; 3], (0..n * n * n).map(inside).collect()).unwrap();
    let image = Volume::filled([n; 3], 1.0);
    let measured = measure(&image, &mask, [0.5; 3], &settings("")).unwrap();
    let volume = 4.0 / 3.0 * std::f64::consts::PI * half.iter().product::<f64>() / 8.0;
    assert!((value(&measured, "morph_volume").unwrap() / volume - 1.0).abs() < 0.005);
    // A solid ellipsoid has the variance of a fifth of its squared half axis.
    for (name, half) in [("maj", 20.0), ("min", 14.0), ("least", 9.0)] {
        let found = value(&measured, &format!("morph_pca_{name}_axis")).unwrap();
        let expected = 4.0 * (half * half / 5.0_f64).sqrt() * 0.5;
        assert!((found / expected - 1.0).abs() < 0.01, "{name} {found} {expected}");
    }
    // The mesh ends half a voxel beyond the outermost centres.
    assert!((value(&measured, "morph_diam").unwrap() - 20.5).abs() < 0.05);
    let solid = value(&measured, "morph_vol_dens_conv_hull").unwrap();
    assert!((0.93..1.0).contains(&solid), "{solid}");
}

#[test]
fn features_have_names_of_their_own() {
    let mut names: Vec<_> = features().iter().map(|f| (f.name, f.aggregation)).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!(names.len(), all);
    assert!(features().iter().all(|f| f.code.len() == 4 && !f.meaning.is_empty()));
}

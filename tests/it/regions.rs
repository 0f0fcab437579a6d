//! Regions: each ROI and each segment measured on its images, doses in their structures, reasons for what cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use sauva::table::TableReader;

use crate::help::{Work, printed, rank_independent, rows, sauva, summary};
use crate::region_study::{self, BOX, HOLE, SPACING, dose_gy, value};

type Row = BTreeMap<String, String>;

/// The rows of a Parquet table, by column, as text.
fn table(path: &Path) -> Vec<Row> {
    let table = TableReader::open(path).unwrap();
    let names: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    let columns: Vec<usize> = (0..names.len()).collect();
    let (mut scan, mut rows) = (table.scan(), Vec::new());
    while scan.advance().unwrap() {
        let cells = scan.cells(&columns).unwrap();
        let texts = cells.iter().map(|it| it.text().into_owned());
        rows.push(names.iter().cloned().zip(texts).collect());
    }
    rows
}

fn number(row: &Row, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|_| panic!("{column}: {:?}", row[column]))
}

#[track_caller]
fn assert_near(row: &Row, column: &str, expected: f64, tolerance: f64) {
    let found = number(row, column);
    assert!((found - expected).abs() <= tolerance, "{column}: {found}, not {expected}");
}

/// The mean of the voxels of region 1, or of region 2, which has a hole.
fn mean(has_hole: bool) -> (f64, u64) {
    let (mut sum, mut n) = (0, 0);
    let within = |[first, end]: [usize; 2], at| (first..end).contains(&at);
    for z in BOX[2][0]..BOX[2][1] {
        for y in BOX[1][0]..BOX[1][1] {
            for x in BOX[0][0]..BOX[0][1] {
                if !(has_hole && within(HOLE[0], x) && within(HOLE[1], y)) {
                    sum += value(x, y, z);
                    n += 1;
                }
            }
        }
    }
    (sum as f64 / n as f64, n)
}

/// By region kind and number.
fn by_region(rows: &[Row]) -> BTreeMap<(String, i64), &Row> {
    rows.iter()
        .map(|row| ((row["region_kind"].clone(), row["region_number"].parse().unwrap()), row))
        .collect()
}

#[test]
fn each_region_is_measured_on_its_images_and_each_dose_in_its_structures() {
    let work = Work::new();
    let input = work.path("in");
    region_study::write(&input);
    let run = work.run(&input, "out", &["--regions"]);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let out = work.path("out");

    let regions = table(&out.join("regions.parquet"));
    let found = by_region(&regions);
    let names: BTreeSet<_> = found.keys().map(|(kind, number)| (&**kind, *number)).collect();
    assert_eq!(names, [("RTSTRUCT", 1), ("RTSTRUCT", 2), ("RTSTRUCT", 6), ("SEG", 1)].into());
    let index = table(&out.join("index.parquet"));
    let of_class = |modality: &str, column: &str| {
        let row = index.iter().find(|row| row["Modality"] == modality).unwrap();
        row[column].clone()
    };
    for (kind, roi, has_hole) in [("RTSTRUCT", 1, false), ("RTSTRUCT", 2, true), ("SEG", 1, false)]
    {
        let row = found[&(kind.to_owned(), roi)];
        let (mean, n) = mean(has_hole);
        assert_eq!(row["n_voxels"], n.to_string(), "{kind} {roi}");
        assert_near(row, "volume_mm3", n as f64 * SPACING.iter().product::<f64>(), 1e-9);
        assert_near(row, "stat_mean", mean, 1e-9);
        let place = ["box_x", "box_y", "box_z", "box_columns", "box_rows", "box_slices"];
        let extent = place.map(|it| row[it].parse::<usize>().unwrap());
        let lengths = BOX.map(|[first, end]| end - first);
        assert_eq!(extent[..3], BOX.map(|[first, _]| first));
        assert_eq!(extent[3..], lengths);
        assert_eq!((&*row["unit"], &*row["discretisation"]), ("HU", "fbn:32"));
        assert_eq!(row["SeriesInstanceUID"], of_class("CT", "SeriesInstanceUID"));
        assert_eq!(row["region_SOPInstanceUID"], of_class(kind, "SOPInstanceUID"));
        assert_eq!(row["PatientID"], of_class("CT", "PatientID"));
        assert!(number(row, "cm_joint_entr_3d_avg") > 0.0 && number(row, "morph_volume") > 0.0);
    }

    let doses = table(&out.join("dvh.parquet"));
    let numbers: Vec<&str> = doses.iter().map(|row| &*row["region_number"]).collect();
    assert_eq!(numbers, ["1", "2", "5", "6"]);
    let edge = |place: usize| -30.0 + (place as f64 - 0.5) * SPACING[0];
    let (low, high) = (dose_gy(edge(BOX[0][0])), dose_gy(edge(BOX[0][1])));
    let of_box = &doses[0];
    assert_near(of_box, "volume_cm3", 2.7, 0.0135);
    assert_near(of_box, "d_mean", f64::midpoint(low, high), 0.03);
    assert_near(of_box, "d_min", low, 0.1);
    assert_near(of_box, "d_max", high, 0.1);
    assert_near(of_box, "d50", f64::midpoint(low, high), 0.05);
    assert_near(of_box, "share_outside_grid", 0.0, 0.0);
    let curves = table(&out.join("dvh_curves.parquet"));
    let of_box = curves.iter().filter(|row| row["region_number"] == "1");
    let volumes: Vec<f64> = of_box.map(|row| number(row, "volume_cm3")).collect();
    assert!(volumes.is_sorted_by(|a, b| a >= b) && (volumes[0] - 2.7).abs() < 0.0135);

    let failures = rows(&out.join("failures.csv"));
    let told: BTreeSet<_> =
        failures.iter().map(|row| (&*row["outcome"], &*row["stage"], &*row["class"])).collect();
    let classes = [
        "empty-contour",
        "missing-reference",
        "other-frame-of-reference",
        "relative-dose",
        "self-crossing-contour",
    ];
    assert_eq!(told, classes.map(|class| ("region", "regions", class)).into());
    let counts = summary(&out)["regions"].clone();
    assert_eq!((counts["objects"].as_u64(), counts["rows"].as_u64()), (Some(2), Some(4)));
    assert_eq!((counts["doses"].as_u64(), counts["histograms"].as_u64()), (Some(3), Some(4)));
    let verified = verify(&work, &input, "out");
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
}

fn verify(work: &Work, input: &Path, name: &str) -> std::process::Output {
    let mut verify = sauva(&["verify", "--input"]);
    verify.arg(input).arg("--key-file").arg(work.path("key")).arg(work.path(name));
    verify.output().unwrap()
}

#[test]
fn ranks_threads_and_order_do_not_matter() {
    let work = Work::new();
    let input = work.path("in");
    region_study::write(&input);
    let more = ["--regions", "--bins", "fbn:32", "--bins", "fbs:25", "--resample", "trilinear:2"];
    work.run(&input, "one", &[&more[..], &["--threads", "1"]].concat());
    let one = rank_independent(&work.path("one"));
    let regions = table(&work.path("one").join("regions.parquet"));
    let forms: BTreeSet<&str> = regions.iter().map(|row| &*row["discretisation"]).collect();
    assert_eq!((regions.len(), forms), (8, ["fbn:32", "fbs:25"].into()));
    work.run(&input, "threads", &[&more[..], &["--threads", "2"]].concat());
    assert_eq!(rank_independent(&work.path("threads")), one);
    for ranks in [2, 5] {
        let name = format!("ranks-{ranks}");
        work.run_team_with(ranks, &input, &name, &more);
        assert_eq!(rank_independent(&work.path(&name)), one, "{ranks} ranks");
    }
    // A later try measures anew; one that is not asked for regions leaves no tables of them.
    work.run(&input, "one", &more);
    assert_eq!(rank_independent(&work.path("one")), one);
    work.run(&input, "one", &[]);
    assert!(!work.path("one").join("regions.parquet").exists());
    let verified = verify(&work, &input, "one");
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
}

#[test]
fn originals_are_measured_where_they_lie() {
    let work = Work::new();
    let input = work.path("in");
    region_study::write(&input);
    let before = crate::help::tree(&input);
    let mut regions = sauva(&["regions", "--quiet", "--resegment", "-500:400"]);
    regions.arg(&input).arg(work.path("out")).arg("--key-file").arg(work.path("key"));
    let run = regions.output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    assert_eq!(crate::help::tree(&input), before);
    let regions = table(&work.path("out").join("regions.parquet"));
    let of_box = by_region(&regions)[&("RTSTRUCT".to_owned(), 1)];
    assert_eq!((&*of_box["PatientID"], &*of_box["region_label"]), ("PLAN-1", "Box"));
    assert_eq!(of_box["resegmentation"], "-500:400");
    assert_near(of_box, "stat_mean", mean(false).0, 1e-9);
}

#[test]
fn what_regions_refer_to_may_be_missing() {
    let work = Work::new();
    let input = work.path("in");
    region_study::write(&input);
    std::fs::remove_dir_all(input.join("images")).unwrap();
    std::fs::remove_dir_all(input.join("plan")).unwrap();
    let run = work.run(&input, "out", &["--regions"]);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let out = work.path("out");
    assert!(table(&out.join("regions.parquet")).is_empty());
    assert!(table(&out.join("dvh.parquet")).is_empty());
    let failures = rows(&out.join("failures.csv"));
    assert_eq!(failures.len(), 5, "{failures:?}");
    let classes: BTreeSet<&str> = failures.iter().map(|row| &*row["class"]).collect();
    assert_eq!(classes, ["missing-reference", "relative-dose"].into());
    let verified = verify(&work, &input, "out");
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
}

#[test]
fn options_that_cannot_be_meant_are_refused() {
    let work = Work::new();
    let input = work.path("in");
    std::fs::create_dir(&input).unwrap();
    for more in [
        &["--bins", "fbn:32"][..],
        &["--regions", "--bins", "fbn:0"],
        &["--regions", "--bins", "32"],
        &["--regions", "--resample", "cubic:1"],
        &["--regions", "--resample", "trilinear:-1"],
        &["--regions", "--resegment", "400:-500"],
        &["--regions", "--outliers", "0"],
        &["--crop", "regions"],
    ] {
        let run = work.run(&input, "out", more);
        assert_eq!(run.status.code(), Some(1), "{more:?}: {}", printed(&run));
    }
}

#[test]
fn images_are_cropped_to_the_regions_of_their_series() {
    let work = Work::new();
    let input = work.path("in");
    region_study::write(&input);
    let more = ["--regions", "--crop", "regions", "--crop-images"];
    let run = work.run(&input, "out", &more);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let out = work.path("out");
    let index = table(&out.join("index.parquet"));
    let within = index.iter().filter(|row| row["crop_by"] == "regions");
    let boxes: BTreeSet<_> = within
        .clone()
        .map(|row| {
            ["crop_column", "crop_row", "crop_columns", "crop_rows"]
                .map(|it| number(row, it) as usize)
        })
        .collect();
    let [[left, right], [top, bottom], slices] = BOX;
    assert_eq!(boxes, [[left, top, right - left, bottom - top]].into());
    assert_eq!(within.count(), slices[1] - slices[0], "slices without a region have no box");
    let cropped = crate::help::tree(&out.join("cropped"));
    assert_eq!(cropped.len(), slices[1] - slices[0]);
    let verified = verify(&work, &input, "out");
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    let one = rank_independent(&out);
    work.run_team_with(3, &input, "ranks", &more);
    assert_eq!(rank_independent(&work.path("ranks")), one);
}

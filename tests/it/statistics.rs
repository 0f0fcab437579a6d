//! The tables of a run: series, cohorts and frames as the images have them, and `sauva stats`, which measures
//! originals and leaves them alone.

use std::collections::BTreeMap;
use std::fs::Permissions;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use dicom::dictionary_std::tags;
use sauva::dataset::{DataSet, Element, VR, Value};
use sauva::table::TableReader;

use crate::help::{
    Work, many_images, printed, rank_independent, sample, sauva, small_image, summary, tree,
    write_file,
};

type Rows = Vec<BTreeMap<String, String>>;

/// The rows of a Parquet table, by column, as text.
fn table(path: &Path) -> Rows {
    let table = TableReader::open(path).unwrap();
    let names: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    let columns: Vec<usize> = (0..names.len()).collect();
    let (mut scan, mut rows) = (table.scan(), Vec::new());
    while scan.advance().unwrap() {
        let cells = scan.cells(&columns).unwrap();
        rows.push(
            names.iter().cloned().zip(cells.iter().map(|it| it.text().into_owned())).collect(),
        );
    }
    rows
}

/// A slice of a series at this height, made of the small image.
fn slice(series: &str, number: u32, z_mm: f64, add: u8) -> DataSet {
    let mut image = small_image();
    image.put_text(tags::SERIES_INSTANCE_UID, VR::UI, series);
    image.put_text(tags::SOP_INSTANCE_UID, VR::UI, &format!("{series}.{number}"));
    image.put_text(tags::INSTANCE_NUMBER, VR::IS, &number.to_string());
    image.put_text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, "1\\0\\0\\0\\1\\0");
    image.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("-5\\7\\{z_mm}"));
    let pixels = image.bytes(tags::PIXEL_DATA).unwrap();
    let mut pixels = pixels.to_vec();
    pixels.iter_mut().step_by(2).for_each(|low| *low = low.wrapping_add(add));
    let value = Value::Bytes(pixels.into());
    image.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value });
    image
}

/// Ten series, of which one has a gap and one is far brighter than the others.
fn volumes(input: &Path) {
    for series in 0..10 {
        let uid = format!("1.2.77.{series}");
        for number in 0..6_u32 {
            if series == 3 && number == 2 {
                continue;
            }
            let brightness = if series == 7 { 120 } else { (series % 4) as u8 };
            let z_mm = f64::from(number) * 2.5 - 100.0;
            // Their numbers are not in the order of their names.
            let image = slice(&uid, 20 - number, z_mm, brightness + number as u8);
            write_file(&input.join(format!("{series}-{number}.dcm")), &image);
        }
    }
}

#[test]
fn series_tell_of_their_slices_and_stand_out_of_their_cohort() {
    let work = Work::new();
    let input = work.path("in");
    volumes(&input);
    assert!(work.run(&input, "out", &[]).status.success());
    let out = work.path("out");

    let index = table(&out.join("index.parquet"));
    assert_eq!(index.len(), 59);
    let key = |row: &BTreeMap<String, String>| {
        let number: i64 = row["InstanceNumber"].parse().unwrap();
        (row["StudyInstanceUID"].clone(), row["SeriesInstanceUID"].clone(), number)
    };
    assert!(index.is_sorted_by_key(key), "sorted as it is declared");

    let series = table(&out.join("series.parquet"));
    assert_eq!(series.len(), 10);
    let with = |column: &str, value: &str| {
        series.iter().filter(|row| row[column] == value).collect::<Vec<_>>()
    };
    let gap = with("instances", "5");
    assert_eq!((gap.len(), &*gap[0]["missing_slices"]), (1, "1"));
    assert_eq!((&*gap[0]["slice_spacing_mode_mm"], &*gap[0]["gap_max_mm"]), ("2.5", "5.0"));
    assert_eq!(with("regularly_spaced_3d_volume", "true").len(), 9);
    let outliers: Vec<_> = series.iter().filter(|row| !row["outlier"].is_empty()).collect();
    let bright = outliers.iter().find(|row| row["outlier"].contains("mean ")).unwrap();
    assert!(bright["outlier"].contains(" above "), "{}", bright["outlier"]);

    // What is said of a series is what its images say.
    let uid = &bright["SeriesInstanceUID"];
    let of_series: Vec<_> = index.iter().filter(|row| row["SeriesInstanceUID"] == *uid).collect();
    let pixels: u64 = of_series.iter().map(|row| row["n_pixels"].parse::<u64>().unwrap()).sum();
    let s1: i128 = of_series.iter().map(|row| row["s1"].parse::<i128>().unwrap()).sum();
    assert_eq!(bright["n_pixels"], pixels.to_string());
    let mean: f64 = bright["mean"].parse().unwrap();
    assert_eq!(mean.to_bits(), (s1 as f64 / pixels as f64).to_bits());

    let summary = summary(&out);
    assert_eq!(summary["series"]["series"], 10);
    assert_eq!(summary["series"]["missing_slices"], 1);
    assert_eq!(summary["cohorts"], 1);
    let cohorts = table(&out.join("cohorts.parquet"));
    assert_eq!((&*cohorts[0]["series"], &*cohorts[0]["images"]), ("10", "59"));
    let counted: u64 = table(&out.join("cohort_histograms.parquet"))
        .iter()
        .map(|row| row["pixels"].parse::<u64>().unwrap())
        .sum();
    assert_eq!(counted.to_string(), cohorts[0]["n_pixels"]);
}

#[test]
fn frames_have_rows_of_their_own() {
    let work = Work::new();
    let input = work.path("in");
    let mut image = small_image();
    let frame = image.bytes(tags::PIXEL_DATA).unwrap().to_vec();
    let brighter: Vec<u8> =
        frame.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at % 2 == 0)).collect();
    let pixels = [frame.clone(), brighter, frame].concat();
    image.put_text(tags::NUMBER_OF_FRAMES, VR::IS, "3");
    let value = Value::Bytes(pixels.into());
    image.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value });
    write_file(&input.join("three.dcm"), &image);
    assert!(work.run(&input, "out", &[]).status.success());
    let index = table(&work.path("out/index.parquet"));
    let frames = table(&work.path("out/frames.parquet"));
    assert_eq!(frames.len(), 3);
    let numbers: Vec<&str> = frames.iter().map(|row| &*row["frame"]).collect();
    assert_eq!(numbers, ["1", "2", "3"]);
    assert_eq!(frames[0]["mean"], frames[2]["mean"]);
    assert_ne!(frames[0]["mean"], frames[1]["mean"]);
    let sum: i128 = frames.iter().map(|row| row["s2"].parse::<i128>().unwrap()).sum();
    assert_eq!(index[0]["s2"], sum.to_string());
    let output = sauva(&["verify", work.path("out").to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
}

#[test]
fn a_table_that_was_changed_is_told() {
    let work = Work::new();
    let input = work.path("in");
    volumes(&input);
    assert!(work.run(&input, "out", &[]).status.success());
    assert!(work.run(&sample().join("objects/mr"), "other", &[]).status.success());
    for name in [
        "index.parquet",
        "frames.parquet",
        "series.parquet",
        "cohorts.parquet",
        "cohort_histograms.parquet",
        "cohort_metrics.parquet",
    ] {
        let (path, kept) = (work.path("out").join(name), work.path("kept"));
        std::fs::rename(&path, &kept).unwrap();
        for other in [Some(work.path("other").join(name)), None] {
            if let Some(other) = other {
                let mut other = std::fs::read(other).unwrap();
                // Another that is as good as ours, such as one without rows, is no change.
                other.push(0);
                std::fs::write(&path, other).unwrap();
            } else {
                std::fs::remove_file(&path).ok();
            }
            let output = sauva(&["verify", work.path("out").to_str().unwrap()]).output().unwrap();
            assert_eq!(output.status.code(), Some(70), "{name}");
            assert!(printed(&output).contains(name), "{name}: {}", printed(&output));
        }
        std::fs::rename(&kept, &path).unwrap();
    }
    let output = sauva(&["verify", work.path("out").to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
}

fn stats(work: &Work, input: &Path, name: &str, more: &[&str]) -> Output {
    let (input, output) = (input.to_str().unwrap(), work.path(name));
    let key = work.path("key");
    if !key.exists() {
        assert!(sauva(&["keygen", key.to_str().unwrap()]).output().unwrap().status.success());
    }
    let args = ["stats", input, output.to_str().unwrap(), "--quiet", "--key-file"];
    sauva(&[&args[..], &[key.to_str().unwrap()], more].concat()).output().unwrap()
}

#[test]
fn originals_are_measured_and_left_alone() {
    let work = Work::new();
    let input = work.path("in");
    many_images(&input, 30);
    let before = tree(&input);
    // An empty folder that is there already is closed too.
    std::fs::create_dir(work.path("out")).unwrap();
    std::fs::set_permissions(work.path("out"), Permissions::from_mode(0o755)).unwrap();
    let output = stats(&work, &input, "out", &[]);
    assert!(output.status.success(), "{}", printed(&output));
    assert!(printed(&output).contains("NAME PATIENTS"), "{}", printed(&output));
    let out = work.path("out");
    assert_eq!(tree(&input), before);
    assert_eq!(out.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    assert!(!out.join("dicom").exists());
    let summary = summary(&out);
    assert_eq!((&summary["names_patients"], &summary["deid"]), (&true.into(), &().into()));

    // Every file has a row, duplicates and those that share a UID too, with what it says of itself.
    let index = table(&out.join("index.parquet"));
    assert_eq!(index.len(), 30);
    let paths: Vec<&str> = index.iter().map(|row| &*row["path"]).collect();
    assert!(before.keys().all(|path| paths.contains(&path.to_str().unwrap())));
    let original = small_image();
    assert!(index.iter().all(|row| Some(&*row["PatientID"]) == original.text(tags::PATIENT_ID)));

    // As many threads and ranks as one likes.
    assert!(
        stats(&work, &input, "other", &["--threads", "1", "--isolation", "none"]).status.success()
    );
    assert_eq!(rank_independent(&out), rank_independent(&work.path("other")));
}

#[test]
fn measuring_goes_on_where_it_was_with_what_has_changed() {
    let work = Work::new();
    let input = work.path("in");
    many_images(&input, 20);
    assert!(stats(&work, &input, "out", &[]).status.success());
    // One changes, one goes, one comes.
    let mut paths: Vec<_> = tree(&input).into_keys().collect();
    paths.sort();
    let changed = input.join(&paths[3]);
    let mut bytes = std::fs::read(&changed).unwrap();
    let at = bytes.len() - 500;
    bytes[at] ^= 1;
    std::fs::write(&changed, bytes).unwrap();
    std::fs::remove_file(input.join(&paths[7])).unwrap();
    std::fs::copy(sample().join("objects/mr/MR_small.dcm"), input.join("new")).unwrap();
    let before = tree(&input);
    assert!(stats(&work, &input, "out", &[]).status.success());
    assert_eq!(tree(&input), before, "inputs are left alone");
    assert!(stats(&work, &input, "afresh", &[]).status.success());
    assert_eq!(rank_independent(&work.path("out")), rank_independent(&work.path("afresh")));
}

#[test]
fn results_that_name_patients_are_not_taken_for_others() {
    let work = Work::new();
    let input = work.path("in");
    many_images(&input, 3);
    assert!(stats(&work, &input, "out", &[]).status.success());
    let out = work.path("out");
    for command in ["verify", "review"] {
        let output = sauva(&[command, out.to_str().unwrap()]).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(printed(&output).contains("nothing there was de-identified"), "{command}");
    }
    let output = work.run(&input, "out", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(work.run(&input, "released", &[]).status.success());
    let output = stats(&work, &input, "released", &[]);
    assert_eq!(output.status.code(), Some(1), "{}", printed(&output));
    // A name that no row can tell is told of, and the others are measured.
    let name = std::ffi::OsStr::from_bytes(b"not \xFF UTF-8");
    std::fs::copy(input.join("folder-0/0"), input.join(name)).unwrap();
    let output = stats(&work, &input, "named", &[]);
    assert_eq!(output.status.code(), Some(2), "{}", printed(&output));
    assert_eq!(table(&work.path("named/index.parquet")).len(), 3);
}

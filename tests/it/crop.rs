//! `--crop body` and `--crop-images`: the body is found in every slice, a cropped image shows the same voxels in the same
//! places, neither ranks nor threads nor interruptions matter, and whatever is done to it is found.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use dicom::dictionary_std::{tags, uids};
use sauva::area::Rectangle;
use sauva::dataset::{DataSet, Element, VR, Value};
use sauva::instance::Samples;
use sauva::read::{Limits, read};
use sauva::results::digest;
use sauva::table::TableReader;

use crate::help::{
    Work, data_set, large_collection, printed, rank_independent, sample, sauva, summary, tree,
    write_file,
};

const COLUMNS: u16 = 60;
const ROWS: u16 = 50;
const CROP: [&str; 2] = ["--crop", "body"];
const IMAGES: [&str; 3] = ["--crop", "body", "--crop-images"];

/// The rows of a Parquet table, by column, as text.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    let table = TableReader::open(path).unwrap();
    let names: Vec<String> = table.columns().iter().map(|column| column.name.clone()).collect();
    let columns: Vec<usize> = (0..names.len()).collect();
    let (mut scan, mut rows) = (table.scan(), Vec::new());
    while scan.advance().unwrap() {
        let cells = scan.cells(&columns).unwrap();
        let cells = cells.iter().map(|it| it.text().into_owned());
        rows.push(names.iter().cloned().zip(cells).collect());
    }
    rows
}

/// The box of a row; `None` where all its columns are null.
fn box_of(row: &BTreeMap<String, String>) -> Option<Rectangle> {
    let names = ["crop_column", "crop_row", "crop_columns", "crop_rows"];
    let numbers = names.map(|name| row[name].parse().ok());
    let [Some(x), Some(y), Some(width), Some(height)] = numbers else {
        assert_eq!((numbers, &*row["crop_by"]), ([None; 4], ""));
        return None;
    };
    assert_eq!(row["crop_by"], "body");
    Some(Rectangle { x, y, width, height })
}

/// A slice of CT in which a box of water lies in air, with its table below; or air alone.
fn slice(series: u32, number: u32, body: Option<Rectangle>) -> DataSet {
    let mut image = data_set(&sample().join("objects/ct/CT_small.dcm"));
    let uid = format!("1.2.88.{series}");
    image.put_text(tags::SERIES_INSTANCE_UID, VR::UI, &uid);
    image.put_text(tags::SOP_INSTANCE_UID, VR::UI, &format!("{uid}.{number}"));
    image.put_text(tags::INSTANCE_NUMBER, VR::IS, &number.to_string());
    image.put_text(tags::IMAGE_POSITION_PATIENT, VR::DS, &format!("-5.125\\7\\{number}.5"));
    let orientation = if series == 2 { "0.8\\0.6\\0\\0\\0\\-1" } else { "1\\0\\0\\0\\1\\0" };
    image.put_text(tags::IMAGE_ORIENTATION_PATIENT, VR::DS, orientation);
    image.put_text(tags::PIXEL_SPACING, VR::DS, "2.5\\1.25");
    image.put_text(tags::RESCALE_SLOPE, VR::DS, "1");
    image.put_text(tags::RESCALE_INTERCEPT, VR::DS, "-1024");
    image.put_u16(tags::COLUMNS, COLUMNS);
    image.put_u16(tags::ROWS, ROWS);
    image.put_u16(tags::LARGEST_IMAGE_PIXEL_VALUE, 1040);
    let pixel = |at: u32| {
        let (x, y) = (at % u32::from(COLUMNS), at / u32::from(COLUMNS));
        let is_body = body.is_some_and(|body| {
            (body.x..body.right()).contains(&x) && (body.y..body.bottom()).contains(&y)
        });
        let value = if is_body || y == 46 { 1000 + at % 41 + number } else { at % 7 };
        (value as u16).to_le_bytes()
    };
    let pixels: Vec<u8> = (0..u32::from(COLUMNS) * u32::from(ROWS)).flat_map(pixel).collect();
    let value = Value::Bytes(pixels.into());
    image.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value });
    image
}

const BODY: Rectangle = Rectangle { x: 10, y: 8, width: 30, height: 24 };

fn moved(number: u32) -> Rectangle {
    Rectangle { x: BODY.x + number, y: BODY.y + number / 2, ..BODY }
}

/// Two series of slices, one of them oblique and with a slice of air and a localizer; and an MR image.
fn write_input(input: &Path) {
    for series in [1, 2] {
        for number in 0..5 {
            let image = slice(series, number, Some(moved(number)));
            write_file(&input.join(format!("{series}-{number}.dcm")), &image);
        }
    }
    write_file(&input.join("air.dcm"), &slice(2, 5, None));
    let mut localizer = slice(2, 6, Some(Rectangle { x: 0, y: 0, width: 60, height: 50 }));
    localizer.put_text(tags::IMAGE_TYPE, VR::CS, "ORIGINAL\\PRIMARY\\LOCALIZER");
    write_file(&input.join("localizer.dcm"), &localizer);
    std::fs::copy(sample().join("objects/mr/MR_small.dcm"), input.join("mr.dcm")).unwrap();
}

fn input() -> (Work, PathBuf) {
    let work = Work::new();
    let input = work.path("in");
    write_input(&input);
    (work, input)
}

fn is_done(work: &Work, input: &Path, name: &str, more: &[&str]) {
    let run = work.run(input, name, more);
    assert!(matches!(run.status.code(), Some(0 | 2)), "{}", printed(&run));
}

fn verify(work: &Work, name: &str, input: &Path) -> (Option<i32>, String) {
    let verified = work.verify_with(name, input);
    (verified.status.code(), printed(&verified))
}

/// The box around those of all slices.
const OF_SERIES: Rectangle = Rectangle { width: BODY.width + 4, height: BODY.height + 2, ..BODY };

#[test]
fn the_box_of_the_body_stands_in_the_tables() {
    let (work, input) = input();
    is_done(&work, &input, "out", &CROP);
    let index = table(&work.path("out/index.parquet"));
    assert_eq!(index.len(), 13);
    let mut boxes = 0;
    for row in &index {
        let number: u32 = row["InstanceNumber"].parse().unwrap();
        let is_slice = row["Modality"] == "CT" && number < 5;
        assert_eq!(box_of(row), is_slice.then(|| moved(number)), "{}", row["path"]);
        boxes += u32::from(is_slice);
    }
    assert_eq!(boxes, 10);
    let series = table(&work.path("out/series.parquet"));
    let found: Vec<_> = series.iter().filter_map(box_of).collect();
    assert_eq!((series.len(), found), (3, vec![OF_SERIES; 2]));
    let told = summary(&work.path("out"))["crop"].clone();
    assert_eq!(
        (&told["by"], &told["instances"], &told["series"]),
        (&"body".into(), &10.into(), &2.into())
    );
    assert!(told["cropped"].is_null() && !work.path("out/cropped").exists());
    let (status, words) = verify(&work, "out", &input);
    assert_eq!(status, Some(0), "{words}");

    // `sauva stats` finds the same in originals; without the option nothing is looked for.
    let (key, out) = (work.path("key"), work.path("stats"));
    let mut stats = sauva(&["stats", "--quiet", "--crop", "body", "--key-file"]);
    let stats = stats.arg(key).args([&input, &out]).output().unwrap();
    assert!(stats.status.success(), "{}", printed(&stats));
    let measured = table(&out.join("index.parquet"));
    let sorted = |index: &[BTreeMap<String, String>]| {
        let mut boxes: Vec<_> = index
            .iter()
            .map(|row| {
                (row["Modality"].clone(), row["InstanceNumber"].clone(), box_of(row).map(|it| it.x))
            })
            .collect();
        boxes.sort();
        boxes
    };
    assert_eq!(sorted(&measured), sorted(&index));
    is_done(&work, &input, "plain", &[]);
    assert!(table(&work.path("plain/index.parquet")).iter().all(|row| box_of(row).is_none()));
    assert!(summary(&work.path("plain"))["crop"].is_null());
    // What an output was begun with it is gone on with.
    let other = work.run(&input, "out", &[]);
    assert_eq!(other.status.code(), Some(1));
    assert!(printed(&other).contains("--crop body, not nothing"), "{}", printed(&other));
    let other = work.run(&input, "out", &IMAGES);
    assert!(printed(&other).contains("--crop-images not given, not given"), "{}", printed(&other));
}

/// The cropped images by the SOP Instance UIDs of their sources.
fn cropped(output: &Path) -> BTreeMap<String, PathBuf> {
    let images = tree(&output.join("cropped")).into_keys().map(|path| {
        let path = output.join("cropped").join(path);
        let sources = data_set(&path);
        let source = &sources.sequence(tags::SOURCE_IMAGE_SEQUENCE).unwrap()[0];
        (source.text(tags::REFERENCED_SOP_INSTANCE_UID).unwrap().to_owned(), path)
    });
    images.collect()
}

fn samples(path: &Path) -> Vec<u16> {
    let original = read(path, &Limits::default()).unwrap();
    match sauva::encode::decode(original).unwrap().unwrap().2 {
        Samples::Sixteen(samples) => samples,
        _ => panic!("16 bits"),
    }
}

fn numbers(data_set: &DataSet, tag: sauva::dataset::Tag) -> Vec<f64> {
    data_set.text(tag).unwrap().split('\\').map(|number| number.parse().unwrap()).collect()
}

/// Where a pixel lies in the patient (PS3.3 section C.7.6.2.1.1).
fn place(image: &DataSet, column: u32, row: u32) -> [f64; 3] {
    let origin = numbers(image, tags::IMAGE_POSITION_PATIENT);
    let cosines = numbers(image, tags::IMAGE_ORIENTATION_PATIENT);
    let spacing = numbers(image, tags::PIXEL_SPACING);
    std::array::from_fn(|axis| {
        origin[axis]
            + cosines[axis] * spacing[1] * f64::from(column)
            + cosines[axis + 3] * spacing[0] * f64::from(row)
    })
}

#[test]
fn a_cropped_image_shows_the_same_voxels_in_the_same_places() {
    let (work, input) = input();
    is_done(&work, &input, "out", &IMAGES);
    let out = work.path("out");
    let images = cropped(&out);
    // The slice of air is on the grid of its series; the localizer and MR are not looked at.
    assert_eq!(images.len(), 11);
    let told = summary(&out)["crop"]["cropped"].clone();
    assert_eq!((&told["images"], told["left_out"].as_object().unwrap().len()), (&11.into(), 0));
    let index = table(&out.join("index.parquet"));
    let mut series = BTreeMap::new();
    for (uid, path) in &images {
        let row = index.iter().find(|row| row["SOPInstanceUID"] == *uid).unwrap();
        let source_path = out.join(&row["path"]);
        let (source, image) = (data_set(&source_path), data_set(path));
        let (whole, part) = (samples(&source_path), samples(path));
        assert_eq!(part.len() as u64, OF_SERIES.pixels());
        for (at, sample) in part.iter().enumerate() {
            let (x, y) = (at as u32 % OF_SERIES.width, at as u32 / OF_SERIES.width);
            let [column, row] = [x + OF_SERIES.x, y + OF_SERIES.y];
            assert_eq!(*sample, whole[(row * u32::from(COLUMNS) + column) as usize]);
            let (was, is) = (place(&source, column, row), place(&image, x, y));
            assert!(was.iter().zip(is).all(|(was, is)| (was - is).abs() < 1e-9), "{was:?} {is:?}");
        }
        assert_eq!(image.text(tags::IMAGE_TYPE), Some("DERIVED\\PRIMARY\\AXIAL"));
        assert_eq!(
            image.text(tags::DERIVATION_DESCRIPTION),
            Some("Cropped to 34 columns from 10 and 26 rows from 8, counted from 0")
        );
        assert_eq!(image.get(tags::LARGEST_IMAGE_PIXEL_VALUE), None);
        for tag in [tags::STUDY_INSTANCE_UID, tags::FRAME_OF_REFERENCE_UID, tags::PATIENT_ID] {
            assert_eq!(image.get(tag), source.get(tag), "{tag}");
        }
        let uid = |it: &DataSet, tag| it.text(tag).unwrap().to_owned();
        assert_ne!(uid(&image, tags::SOP_INSTANCE_UID), uid(&source, tags::SOP_INSTANCE_UID));
        assert!(image.get(tags::PIXEL_SPACING) == source.get(tags::PIXEL_SPACING));
        series.insert(
            uid(&source, tags::SERIES_INSTANCE_UID),
            uid(&image, tags::SERIES_INSTANCE_UID),
        );
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert_eq!(name, uid(&image, tags::SOP_INSTANCE_UID));
        assert_eq!(read(path, &Limits::default()).unwrap().transfer_syntax, uids::JPEGLS_LOSSLESS);
    }
    let new: std::collections::BTreeSet<_> = series.values().collect();
    assert!(new.len() == 2 && series.iter().all(|(old, new)| old != new));
    let (status, told) = verify(&work, "out", &input);
    assert_eq!(status, Some(0), "{told}");
    assert!(told.contains("cropped               11  digests"), "{told}");
    // The list is one that others check too, and the summary knows it.
    let list = std::fs::read(out.join("cropped.sha256")).unwrap();
    assert_eq!(summary(&out)["digests"]["cropped"], digest(&list));
    // Instances are what they are without.
    is_done(&work, &input, "plain", &CROP);
    assert!(tree(&out.join("dicom")) == tree(&work.path("plain/dicom")));
}

#[test]
fn neither_ranks_nor_threads_nor_the_codec_matter() {
    let (work, input) = input();
    is_done(&work, &input, "alone", &[&IMAGES[..], &["--threads", "1"]].concat());
    let alone = rank_independent(&work.path("alone"));
    is_done(&work, &input, "threads", &[&IMAGES[..], &["--threads", "3"]].concat());
    assert!(rank_independent(&work.path("threads")) == alone);
    for ranks in [2, 5] {
        let name = format!("team-{ranks}");
        work.run_team_with(ranks, &input, &name, &IMAGES);
        assert!(rank_independent(&work.path(&name)) == alone, "{ranks} ranks");
        let crop = |name: &str| summary(&work.path(name))["crop"].clone();
        assert_eq!(crop(&name), crop("alone"));
    }
    let names = |name: &str| tree(&work.path(name).join("cropped")).into_keys().collect::<Vec<_>>();
    for codec in ["native", "smallest", "deflate", "keep"] {
        is_done(&work, &input, codec, &[&IMAGES[..], &["--codec", codec]].concat());
        assert_eq!(names(codec), names("alone"), "{codec}");
        let (status, told) = verify(&work, codec, &input);
        assert_eq!(status, Some(0), "{codec}: {told}");
    }
}

#[test]
fn a_later_try_makes_again_what_is_missing_or_different() {
    let (work, input) = input();
    is_done(&work, &input, "out", &IMAGES);
    let out = work.path("out");
    let folder = out.join("cropped");
    let before = tree(&folder);
    let paths: Vec<PathBuf> = before.keys().map(|path| folder.join(path)).collect();
    let inode = |path: &Path| path.metadata().unwrap().ino();
    let untouched = inode(&paths[2]);
    std::fs::remove_file(&paths[0]).unwrap();
    std::fs::write(&paths[1], "x").unwrap();
    // A try that died in the middle, and what is nobody's.
    std::fs::write(paths[3].with_extension("part"), "half").unwrap();
    std::fs::write(folder.join("thesis.txt"), "precious").unwrap();
    is_done(&work, &input, "out", &IMAGES);
    assert!(tree(&folder) == before);
    assert_eq!(inode(&paths[2]), untouched);
    assert_eq!(std::fs::read(out.join(".sauva/aside/thesis.txt")).unwrap(), b"precious");
    assert_eq!(verify(&work, "out", &input).0, Some(0));
    // Without its list all is made again, and is the same.
    std::fs::remove_file(out.join("cropped.sha256")).unwrap();
    is_done(&work, &input, "out", &IMAGES);
    assert!(tree(&folder) == before);

    // Another body in one slice is another box of its series, and other images of all of it.
    let wider = Rectangle { x: 4, width: 50, ..BODY };
    write_file(&input.join("1-0.dcm"), &slice(1, 0, Some(wider)));
    is_done(&work, &input, "out", &IMAGES);
    let after = tree(&folder);
    let kept = before.keys().filter(|path| after.contains_key(*path)).count();
    assert_eq!((after.len(), kept), (11, 6), "the other series stays");
    is_done(&work, &input, "afresh", &IMAGES);
    assert!(rank_independent(&out) == rank_independent(&work.path("afresh")));
    assert_eq!(verify(&work, "out", &input).0, Some(0));
}

#[test]
fn whatever_is_done_to_it_is_found() {
    let (work, input) = input();
    is_done(&work, &input, "out", &IMAGES);
    let out = work.path("out");
    let path = out.join("cropped").join(tree(&out.join("cropped")).into_keys().next().unwrap());
    let list = out.join("cropped.sha256");
    let (whole, listed) = (std::fs::read(&path).unwrap(), std::fs::read_to_string(&list).unwrap());
    let found = |words: &str| {
        let verified = sauva(&["verify"]).arg(&out).output().unwrap();
        let told = printed(&verified);
        assert_eq!(verified.status.code(), Some(70), "{words}: {told}");
        assert!(told.contains(words), "{words} in {told}");
    };
    let mut flipped = whole.clone();
    let at = flipped.len() - 20;
    flipped[at] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    found("another digest than in cropped.sha256");
    std::fs::remove_file(&path).unwrap();
    found("listed, and no file is there");
    std::fs::write(&path, &whole).unwrap();
    std::fs::write(path.with_file_name("other.dcm"), &whole).unwrap();
    found("other.dcm: not in the cropped.sha256");
    std::fs::remove_file(path.with_file_name("other.dcm")).unwrap();
    std::fs::write(&list, listed.replace("cropped/", "cropped/../")).unwrap();
    found("a path that leaves its folder");

    // Another codec is no fault where the list and the summary speak of it.
    let write = |image: &DataSet| {
        write_file(&path, image);
        let bytes = std::fs::read(&path).unwrap();
        let anew = listed.replace(&digest(&whole), &digest(&bytes));
        std::fs::write(&list, &anew).unwrap();
        let summary = std::fs::read_to_string(out.join("summary.json")).unwrap();
        let then = self::summary(&out)["digests"]["cropped"].as_str().unwrap().to_owned();
        let anew = summary.replace(&then, &digest(anew.as_bytes()));
        std::fs::write(out.join("summary.json"), anew).unwrap();
        // The page has the digests too.
        std::fs::remove_file(out.join("report.html")).ok();
    };
    let mut image = data_set(&path);
    let mut pixels: Vec<u8> = samples(&path).iter().flat_map(|it| it.to_le_bytes()).collect();
    let put = |image: &mut DataSet, pixels: &[u8]| {
        let value = Value::Bytes(pixels.to_vec().into());
        image.put(Element { tag: tags::PIXEL_DATA, vr: VR::OW, value });
    };
    put(&mut image, &pixels);
    write(&image);
    let verified = sauva(&["verify"]).arg(&out).output().unwrap();
    assert_eq!(verified.status.code(), Some(0), "in another codec: {}", printed(&verified));
    pixels[7] ^= 1;
    put(&mut image, &pixels);
    write(&image);
    found("not what its source gives");
}

#[test]
fn real_images_have_cropped_images_that_pass() {
    let Some(folder) = large_collection() else { return };
    let work = Work::new();
    for (number, input) in
        ["studies/dcmqi-liver", "objects/ct-enhanced", "syntaxes/ct-one-image"].iter().enumerate()
    {
        let (input, name) = (folder.join(input), format!("out-{number}"));
        is_done(&work, &input, &name, &IMAGES);
        let told = summary(&work.path(&name))["crop"]["cropped"].clone();
        assert!(told["images"].as_u64() > Some(0), "{told}");
        let (status, told) = verify(&work, &name, &input);
        assert_eq!(status, Some(0), "{told}");
    }
}

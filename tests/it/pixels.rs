//! Text in pixels: what shows some is not let through, or covered and nothing else of it touched.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dicom::dictionary_std::tags;
use sauva::area::parse_cell;
use sauva::deident::{ProfileOption, claim_clean_pixels};
use sauva::encode::decode;
use sauva::instance::{Original, Samples};
use sauva::read::{Limits, read};

use crate::help::{Work, large_collection, printed, rows, sauva, summary};

type Row = BTreeMap<String, String>;

/// Files with text in their pixels and clean ones; `None` where no font is installed to write with.
fn burned_in(work: &Work, count: usize, seed: u64) -> Option<PathBuf> {
    let folder = work.path("burned_in");
    let numbers = [count.to_string(), seed.to_string()];
    let mut command = sauva(&["generate", "--burned-in", "--count", &numbers[0]]);
    let made = command.args(["--seed", &numbers[1], "--output"]).arg(&folder).output().unwrap();
    if made.status.success() {
        return Some(folder);
    }
    assert!(printed(&made).contains("fonts-"), "{}", printed(&made));
    // CI installs them.
    assert!(std::env::var_os("CI").is_none(), "no font is installed");
    None
}

/// What is said of each generated file.
fn told(folder: &Path) -> BTreeMap<String, Row> {
    let files = rows(&folder.join("files.csv"));
    files.into_iter().map(|row| (row["file"].clone(), row)).collect()
}

/// What became of each input, by its path: its row of the index, or its class of failure.
fn outcomes(work: &Work, name: &str) -> BTreeMap<String, Result<Row, String>> {
    let by_id = |file: &str| -> BTreeMap<String, Row> {
        let rows = rows(&work.path(name).join(file));
        rows.into_iter().map(|row| (row["path_id"].clone(), row)).collect()
    };
    let (index, failures) = (by_id("index.csv"), by_id("failures.csv"));
    let log = rows(&work.path(&format!("{name}.csv")));
    let of = |row: &Row| match index.get(&row["path_id"]) {
        Some(written) => Ok(written.clone()),
        None => Err(failures[&row["path_id"]]["class"].clone()),
    };
    log.iter().map(|row| (row["path"].clone(), of(row))).collect()
}

fn original(path: &Path) -> Original {
    read(path, &Limits::default()).unwrap()
}

fn claims_clean(original: &Original) -> bool {
    let (code, _) = ProfileOption::CleanPixels.code();
    let codes = original.data_set.sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE);
    codes.is_some_and(|items| items.iter().any(|it| it.text(tags::CODE_VALUE) == Some(code)))
}

#[test]
fn without_cleaning_what_shows_text_is_not_let_through_and_no_pixel_changes() {
    let work = Work::new();
    let Some(folder) = burned_in(&work, 40, 21) else { return };
    work.run_to(&folder, "out", &[]);
    let told = told(&folder);
    let mut refused = 0;
    for (file, outcome) in outcomes(&work, "out") {
        let Some(row) = told.get(&file) else { continue };
        match outcome {
            Ok(written) => {
                assert_eq!(written["covered_areas"], "", "{file}");
                assert_ne!(row["has_text"], "yes", "{file} shows text and was written");
                assert!(!claims_clean(&original(&work.path("out").join(&written["path"]))));
            }
            Err(class) => {
                let classes = ["burned-in-annotation", "text-in-pixels", "text-unsure"];
                assert!(classes.contains(&class.as_str()), "{file}: {class}");
                refused += 1;
            }
        }
    }
    assert!(refused >= 20, "{refused}");
    let summary = summary(&work.path("out"));
    let quarantined = &summary["pixel_cleaning"]["quarantined"];
    let counted = quarantined.as_object().unwrap().values().map(|n| n.as_u64().unwrap());
    assert_eq!(counted.sum::<u64>(), refused);
}

#[test]
fn cleaning_covers_text_and_proves_that_all_else_is_as_it_came() {
    let work = Work::new();
    let Some(folder) = burned_in(&work, 40, 22) else { return };
    let written = work.run_to(&folder, "out", &["--clean", "pixels"]);
    let told = told(&folder);
    let mut cleaned = 0;
    for (file, outcome) in outcomes(&work, "out") {
        let (Some(row), Ok(written_row)) = (told.get(&file), outcome) else { continue };
        let instance = original(&written[&file]);
        let is_cleaned = written_row["pixel_text"] == "cleaned";
        assert!(is_cleaned || row["has_text"] != "yes", "{file}");
        assert_eq!(is_cleaned, !written_row["outside_blake3"].is_empty(), "{file}");
        assert_eq!(is_cleaned, !written_row["covered_areas"].is_empty(), "{file}");
        if written_row["pixel_text"] != "doubtful" {
            assert!(claims_clean(&instance), "{file}");
            assert_eq!(instance.data_set.text(tags::BURNED_IN_ANNOTATION), Some("NO"), "{file}");
        }
        cleaned += u32::from(is_cleaned);
    }
    assert!(cleaned >= 20, "{cleaned}");
    let verify = |more: &[&str]| {
        let mut command = sauva(&["verify"]);
        command.arg(work.path("out")).arg("--input").arg(&folder);
        command.arg("--key-file").arg(work.path("key")).args(more).output().unwrap()
    };
    let found = verify(&[]);
    assert!(found.status.success(), "{}", printed(&found));
    // The same bytes for other threads, ranks and a second time.
    work.run_team_with(3, &folder, "team", &["--clean", "pixels"]);
    let digests = |name: &str| summary(&work.path(name))["digests"].clone();
    assert_eq!(digests("out"), digests("team"));
}

#[test]
fn an_area_that_is_not_covered_is_found() {
    let work = Work::new();
    let Some(folder) = burned_in(&work, 20, 23) else { return };
    let written = work.run_to(&folder, "out", &["--clean", "pixels", "--codec", "native"]);
    let row = outcomes(&work, "out").into_values().flatten().find(|row| {
        row["pixel_text"] == "cleaned" && row["transfer_syntax"] == "1.2.840.10008.1.2.1"
    });
    let row = row.unwrap();
    let path = work.path("out").join(&row["path"]);
    assert!(written.values().any(|known| *known == path));
    let (_, image, _) = decode(original(&path)).unwrap().unwrap();
    let area = parse_cell(&row["covered_areas"]).unwrap().remove(0).rectangle;
    // Pixel data stand at the end of the file; the area's first sample is turned over.
    let mut bytes = std::fs::read(&path).unwrap();
    let native = image.native_length().unwrap() as usize;
    let pixel = (area.y * image.columns + area.x) as usize;
    let width = usize::from(image.bits_allocated / 8) * usize::from(image.samples_per_pixel);
    let at = bytes.len() - native.next_multiple_of(2) + pixel * width;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let mut command = sauva(&["verify"]);
    let found = command.arg(work.path("out")).output().unwrap();
    assert_eq!(found.status.code(), Some(70));
    assert!(printed(&found).contains("is not covered"), "{}", printed(&found));
}

/// Two files of rules, in both forms, for the images of `sauva generate`.
fn rules(work: &Work) -> [String; 2] {
    let table = "[[rule]]\nname = \"banner\"\nreason = \"a test\"\nmodality = \"CT\"\nrows = 512\n\
        areas = [{ x = 0, y = 0, width = \"all\", height = 9 }]\n";
    let script = "{ Modality.equals(\"CT\") * Columns.equals(\"512\") }\n(10, 100, 20, 30)\n";
    [("a.toml", table), ("b.script", script)].map(|(name, text)| {
        std::fs::write(work.path(name), text).unwrap();
        work.path(name).to_str().unwrap().to_owned()
    })
}

#[test]
fn rules_of_both_forms_reach_workers_and_ranks_and_must_stay() {
    let work = Work::new();
    let input = work.path("input");
    let mut generate = sauva(&["generate", "--count", "6", "--output"]);
    assert!(generate.arg(&input).status().unwrap().success());
    let [table, script] = rules(&work);
    let both =
        ["--clean", "pixels", "--pixel-rules", table.as_str(), "--pixel-rules", script.as_str()];
    let run = work.run(&input, "out", &both);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    let index = rows(&work.path("out/index.csv"));
    assert_eq!(index.len(), 6);
    for row in &index {
        assert_eq!(row["covered_areas"], "0,0,512,9 rule banner; 10,100,20,30 rule ctp-1");
        let (_, image, samples) =
            decode(original(&work.path("out").join(&row["path"]))).unwrap().unwrap();
        let Samples::Sixteen(samples) = samples else { panic!("16 bits") };
        let at = |x: u32, y: u32| samples[(y * image.columns + x) as usize];
        assert!(at(5, 5) == at(511, 8) && at(5, 5) == at(29, 129));
    }
    let verified = work.verify_with("out", &input);
    assert_eq!(verified.status.code(), Some(0), "{}", printed(&verified));
    work.run_team_with(3, &input, "team", &both);
    let digests = |name: &str| summary(&work.path(name))["digests"].clone();
    assert_eq!(digests("out"), digests("team"));
    // Other rules would make a tree of two kinds.
    for other in [&both[..2], &both[..4]] {
        let run = work.run(&input, "out", other);
        assert_eq!(run.status.code(), Some(1));
        assert!(printed(&run).contains("other --pixel-rules"), "{}", printed(&run));
    }
    let unused = work.run(&input, "unused", &both[2..]);
    assert_eq!(unused.status.code(), Some(1));
    assert!(printed(&unused).contains("--clean pixels"), "{}", printed(&unused));
}

#[test]
fn a_sample_beside_an_area_that_is_not_the_inputs_is_found() {
    let work = Work::new();
    let input = work.path("input");
    let mut generate = sauva(&["generate", "--count", "2", "--output"]);
    assert!(generate.arg(&input).status().unwrap().success());
    let [table, _] = rules(&work);
    let more = ["--clean", "pixels", "--codec", "native", "--pixel-rules", table.as_str()];
    assert_eq!(work.run(&input, "out", &more).status.code(), Some(0));
    let path = work.path("out").join(&rows(&work.path("out/index.csv"))[0]["path"]);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.len() - 2 * 512 * 500;
    bytes[at] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let found = work.verify_with("out", &input);
    assert_eq!(found.status.code(), Some(70));
    assert!(printed(&found).contains("are not those of the input"), "{}", printed(&found));
}

#[test]
fn whoever_accepts_the_risk_gets_the_image_and_no_claim() {
    let work = Work::new();
    let Some(folder) = burned_in(&work, 20, 24) else { return };
    let written = work.run_to(&folder, "out", &["--pixel-risk", "accept"]);
    let told = told(&folder);
    assert!(told.keys().all(|file| written.contains_key(file)));
    for (file, outcome) in outcomes(&work, "out") {
        let (Some(row), Ok(written_row)) = (told.get(&file), outcome) else { continue };
        let instance = original(&written[&file]);
        assert!(!claims_clean(&instance));
        if row["has_text"] == "yes" && written_row["pixel_text"] == "accepted" {
            assert_eq!(instance.data_set.text(tags::BURNED_IN_ANNOTATION), Some("YES"), "{file}");
        }
        if row["burned_in_annotation"] == "YES" {
            assert_eq!(written_row["pixel_text"], "accepted");
            assert_eq!(instance.data_set.text(tags::BURNED_IN_ANNOTATION), Some("YES"));
        }
    }
}

#[test]
fn the_sheet_shows_what_was_covered_and_names_nobody() {
    let work = Work::new();
    let Some(folder) = burned_in(&work, 20, 25) else { return };
    work.run_to(&folder, "out", &["--clean", "pixels"]);
    let review = |more: &[&str]| {
        let mut command = sauva(&["review"]);
        command.arg(work.path("out")).args(more).output().unwrap()
    };
    let made = review(&[]);
    assert!(made.status.success(), "{}", printed(&made));
    let page = std::fs::read_to_string(work.path("out/review.html")).unwrap();
    let looked_at = |row: &Row| row["pixel_text"] != "not-looked";
    let series = rows(&work.path("out/index.csv")).into_iter().filter(looked_at);
    let series: Vec<String> = series.map(|row| row["series_instance_uid"].clone()).collect();
    assert!(series.len() >= 10);
    assert!(series.iter().all(|uid| page.contains(uid.as_str())));
    assert!(page.contains("<rect class=\"text\"") && !page.contains("://"));
    // Images as they came are for one person, and stand apart.
    let (input, key) = (folder.to_str().unwrap(), work.path("key"));
    let private = |folder: &Path| {
        let before = ["--with-before", folder.to_str().unwrap(), "--input", input, "--key-file"];
        review(&[&before[..], &[key.to_str().unwrap()]].concat())
    };
    let inside = private(&work.path("out/private"));
    assert_eq!(inside.status.code(), Some(1));
    assert!(printed(&inside).contains("keep it apart"), "{}", printed(&inside));
    let made = private(&work.path("private"));
    assert!(made.status.success(), "{}", printed(&made));
    let page = work.path("private/review.html");
    let mode = |path: &Path| {
        let meta = std::fs::metadata(path).unwrap();
        std::os::unix::fs::PermissionsExt::mode(&meta.permissions()) & 0o777
    };
    assert_eq!((mode(&work.path("private")), mode(&page)), (0o700, 0o600));
    assert!(std::fs::read_to_string(page).unwrap().contains("as it came"));
}

/// Real images with text: an ultrasound image that says so, screens and charts that do not.
#[test]
fn real_images_are_cleaned() {
    let Some(collection) = large_collection() else { return };
    let work = Work::new();
    work.run_to(&collection.join("objects"), "out", &["--clean", "pixels"]);
    let outcomes = outcomes(&work, "out");
    for file in ["us/burned-in/GREYSCALE_IMAGE.dcm", "us/US1_UNCR.dcm", "overlay-lut/mlut_18.dcm"] {
        assert_eq!(outcomes[file].as_ref().unwrap()["pixel_text"], "cleaned", "{file}");
    }
    // A drawing: there is no text on it.
    // It is there twice, and which of the two is written follows from the key.
    let drawings = ["ctbrain1", "ctbrain2"].map(|name| format!("sc/burned-in-names/{name}.dcm"));
    let drawn = drawings.iter().find_map(|name| outcomes[name].as_ref().ok());
    assert_eq!(drawn.unwrap()["pixel_text"], "nothing-found");
    let slices = ["ct/CT_small.dcm", "mr/MR_small.dcm", "pt/GH610.dcm"];
    for file in slices {
        assert_eq!(outcomes[file].as_ref().unwrap()["pixel_text"], "not-looked", "{file}");
    }
}

#[test]
fn a_claim_is_made_once() {
    let mut data_set = sauva::dataset::DataSet::new();
    claim_clean_pixels(&mut data_set);
    claim_clean_pixels(&mut data_set);
    let codes = data_set.sequence(tags::DEIDENTIFICATION_METHOD_CODE_SEQUENCE).unwrap();
    assert_eq!(codes.len(), 1);
}

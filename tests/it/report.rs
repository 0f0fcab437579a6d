//! `sauva report`: one page of a finished output, which tells what happened and nothing of what came.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use dicom::dictionary_std::tags;
use sauva::dataset::VR;

use crate::help::{Work, printed, sample, sauva, small_image, summary, write_file};

fn report(output: &Path, more: &[&str]) -> Output {
    sauva(&["report", output.to_str().unwrap()]).args(more).output().unwrap()
}

/// The page of an output.
fn page(output: &Path) -> String {
    let made = report(output, &[]);
    assert!(made.status.success(), "{}", printed(&made));
    fs::read_to_string(output.join("report.html")).unwrap()
}

/// An output of the sample.
fn of_sample(work: &Work) -> std::path::PathBuf {
    let run = work.run(&sample(), "out", &[]);
    assert!(matches!(run.status.code(), Some(0 | 2)), "{}", printed(&run));
    work.path("out")
}

#[test]
fn the_page_tells_what_the_summary_counts() {
    let work = Work::new();
    let output = of_sample(&work);
    let page = page(&output);
    let outcome = &summary(&output)["outcome"];
    let counts = ["written", "quarantined"].map(|name| outcome[name].as_u64().unwrap());
    assert!(counts.iter().all(|count| *count > 1), "{counts:?}");
    let sentence = format!("{} were quarantined.", counts[1]);
    assert!(page.contains(&format!("{} were written", counts[0])) && page.contains(&sentence));
    assert!(page.contains("Done, with something to look at"));
    let sections = [
        "verdict",
        "run",
        "ranks",
        "speed",
        "compression",
        "cohorts",
        "quality",
        "identity",
        "failures",
        "glossary",
    ];
    for section in sections {
        assert!(page.contains(&format!("<section id=\"{section}\"")), "{section}");
    }
    assert!(!page.contains("This page is not whole"), "every table of a new output can be read");
}

#[test]
fn the_page_says_nothing_of_what_came() {
    let work = Work::new();
    let mut image = small_image();
    image.put_text(tags::PATIENT_NAME, VR::PN, "Quixotestein^Zebulon");
    image.put_text(tags::PATIENT_ID, VR::LO, "QX-774411");
    image.put_text(tags::SERIES_DESCRIPTION, VR::LO, "Quixotestein thorax");
    write_file(&work.path("in").join("quixotestein/zebulon.dcm"), &image);
    let run = work.run(&work.path("in"), "out", &[]);
    assert!(run.status.success(), "{}", printed(&run));
    let made = report(&work.path("out"), &[]);
    let page = fs::read_to_string(work.path("out").join("report.html")).unwrap() + &printed(&made);
    for identity in ["uixotestein", "ebulon", "774411"] {
        assert!(!page.contains(identity), "{identity}");
    }
}

#[test]
fn hostile_attributes_stay_text_and_originals_are_marked_private() {
    let work = Work::new();
    let mut image = small_image();
    image.put_text(tags::SERIES_DESCRIPTION, VR::LO, "</script><img src=x onerror=x()>");
    write_file(&work.path("in").join("a.dcm"), &image);
    let output = work.path("stats");
    let words = ["stats", "--quiet", "--key-file"];
    let mut stats = sauva(&words);
    stats.arg(work.path("key")).arg(work.path("in")).arg(&output);
    let stats = stats.output().unwrap();
    assert!(stats.status.success(), "{}", printed(&stats));
    let page = page(&output);
    assert!(page.contains("&#60;/script&#62;&#60;img src=x onerror=x()&#62;"));
    assert!(!page.contains("<img"));
    assert!(page.contains("(PRIVATE)</title>") && page.contains("This page names patients"));
    // Nobody else enters the folder that it stands in.
    assert_eq!(output.metadata().unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn a_table_that_is_gone_is_named_and_the_rest_is_told() {
    let work = Work::new();
    let output = of_sample(&work);
    fs::remove_file(output.join("cohorts.parquet")).unwrap();
    let series = fs::read(output.join("series.parquet")).unwrap();
    fs::write(output.join("series.parquet"), &series[..series.len() / 2]).unwrap();
    let page = page(&output);
    assert!(page.contains("cohorts.parquet is not there."));
    assert!(page.contains("series.parquet is damaged."));
    assert!(page.contains("Compression by modality and kernel"));
    assert!(!page.contains("<p class=\"word\">All done"));
}

#[test]
fn rows_that_are_lost_are_no_success() {
    let work = Work::new();
    let output = of_sample(&work);
    let failures = fs::read_to_string(output.join("failures.csv")).unwrap();
    let head = format!("{}\n", failures.lines().next().unwrap());
    fs::write(output.join("failures.csv"), head).unwrap();
    assert!(page(&output).contains("Do not rely on this output"));
}

#[test]
fn what_is_no_finished_run_has_no_report() {
    let work = Work::new();
    let folder = work.path("empty");
    fs::create_dir(&folder).unwrap();
    let refused = report(&folder, &[]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        printed(&refused).contains("only a finished run has a report"),
        "{}",
        printed(&refused)
    );
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn the_page_goes_where_it_is_wanted() {
    let work = Work::new();
    let output = of_sample(&work);
    fs::remove_file(output.join("report.html")).ok();
    let to = work.path("here.html");
    let made = report(&output, &["--to", to.to_str().unwrap()]);
    assert!(made.status.success(), "{}", printed(&made));
    assert_eq!(to.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!output.join("report.html").exists());
    let refused = report(&output, &["--experiments", "nowhere", "--to", "page.html"]);
    assert!(printed(&refused).contains("--experiments: no folder"), "{}", printed(&refused));
}

#[test]
fn verify_makes_the_page_anew_and_does_without_one() {
    let work = Work::new();
    let output = of_sample(&work);
    let verify = || sauva(&["verify"]).arg(&output).output().unwrap();
    let sound = verify();
    assert!(sound.status.success(), "{}", printed(&sound));
    let page = fs::read_to_string(output.join("report.html")).unwrap();
    fs::write(output.join("report.html"), page.replacen("written", "wrltten", 1)).unwrap();
    let changed = verify();
    assert_eq!(changed.status.code(), Some(70), "{}", printed(&changed));
    assert!(
        printed(&changed).contains("it is not the page of this output"),
        "{}",
        printed(&changed)
    );
    fs::remove_file(output.join("report.html")).unwrap();
    assert!(verify().status.success());
}

#[test]
fn no_other_file_is_replaced() {
    let work = Work::new();
    let output = of_sample(&work);
    let (key, kept) = (work.path("key"), std::fs::read(work.path("key")).unwrap());
    for place in [key.clone(), output.join("summary.json"), output.join("dicom")] {
        let refused = report(&output, &["--to", place.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(1), "{}", printed(&refused));
        assert!(printed(&refused).contains("choose another name"), "{}", printed(&refused));
    }
    assert_eq!(fs::read(&key).unwrap(), kept);
    let to = work.path("page.html");
    for _ in 0..2 {
        let made = report(&output, &["--to", to.to_str().unwrap()]);
        assert!(made.status.success(), "a page of ours is replaced: {}", printed(&made));
    }
}

#[test]
fn the_page_made_anew_is_as_open_as_the_one_of_the_run() {
    let work = Work::new();
    let output = of_sample(&work);
    let mode = |name: &str| output.join(name).metadata().unwrap().permissions().mode();
    assert_eq!(mode("report.html"), mode("index.csv"));
    assert!(report(&output, &[]).status.success());
    assert_eq!(mode("report.html"), mode("index.csv"));
}

#[test]
fn what_is_no_file_is_told_and_not_waited_for() {
    let work = Work::new();
    let output = of_sample(&work);
    fs::remove_file(output.join("index.parquet")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(output.join("index.parquet")).status();
    assert!(made.unwrap().success());
    assert!(page(&output).contains("index.parquet"));
}

/// A run that dies in the middle leaves no page that says that all is done.
#[cfg(feature = "test-hooks")]
#[test]
fn a_page_of_an_earlier_try_does_not_outlive_its_summary() {
    let work = Work::new();
    let output = of_sample(&work);
    assert!(output.join("report.html").exists());
    let mut again = sauva(&["run", "--quiet", "--key-file"]);
    again.arg(work.path("key")).arg("--input").arg(crate::help::sample());
    again.arg("--output").arg(&output).env("SAUVA_TEST_PANIC_RANK", "0");
    assert_eq!(again.output().unwrap().status.code(), Some(70));
    assert!(!output.join("summary.json").exists() && !output.join("report.html").exists());
}

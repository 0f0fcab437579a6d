//! Whole pages of outputs that are made for it: what stands there, what is missing or damaged, what is hostile, and
//! how large they become.

mod made;

use std::fs;
use std::path::Path;

use super::page;
use made::{FAILURES_CSV, output, summary};

/// The page of an output of twenty series that was made and changed.
fn page_after(change: impl FnOnce(&Path)) -> String {
    let folder = tempfile::tempdir().unwrap();
    output(folder.path(), 20, 2, "Thorax");
    change(folder.path());
    page(folder.path(), None).unwrap()
}

#[test]
fn every_section_tells_what_it_holds() {
    let page = page_after(|_| ());
    let told = [
        "Of 43 inputs, 40 were written, 1 is a duplicate and 2 were quarantined.",
        "1 rank gave up before the end",
        "9.8.7",
        "Stages by rank",
        "Load balance</th><td class=\"n\">87.5",
        "Communication efficiency</th><td class=\"n\">80.0",
        "Parallel efficiency</th><td class=\"n\">70.0",
        "5106e5",
        "Time and size of files",
        "Compression by modality and kernel",
        "CT · ACME &#38; SONS · K0",
        "<a href=\"#series-1\">series 1</a>",
        "<tr id=\"series-1\"",
        "intervals between slices differ",
        "removed</td><td class=\"n\">1\u{202f}234",
        "Fetch it anew from its archive.",
        "Dose-volume histograms of plan 1",
        "lung 8",
        "Raise --wall-limit",
        "1 input was tried more than once",
        "rank 1: its worker died",
        "Q4LE",
    ];
    for part in told {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("class=\"private\""));
}

#[test]
fn links_lead_somewhere_and_names_stand_once() {
    let page = page_after(|_| ());
    let ids: Vec<&str> =
        page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let mut unique = ids.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    let links = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    let lost: Vec<&str> = links.filter(|link| !ids.contains(link)).collect();
    assert!(lost.is_empty(), "{lost:?}");
}

#[test]
fn hostile_text_stays_text() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = "</script><img src=x onerror=alert(1)>\"'&";
    output(folder.path(), 10, 1, hostile);
    let summary = fs::read_to_string(folder.path().join("summary.json")).unwrap();
    let summary = summary.replace("r1", "</title><script>r</script>").replace("node1", "<b>n</b>");
    fs::write(folder.path().join("summary.json"), summary).unwrap();
    let failures = FAILURES_CSV.replace("took too long", "<iframe src=//x>");
    fs::write(folder.path().join("failures.csv"), failures).unwrap();
    let page = page(folder.path(), None).unwrap();
    assert!(page.contains("&#60;img src=x onerror=alert(1)&#62;"));
    for bad in ["<img", "<iframe", "<b>n", "<script>r", "</script><"] {
        assert!(!page.contains(bad), "{bad}");
    }
    assert_eq!(page.matches("<script>").count(), 1);
    // Of a page that asks for nothing from anywhere, the name space of SVG is the only address.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    assert!(!addresses.contains("http://") && !addresses.contains("https://"));
    assert!(!page.contains(" style=\""), "the policy lets no style of an element in");
}

#[test]
fn what_is_missing_or_damaged_is_told_and_the_rest_is_there() {
    let files = [
        "index.parquet",
        "series.parquet",
        "cohorts.parquet",
        "cohort_histograms.parquet",
        "cohort_metrics.parquet",
        "metrics.csv",
        "failures.csv",
        "dvh.parquet",
        "dvh_curves.parquet",
    ];
    for file in files {
        let gone = page_after(|output| fs::remove_file(output.join(file)).unwrap());
        assert!(gone.contains(&format!("<strong>{file} is not there.")), "{file}");
        let cut = page_after(|output| {
            let bytes = fs::read(output.join(file)).unwrap();
            let bytes =
                if file.ends_with("csv") { &b"a,b\n\"\n"[..] } else { &bytes[..bytes.len() / 2] };
            fs::write(output.join(file), bytes).unwrap();
        });
        assert!(cut.contains(&format!("<strong>{file} ")), "{file}");
        for page in [gone, cut] {
            assert!(page.contains("This page is not whole"), "{file}");
            assert!(page.contains("id=\"glossary\"") && page.contains("id=\"run\""), "{file}");
        }
    }
}

#[test]
fn whatever_stands_in_a_table_there_is_a_page() {
    const PLACES: usize = 12;
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    output(folder, 20, 2, "Thorax");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let sound = fs::read(&path).unwrap();
        if path.ends_with("summary.json") {
            continue;
        }
        for place in 0..PLACES {
            let mut bytes = sound.clone();
            let at = (bytes.len() - 1) * place / (PLACES - 1);
            bytes[at] ^= 0xA5;
            fs::write(&path, bytes).unwrap();
            assert!(page(folder, None).is_ok(), "{} at {at}", path.display());
        }
        fs::write(&path, sound).unwrap();
    }
}

#[test]
fn tables_that_contradict_the_summary_are_no_success() {
    let page = page_after(|output| {
        let text = fs::read_to_string(output.join("summary.json")).unwrap();
        let text = text
            .replace("\"written\":40", "\"written\":42")
            .replace("\"quarantined\":2", "\"quarantined\":0");
        fs::write(output.join("summary.json"), text).unwrap();
    });
    assert!(page.contains("Do not rely on this output"));
    assert!(page.contains("failures.csv has 2 quarantined inputs, the counts of summary.json 0."));
    assert!(page.contains("index.parquet has 40 instances, the counts of summary.json 42."));
}

#[test]
fn without_a_summary_there_is_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let why = page(folder.path(), None).unwrap_err().to_string();
    assert!(why.contains("only a finished run has a report"), "{why}");
    for damaged in ["", "{\"patient\":", "{\"outcome\":{}}"] {
        fs::write(folder.path().join("summary.json"), damaged).unwrap();
        let why = page(folder.path(), None).unwrap_err().to_string();
        assert!(why.starts_with("OUT: summary.json ") && !why.contains("patient"), "{why}");
    }
}

#[test]
fn an_output_that_names_patients_says_so() {
    let page =
        page_after(|output| fs::write(output.join("summary.json"), summary(20, true)).unwrap());
    assert!(page.contains("class=\"private\"") && page.contains("(PRIVATE)</title>"));
}

#[test]
fn the_page_is_bounded() {
    const MOST_BYTES: usize = 2_000_000;
    let folder = tempfile::tempdir().unwrap();
    output(
        folder.path(),
        1_000,
        6,
        "a description of sixty-four letters, as long as an LO may be, ..",
    );
    let thousand = page(folder.path(), None).unwrap().len();
    assert!(thousand < MOST_BYTES, "{thousand}");
    let folder = tempfile::tempdir().unwrap();
    output(
        folder.path(),
        20_000,
        60,
        "a description of sixty-four letters, as long as an LO may be, ..",
    );
    let many = page(folder.path(), None).unwrap().len();
    assert!(many < MOST_BYTES, "{many}");
}

#[test]
fn experiments_stand_where_they_are_given() {
    let folder = tempfile::tempdir().unwrap();
    output(folder.path(), 10, 1, "Thorax");
    let results = tempfile::tempdir().unwrap();
    let table = "dataset,mode,ranks,threads,mean_s,identical\nsmall,mpi,2,1,1.23456,true\nsmall,mpi,4,1,1.0,false\n";
    fs::write(results.path().join("experiments.csv"), table).unwrap();
    let bars = crate::plot::Bars { title: "Speed-up".into(), ..Default::default() };
    fs::create_dir(results.path().join("plots")).unwrap();
    let plot = crate::plot::svg_file(&bars).unwrap();
    fs::write(results.path().join("plots/speedup.svg"), plot).unwrap();
    let page = page(folder.path(), Some(results.path())).unwrap();
    assert!(page.contains("id=\"experiments\"") && page.contains("1.235"));
    assert!(page.contains("<title id=\"experiment-0-title\">Speed-up</title>"));
    assert!(page.contains("gave other results"));
}

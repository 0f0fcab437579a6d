use std::fs;
use std::time::Duration;

use super::*;
use crate::stage::Stopwatch;

/// `cargo test --release --lib scan::tests::rate -- --ignored --nocapture`
#[test]
#[ignore = "measures: makes 200,000 files"]
#[expect(clippy::print_stderr, reason = "a measurement is for reading")]
fn how_fast_a_tree_is_scanned() {
    let folder = tempfile::tempdir().unwrap();
    for patient in 0..200 {
        for series in 0..10 {
            let series = folder.path().join(format!("patient{patient}/study/series{series}"));
            fs::create_dir_all(&series).unwrap();
            for image in 0..100 {
                fs::File::create(series.join(format!("IMG{image:08}.dcm"))).unwrap();
            }
        }
    }
    for threads in [1, 1, 2, 4] {
        let watch = Stopwatch::start();
        let scanner = Scanner::tree(folder.path(), threads, &pseudonyms()).unwrap();
        let mut list = FileList::default();
        loop {
            match scanner.next(Duration::from_secs(1)) {
                Next::Ended => break,
                Next::Found(Found::Files(files)) => list.add(&files),
                next => panic!("{next:?}"),
            }
        }
        let seconds = watch.seconds();
        assert_eq!(list.len(), 200_000);
        let (rate, memory) = (list.len() as f64 / seconds, list.memory_bytes() / list.len());
        eprintln!("{threads} threads: {seconds:.3} s, {rate:.0} files/s, {memory} bytes a file");
    }
}

//! Files that crash, hang or eat memory: each costs itself alone. Only the name decides, see the hooks
//! of the worker process.

use crate::help::{Work, printed, rank_independent, rows, sample, tree};

#[test]
fn a_poison_file_costs_itself_alone() {
    let work = Work::new();
    let sound = work.path("sound");
    for (path, bytes) in tree(&sample()) {
        std::fs::create_dir_all(sound.join(&path).parent().unwrap()).unwrap();
        std::fs::write(sound.join(path), bytes).unwrap();
    }
    work.run(&sound, "sound-out", &[]);
    let sound_out = rank_independent(&work.path("sound-out")).2;
    let limits = ["--wall-limit", "3", "--cpu-limit", "2", "--memory", "300M", "--threads", "2"];
    for (kind, class) in [
        ("abort", "crashed"),
        ("segfault", "crashed"),
        ("overflow", "crashed"),
        ("killed", "memory"),
        ("memory", "memory"),
        ("loop", "timeout"),
        ("hang", "timeout"),
    ] {
        let poison = sound.join(format!("poison-{kind}.dcm"));
        // As large as any, so that it comes early in the list.
        std::fs::copy(sample().join("objects/ct/CT_small.dcm"), &poison).unwrap();
        let name = format!("out-{kind}");
        let output = work.run(&sound, &name, &limits);
        assert_eq!(output.status.code(), Some(2), "{kind}: {}", printed(&output));
        let failures = rows(&work.path(&name).join("failures.csv"));
        let blamed: Vec<_> = failures.iter().filter(|row| row["attempts"] != "1").collect();
        assert_eq!(blamed.len(), 1, "{kind}: {failures:?}");
        assert_eq!(blamed[0]["class"], class, "{kind}");
        let found = rank_independent(&work.path(&name)).2;
        for (path, bytes) in &sound_out {
            if path.starts_with("dicom") {
                assert_eq!(found.get(path), Some(bytes), "{kind}: {}", path.display());
            }
        }
        std::fs::remove_file(poison).unwrap();
    }
}

#[test]
fn without_isolation_the_same_files_would_be_refused_by_nobody() {
    let work = Work::new();
    let input = work.path("input");
    std::fs::create_dir(&input).unwrap();
    std::fs::copy(sample().join("objects/ct/CT_small.dcm"), input.join("poison-abort")).unwrap();
    let died = work.run(&input, "out", &["--isolation", "none"]);
    assert_eq!(died.status.code(), None, "killed by its own abort");
    // It was in flight once; the second death makes it known.
    work.run(&input, "out", &["--isolation", "none"]);
    let third = work.run(&input, "out", &["--isolation", "none"]);
    assert_eq!(third.status.code(), Some(2), "{}", printed(&third));
    assert_eq!(rows(&work.path("out/failures.csv"))[0]["class"], "job-died");
}

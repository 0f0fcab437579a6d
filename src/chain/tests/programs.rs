//! Stages that are programs: what they get, and each way in which they can go wrong.

use std::fs;
use std::sync::Arc;

use super::*;
use crate::storage::Disk;

/// The sources are files of these bodies, named by number, and what the chain makes is collected.
struct Bench {
    folder: tempfile::TempDir,
    files: Arc<[std::path::PathBuf]>,
}

impl Bench {
    fn new(bodies: &[&[u8]]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let files: Arc<[_]> =
            (0..bodies.len()).map(|number| format!("{number:04}").into()).collect();
        fs::create_dir(folder.path().join("in")).unwrap();
        for (file, body) in files.iter().zip(bodies) {
            fs::write(folder.path().join("in").join(file), body).unwrap();
        }
        fs::create_dir(folder.path().join("logs")).unwrap();
        Self { folder, files }
    }

    fn run(&self, ranks: usize, text: &str) -> Vec<ChainOutcome> {
        self.run_with(ranks, text, Limits::default())
    }

    fn run_with(&self, ranks: usize, text: &str, limits: Limits) -> Vec<ChainOutcome> {
        let disk = Arc::new(Disk::below(self.folder.path()));
        let staging = self.folder.path().join("staging");
        fs::remove_dir_all(&staging).ok();
        let make = |name: &str, copy: Copy| -> Result<Box<dyn Filter>, FilterError> {
            match name {
                "read" => {
                    let root = self.folder.path().join("in");
                    Ok(Box::new(filters::Read::new(disk.clone(), root, self.files.clone(), copy)))
                }
                "write" => Ok(Box::new(filters::Write::new(disk.clone(), staging.clone(), copy))),
                "collect" => Ok(Box::new(filters::Collect::new(disk.clone(), staging.clone()))),
                name => none(name, copy),
            }
        };
        let logs = self.folder.path().join("logs");
        run_on(ranks, &chain(text), limits, &logs, make, || false)
    }

    fn collected(&self) -> Vec<u8> {
        fs::read(self.folder.path().join("staging").join(filters::COLLECTED)).unwrap()
    }

    fn logs(&self) -> Vec<String> {
        let logs = fs::read_dir(self.folder.path().join("logs")).unwrap();
        let names = logs.map(|log| log.unwrap().file_name().into_string().unwrap());
        names.collect()
    }
}

/// read, a shell that does this in so many copies, collect.
fn through(script: &str, copies: usize) -> String {
    let script = format!("{script:?}");
    format!(
        "chain = \"read > filter > collect\"\n[stage.filter]\ncommand = [\"sh\", \"-c\", {script}]\ncopies = {copies}\n"
    )
}

#[test]
fn records_pass_a_program_as_they_are_for_any_number_of_ranks_and_copies() {
    let long = vec![b'x'; 3 << 20];
    let bodies: Vec<&[u8]> = vec![b"one", b"", &long, b"two", b"three"];
    let bench = Bench::new(&bodies);
    for (ranks, copies) in [(1, 1), (1, 3), (2, 2), (3, 5)] {
        let outcomes = bench.run(ranks, &through("exec cat", copies));
        assert_eq!(outcomes[0].failure, None);
        assert!(bench.collected() == bodies.concat(), "{ranks} ranks, {copies} copies");
        let rows = &outcomes[0].rows;
        let filters: Vec<_> = rows.iter().filter(|row| row.stage == "filter").collect();
        assert_eq!(filters.len(), copies);
        assert_eq!(filters.iter().map(|row| row.records_in).sum::<u64>(), 5);
        assert_eq!(filters.iter().map(|row| row.bytes_out).sum::<u64>(), 11 + (3 << 20));
        assert!(filters.iter().all(|row| row.program == "sh" && row.exit_status == Some(0)));
        // `cat` needs some 2 MB, whatever this process has used.
        let peaks: Vec<u64> = filters.iter().filter_map(|row| row.peak_memory_bytes).collect();
        assert!(peaks.iter().all(|bytes| (100_000..20_000_000).contains(bytes)), "{peaks:?}");
    }
    assert_eq!(bench.logs(), Vec::<String>::new(), "empty logs are not kept");
}

#[test]
fn a_tiny_window_does_not_stop_long_records() {
    let long = vec![b'y'; 300_000];
    let bench = Bench::new(&[&long, b"a", &long, b"b"]);
    let limits = Limits { window_bytes: 1, window_records: 1, ..Limits::default() };
    let outcomes = bench.run_with(2, &through("exec cat", 2), limits);
    assert_eq!(outcomes[0].failure, None);
    assert!(bench.collected() == [&long[..], b"a", &long, b"b"].concat());
}

#[test]
fn a_program_may_give_what_it_has_at_the_end_of_its_input() {
    let bench = Bench::new(&[b"12345", b"1234567"]);
    // A frame without labels and a body of one digit: the number of frames' bytes, some 38, has two.
    let script = r"n=$(wc -c); printf '\000\000\000\000\002\000\000\000\000\000\000\000%s' $n";
    let outcomes = bench.run(1, &through(script, 1));
    assert_eq!(outcomes[0].failure, None);
    let frames = 2 * (12 + 2 + 4) + 5 + 7;
    assert_eq!(bench.collected(), frames.to_string().into_bytes());
}

#[test]
fn a_program_is_told_who_it_is_and_the_caller_has_the_last_word() {
    let bench = Bench::new(&[b"x"]);
    let script = "cat; echo $SAUVA_STAGE $SAUVA_COPY $SAUVA_COPIES $PYTHONDONTWRITEBYTECODE $0 >&2";
    let text = through(script, 1).replace("]\ncopies", ", \"{stage}/{copy}/{copies}\"]\ncopies");
    assert_eq!(bench.run(1, &text)[0].failure, None);
    let log = fs::read_to_string(bench.folder.path().join("logs/filter-0.err")).unwrap();
    assert_eq!(log, "filter 0 1 1 filter/0/1\n");
}

#[test]
fn each_fault_of_a_program_is_told_and_nothing_hangs() {
    let bodies: Vec<Vec<u8>> = (0..40).map(|_| vec![b'z'; 20_000]).collect();
    let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
    let bench = Bench::new(&bodies);
    let early = "it has closed its standard input before the stream ended";
    let cases = [
        ("echo words >&2; exit 3", "it ended with exit status 3", Some(3), "words\n"),
        ("cat; exit 4", "it ended with exit status 4", Some(4), ""),
        ("kill -SEGV $$", "it was killed by signal 11", None, ""),
        ("exit 0", early, Some(0), ""),
        ("head -c 100 > /dev/null; exec 0<&-; sleep 1", early, Some(0), ""),
        ("echo Hello, world; cat > /dev/null", "does it print to its standard output?", None, ""),
        ("cat > /dev/null; printf abc", "it ends in the middle of a record", Some(0), ""),
        ("cat | head -c 150000; exit 5", "it ended with exit status 5", Some(5), ""),
    ];
    for (script, reason, status, stderr) in cases {
        for ranks in [1, 3] {
            let outcomes = bench.run(ranks, &through(script, 2));
            let failure = failure(&outcomes);
            assert!(failure.reason.contains(reason), "{script}: {failure}");
            let copy = failure.copy.as_ref().unwrap();
            assert_eq!((&*copy.stage, copy.exit_status), ("filter", status), "{script}");
            assert_eq!(copy.stderr_tail, stderr.as_bytes(), "{script}");
            let staging = bench.folder.path().join("staging");
            assert!(!staging.join(filters::COLLECTED).exists(), "{script}");
        }
    }
}

#[test]
fn what_a_program_has_left_unread_at_the_end_is_seen() {
    let bench = Bench::new(&[b"some bytes"]);
    // By the time it ends all has been written to its pipe, which holds much more.
    let outcomes = bench.run(1, &through("sleep 1; head -c 3 > /dev/null", 1));
    let failure = failure(&outcomes);
    assert!(failure.reason.contains("bytes of its standard input unread"), "{failure}");
}

#[test]
fn the_end_of_a_long_standard_error_is_kept() {
    let bench = Bench::new(&[b"x"]);
    let script = "head -c 100000 /dev/zero | tr '\\0' e >&2; echo last >&2; exit 1";
    let outcomes = bench.run(1, &through(script, 1));
    let tail = &failure(&outcomes).copy.as_ref().unwrap().stderr_tail;
    assert_eq!(tail.len(), 2000);
    assert!(tail.ends_with(b"eeelast\n"));
    assert_eq!(bench.logs(), ["filter-0.err"]);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let bench = Bench::new(&[b"x"]);
    let text = "chain = \"read > a > collect\"\n[stage.a]\ncommand = [\"no-such-program\"]";
    let outcomes = bench.run(2, text);
    let failure = failure(&outcomes);
    let said = "stage a, copy 0: the program \"no-such-program\", or what its first line names, is not there";
    assert_eq!(failure.to_string(), said);
    let row = outcomes[0].rows.iter().find(|row| row.stage == "a").unwrap();
    assert_eq!((row.ended, row.exit_status), (Some(Ended::CannotStart), None));
}

#[test]
fn what_a_program_leaves_running_is_killed_and_what_left_its_group_is_not_waited_for() {
    let bench = Bench::new(&[b"x"]);
    for script in ["cat; sleep 1000 &", "cat; setsid sleep 20 &"] {
        let outcomes = bench.run(1, &through(script, 1));
        assert_eq!(outcomes[0].failure, None);
        assert_eq!(bench.collected(), b"x");
    }
}

#[test]
fn a_record_without_a_label_is_the_fault_of_the_stage_that_gave_it() {
    let bench = Bench::new(&[b"x"]);
    let script = r"cat > /dev/null; head -c 12 /dev/zero";
    let text = through(script, 1).replace("> collect", "> next > collect")
        + "[stage.next]\ncommand = [\"cat\"]\ninput = \"labeled\"\n";
    let outcomes = bench.run(2, &text);
    let said = "stage filter, copy 0: it gave a record without a label, and stage next takes records by their labels";
    assert_eq!(failure(&outcomes).to_string(), said);
}

#[test]
fn a_program_at_the_end_has_nowhere_to_give_records_and_may_give_none() {
    let bench = Bench::new(&[b"x"]);
    let text = |script: &str| {
        format!("chain = \"read > last\"\n[stage.last]\ncommand = [\"sh\", \"-c\", {script:?}]\n")
    };
    assert_eq!(bench.run(1, &text("cat > /dev/null"))[0].failure, None);
    let outcomes = bench.run(1, &text("cat"));
    let said = "stage last, copy 0: it gave a record, and no stage behind takes it: end the chain with write or collect";
    assert_eq!(failure(&outcomes).to_string(), said);
}

#[test]
fn records_of_one_name_and_the_same_bytes_are_one_file() {
    let bench = Bench::new(&[b"x", b"y"]);
    // What comes, twice.
    let script = "cat > in.$$; cat in.$$ in.$$; rm in.$$";
    let text = through(script, 1).replace("collect", "write");
    let text = text.replace("in.$$", &format!("{}/all", bench.folder.path().display()));
    let outcomes = bench.run(2, &text);
    assert_eq!(outcomes[0].failure, None);
    let staging = bench.folder.path().join("staging");
    filters::settle(&Disk::below(&staging), &staging).unwrap();
    let body = |name: &str| fs::read(staging.join(filters::FILES).join(name)).unwrap();
    assert_eq!((body("0000"), body("0001")), (b"x".to_vec(), b"y".to_vec()));
    assert_eq!(fs::read_dir(staging.join(filters::FILES)).unwrap().count(), 2);
}

#[test]
fn a_long_record_is_refused_where_it_comes_out() {
    let bench = Bench::new(&[&[b'x'; 2000]]);
    let limits = Limits { record_bytes: 1000, ..Limits::default() };
    let outcomes = bench.run_with(1, &through("cat", 1), limits);
    let said = "stage read, copy 0: a record of 2000 bytes is longer than the limit of 1000 bytes";
    assert_eq!(failure(&outcomes).to_string(), said);
}

#[test]
fn the_times_of_a_program_add_up_and_tell_what_it_did() {
    let bench = Bench::new(&[&vec![b'x'; 100_000]]);
    // It uses no processor, but surely works: its input has ended.
    let outcomes = bench.run(1, &through("cat > /dev/null; sleep 0.5", 1));
    let rows = &outcomes[0].rows;
    let filter = rows.iter().find(|row| row.stage == "filter").unwrap();
    assert!(filter.process_s >= 0.5, "{filter:?}");
    assert!(filter.peak_memory_bytes.is_some_and(|bytes| bytes > 100_000), "{filter:?}");
    let collect = rows.iter().find(|row| row.stage == "collect").unwrap();
    assert!(collect.read_s >= 0.5, "{collect:?}");
    // A program that cannot hand over is blocked.
    let slow = "while head -c 20018 | grep -q .; do sleep 0.05; done";
    let text = through("exec cat", 1).replace("> collect", "> slow")
        + &format!("[stage.slow]\ncommand = [\"sh\", \"-c\", {slow:?}]\n");
    let bodies = vec![vec![b'z'; 20_000]; 40];
    let bodies: Vec<&[u8]> = bodies.iter().map(Vec::as_slice).collect();
    let limits = Limits { window_records: 1, ..Limits::default() };
    let outcomes = Bench::new(&bodies).run_with(2, &text, limits);
    assert_eq!(outcomes[0].failure, None);
    let filter = outcomes[0].rows.iter().find(|row| row.stage == "filter").unwrap();
    assert!(filter.blocked_s > 0.3, "{filter:?}");
    assert!(filter.cpu_s.unwrap() < 0.5 && filter.process_s < filter.blocked_s, "{filter:?}");
}

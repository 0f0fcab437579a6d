//! Where the time of a crew goes, and its trace: the same work by a crew in this process, and by one behind the
//! socket of a worker.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::*;
use crate::deident::{Key, Profile, Pseudonyms};
use crate::encode::Verify;
use crate::read::Limits;
use crate::record::Outcome;
use crate::redact::Redactor;
use crate::sample::{Kind, SampleOptions, generate};
use crate::scan::scan;
use crate::stage::{Activity, Stage, Stopwatch};
use crate::storage::Disk;
use crate::trace::{Recorder, join};

const THREADS: usize = 3;
const GENERATED: usize = 12;
const NAP: Duration = Duration::from_millis(60);

/// Generated files, and those of the sample: many forms, some with frames, some damaged.
struct Work {
    folder: tempfile::TempDir,
    files: Vec<FileEntry>,
    key: Key,
}

impl Work {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in");
        let options = SampleOptions { kind: Kind::Ct, count: GENERATED, seed: 7 };
        generate(&options, &input.join("generated")).unwrap();
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data_sample/dicom");
        copy(&sample, &input.join("sample"));
        let key = Key::from_bytes(&[7; 32]).unwrap();
        let files = scan(&input, &Pseudonyms::new(&key), &|| true).files;
        assert!(files.len() > GENERATED + 30);
        Self { folder, files, key }
    }

    fn crew(&self, is_isolated: bool, is_traced: bool) -> Box<dyn Crew> {
        let orders = Orders {
            crop: None,
            measures_only: false,
            input: self.folder.path().join("in"),
            output: self.folder.path().join("out"),
            profile: Profile::basic(),
            redactor: Redactor::default(),
            codec: "jpeg-ls".into(),
            verify: Verify::Full,
            limits: Limits::default(),
            is_traced,
        };
        if is_isolated {
            let day = Duration::from_secs(86_400);
            let limits = TaskLimits { wall: day, cpu: day, memory_bytes: u64::MAX };
            let process = worker::in_a_thread().unwrap();
            return Box::new(
                Isolated::new(process, orders, self.key.clone(), THREADS, limits).unwrap(),
            );
        }
        let storage = Arc::new(Disk::below(&orders.output));
        let pipeline = orders.pipeline(&self.key, storage).unwrap();
        Box::new(InProcess::new(pipeline, THREADS, is_traced).unwrap())
    }

    /// All files through a crew, which is then left without work for a while.
    fn through(&self, mut crew: Box<dyn Crew>) -> (Vec<Finished>, Farewell) {
        self.files.iter().for_each(|file| crew.give(file.clone()));
        let mut done = Vec::new();
        while done.len() < self.files.len() {
            done.extend(crew.next(NAP));
        }
        std::thread::sleep(NAP);
        (done, crew.leave())
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().map(Result::unwrap) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn the_activities_of_the_threads_come_to_the_time_they_lived() {
    let work = Work::new();
    for is_isolated in [false, true] {
        let around = Stopwatch::start();
        let (done, farewell) = work.through(work.crew(is_isolated, false));
        let wall_s = around.seconds();
        let mut all = farewell.timings;
        for finished in &done {
            all.merge(&finished.timings);
        }
        let (total_s, lived_s) = (all.total_s(), all.lived_s());
        assert!((total_s - lived_s).abs() <= 0.02 * lived_s, "{total_s} of {lived_s}");
        assert!(total_s <= wall_s * THREADS as f64, "{total_s} in {wall_s}");
        for stage in Stage::ALL {
            assert!(all.seconds(stage) > 0.0, "{stage:?}");
        }
        for activity in [Activity::Pipe, Activity::File] {
            assert!(all.spent(activity) > 0.0, "{activity:?}");
        }
        // One thread may still be telling of the last file when its rank has heard.
        let tail_s = farewell.timings.spent(Activity::Waiting);
        assert!(tail_s >= NAP.as_secs_f64() * (THREADS - 1) as f64, "{tail_s}");
        assert!(done.iter().all(|finished| finished.spans.spans.is_empty()));
        assert!(farewell.spans.iter().all(|of_thread| of_thread.spans.is_empty()));
    }
}

#[test]
fn a_file_that_is_let_go_is_not_waited_for() {
    let work = Work::new();
    let mut crew = work.crew(false, false);
    work.files.iter().for_each(|file| crew.give(file.clone()));
    crew.abandon();
    assert!(crew.leave().timings.lived_s() < 1e-9);
}

#[test]
fn a_trace_shows_each_file_in_each_of_its_stages() {
    let work = Work::new();
    let parts = work.folder.path().join("parts");
    let mut records = BTreeMap::new();
    for (rank, is_isolated) in [false, true].into_iter().enumerate() {
        let recorder = Recorder::begin(&parts, rank, "node").unwrap();
        let (done, farewell) =
            recorder.span("work", || work.through(work.crew(is_isolated, recorder.is_on())));
        for spans in done.iter().map(|finished| &finished.spans).chain(&farewell.spans) {
            recorder.crew(spans);
        }
        recorder.close().unwrap();
        for finished in done {
            records.insert((rank, finished.path_id), finished.outcome.unwrap().record);
        }
    }
    let mut text = Vec::new();
    let joined = join(&parts, &mut text).unwrap();
    assert_eq!((joined.ranks, joined.cut), (2, 0));
    let trace: Value = serde_json::from_slice(&text).unwrap();
    let text = String::from_utf8(text).unwrap();
    for file in &work.files {
        let name = file.path.file_name().unwrap().to_string_lossy();
        assert!(!text.contains(&format!("{name}\"")) && !text.contains(&format!("/{name}")));
    }
    let spans: Vec<Complete<'_>> =
        trace["traceEvents"].as_array().unwrap().iter().filter_map(Complete::of).collect();
    lie_apart_or_within_each_other(&spans);

    // How often each stage stands there, by rank and file.
    let mut runs: HashMap<(usize, &str, &str), usize> = HashMap::new();
    for span in &spans {
        if let Some(path_id) = span.path_id {
            *runs.entry((span.rank, path_id, span.name)).or_default() += 1;
        }
    }
    let generated = work.files.iter().filter(|file| file.path.starts_with("generated"));
    let generated: Vec<&String> = generated.map(|file| &file.path_id).collect();
    for ((rank, path_id), record) in &records {
        let runs = |name| runs.get(&(*rank, path_id.as_str(), name)).copied().unwrap_or_default();
        assert_eq!((runs("file"), runs("read")), (1, 1), "{record:?}");
        if generated.contains(&path_id) {
            let stages = Stage::ALL.map(|stage| runs(stage.name()));
            // Text is looked for before the header goes and after the pixels are decoded.
            assert_eq!(stages, [1, 1, 2, 1, 1, 1, 1, 1], "{record:?}");
        } else if record.outcome == Outcome::Written {
            let once = ["deidentify", "write"].map(runs);
            assert_eq!(once, [1, 1], "{record:?}");
            assert!(["redact", "decode", "encode", "measure"].map(runs).iter().all(|n| *n >= 1));
        }
    }
    let files = work.files.len() * 2;
    assert_eq!(records.len(), files);
    assert_eq!(spans.iter().filter(|span| span.name == "pipe").count(), files * 2);
    assert!(spans.iter().filter(|span| span.name == "waiting").count() >= THREADS * 2);
}

/// A complete event.
#[derive(Debug)]
struct Complete<'a> {
    rank: usize,
    thread: u64,
    name: &'a str,
    start_ns: i64,
    end_ns: i64,
    path_id: Option<&'a str>,
}

impl<'a> Complete<'a> {
    fn of(event: &'a Value) -> Option<Self> {
        let ns = |key: &str| (event[key].as_f64().unwrap() * 1e3).round() as i64;
        (event["ph"] == "X").then(|| Self {
            rank: event["pid"].as_u64().unwrap() as usize,
            thread: event["tid"].as_u64().unwrap(),
            name: event["name"].as_str().unwrap(),
            start_ns: ns("ts"),
            end_ns: ns("ts") + ns("dur"),
            path_id: event["args"]["path_id"].as_str(),
        })
    }
}

fn lie_apart_or_within_each_other(spans: &[Complete<'_>]) {
    let mut threads: BTreeMap<(usize, u64), Vec<&Complete<'_>>> = BTreeMap::new();
    for span in spans {
        assert!(span.start_ns >= 0 && span.end_ns >= span.start_ns, "{span:?}");
        threads.entry((span.rank, span.thread)).or_default().push(span);
    }
    assert_eq!(threads.len(), 2 * (1 + THREADS), "two ranks, their main threads and crews");
    for mut spans in threads.into_values() {
        spans.sort_by_key(|span| (span.start_ns, -span.end_ns));
        let mut open: Vec<&Complete<'_>> = Vec::new();
        for span in spans {
            open.retain(|outer| outer.end_ns > span.start_ns);
            assert!(open.iter().all(|outer| span.end_ns <= outer.end_ns), "{span:?} in {open:?}");
            open.push(span);
        }
    }
}

use serde_json::Value;

use super::*;
use crate::stage::{Activity, Span, Stage};

fn span(stage: Stage, start_ns: u64, length_ns: u64) -> Span {
    let path_id = Some("abc".to_owned());
    Span { activity: Activity::Stage(stage), start_ns, length_ns, path_id }
}

fn joined(folder: &Path) -> (Vec<Value>, Joined) {
    let mut out = Vec::new();
    let joined = join(folder, &mut out).unwrap();
    let trace: Value = serde_json::from_slice(&out).unwrap();
    (trace["traceEvents"].as_array().unwrap().clone(), joined)
}

fn complete(events: &[Value]) -> Vec<&Value> {
    events.iter().filter(|event| event["ph"] == "X").collect()
}

#[test]
fn ranks_and_threads_are_named_and_spans_come_through() {
    let folder = tempfile::tempdir().unwrap();
    for rank in [10, 2] {
        let recorder = Recorder::begin(folder.path(), rank, "node").unwrap();
        let start = monotonic_ns();
        recorder.span("scan", || recorder.span("communication", || ()));
        let spans = vec![span(Stage::Encode, start, 5_000), span(Stage::Read, start, 1_500)];
        recorder.crew(&ThreadSpans { thread: 3, spans });
        recorder.close().unwrap();
    }
    let (events, joined) = joined(folder.path());
    assert_eq!(joined, Joined { ranks: 2, spans: 8, cut: 0 });
    let named = |what: &str| -> Vec<(u64, u64, &str)> {
        let these = events.iter().filter(|event| event["name"] == what);
        these
            .map(|it| {
                let number = |key: &str| it[key].as_u64().unwrap();
                (number("pid"), number("tid"), it["args"]["name"].as_str().unwrap())
            })
            .collect()
    };
    assert_eq!(named("process_name"), [(2, 0, "rank 2 on node"), (10, 0, "rank 10 on node")]);
    let threads = [(2, 0, "main"), (2, 3, "crew 3"), (10, 0, "main"), (10, 3, "crew 3")];
    assert_eq!(named("thread_name"), threads);
    let spans = complete(&events);
    let names: Vec<_> = spans.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names[..4], ["communication", "scan", "encode", "read"]);
    assert_eq!(spans[2]["args"]["path_id"], "abc");
    assert_eq!(spans[0]["args"].as_object().unwrap().len(), 0);
    assert_eq!(spans[3]["dur"], 1.5);
}

#[test]
fn clocks_that_started_at_other_times_are_brought_to_one() {
    let folder = tempfile::tempdir().unwrap();
    // The second machine was switched on 900 ns later, and its part begins 50 ns after the first's.
    for (rank, start_ns, to_unix_ns) in [(0, 1_000, 5_000), (1, 150, 5_900)] {
        let head = Head { rank, host: "h".into(), start_ns, to_unix_ns };
        let line = |name: &'static str, start_ns, length_ns| {
            let name = name.into();
            serde_json::to_string(&Line { thread: 1, name, start_ns, length_ns, path_id: None })
        };
        let lines =
            [serde_json::to_string(&head), line("read", start_ns + 10, 7), line("early", 20, 5)];
        let text = lines.map(Result::unwrap).join("\n") + "\n";
        std::fs::write(folder.path().join(rank.to_string()), text).unwrap();
    }
    let (events, _) = joined(folder.path());
    let times: Vec<_> = complete(&events)
        .into_iter()
        .map(|it| (it["ts"].as_f64().unwrap(), it["dur"].as_f64().unwrap()))
        .collect();
    // What was before the first part began is cut off there.
    assert_eq!(times, [(0.01, 0.007), (0.0, 0.0), (0.06, 0.007), (0.0, 0.0)]);
}

#[test]
fn the_parts_of_a_killed_run_are_joined() {
    let folder = tempfile::tempdir().unwrap();
    let recorder = Recorder::begin(folder.path(), 0, "node").unwrap();
    let spans = (0..40).map(|at| span(Stage::Read, monotonic_ns() + at, 1)).collect();
    recorder.crew(&ThreadSpans { thread: 1, spans });
    recorder.close().unwrap();
    let part = folder.path().join("rank-000000.jsonl");
    let whole = std::fs::read(&part).unwrap();
    let first = whole.iter().position(|byte| *byte == b'\n').unwrap();
    std::fs::write(folder.path().join("rank-000001.jsonl"), &whole[..first / 2]).unwrap();
    for length in first + 1..whole.len() {
        std::fs::write(&part, &whole[..length]).unwrap();
        let (events, joined) = joined(folder.path());
        let lines = whole[first + 1..length].split(|byte| *byte == b'\n').count() as u64 - 1;
        let is_cut = whole[length - 1] != b'\n';
        // A line that lacks its end alone is whole.
        let lacks_end = u64::from(is_cut && whole[length] == b'\n');
        assert_eq!(joined.spans, lines + lacks_end);
        assert_eq!((joined.ranks, joined.cut), (1, u64::from(is_cut) - lacks_end));
        assert_eq!(complete(&events).len() as u64, joined.spans);
    }
}

#[test]
fn without_a_trace_nothing_is_written_and_work_is_done() {
    let recorder = Recorder::off();
    assert_eq!(recorder.span("scan", || 7), 7);
    recorder.crew(&ThreadSpans { thread: 1, spans: vec![span(Stage::Read, 1, 1)] });
    assert!(!recorder.is_on());
    recorder.close().unwrap();
}

#[test]
fn a_full_disk_costs_the_trace_and_nothing_else() {
    let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let part = Part { to: BufWriter::with_capacity(64, file), failed: None };
    let recorder = Recorder(Some(RefCell::new(part)));
    assert_eq!((0..9).map(|at| recorder.span("scan", || at)).sum::<i32>(), 36);
    assert_eq!(recorder.close().unwrap_err().kind(), io::ErrorKind::StorageFull);
}

//! How programs end, and what is told of it.

use std::collections::HashSet;

use super::*;
use crate::process::was_told_to_ignore;

#[test]
fn exit_statuses_and_signals_are_told_as_they_are() {
    let mut lab = Lab::new(Settings { slots: 2, ..Settings::default() });
    // Started in the background of a shell, this process and all that it starts ignore SIGINT.
    let unless_ignored = |signal: i32| {
        if was_told_to_ignore(signal) { How::Exited(0) } else { How::Signal(signal) }
    };
    let cases = [
        ("true", How::Exited(0)),
        ("exit 7", How::Exited(7)),
        ("exit 255", How::Exited(255)),
        ("kill -SEGV $$", How::Signal(11)),
        ("kill -KILL $$", How::Signal(9)),
        // Those that the runner handles or ignores itself have their usual effect in programs.
        ("kill -PIPE $$", How::Signal(13)),
        ("kill -TERM $$", How::Signal(15)),
        ("kill -INT $$", unless_ignored(2)),
        ("kill -HUP $$", unless_ignored(1)),
        ("kill -USR1 $$", How::Signal(10)),
        ("kill -XFSZ $$", How::Signal(25)),
    ];
    let ids: Vec<u64> = cases.iter().map(|(script, _)| lab.sh(script)).collect();
    let ends = lab.ends();
    for (id, (script, how)) in ids.iter().zip(cases) {
        assert_eq!(ends[id].how, how, "{script}");
        assert!(lab.started.contains_key(id));
    }
}

#[test]
fn what_is_empty_is_gone_and_what_was_written_is_told() {
    let mut lab = Lab::new(Settings::default());
    let quiet = lab.sh("true");
    let loud = lab.sh("echo abc; echo defgh >&2; echo x > $0/output/file; exit 3");
    let ends = lab.ends();
    assert_eq!(fs::read_dir(lab.folder(quiet)).unwrap().count(), 0);
    let end = &ends[&quiet];
    assert_eq!((end.output_is_empty, end.stdout_bytes, end.stderr_bytes), (true, 0, 0));
    let end = &ends[&loud];
    assert_eq!((end.output_is_empty, end.stdout_bytes, end.stderr_bytes), (false, 4, 6));
    assert_eq!(end.stderr_tail, b"defgh\n");
    assert_eq!(lab.stdout(loud), "abc\n");
    assert_eq!(fs::read_to_string(lab.folder(loud).join("output/file")).unwrap(), "x\n");
}

#[test]
fn of_an_endless_line_the_end_is_told_and_of_a_success_nothing() {
    let mut lab = Lab::new(Settings::default());
    let script = "head -c 300000 /dev/zero | tr '\\0' e >&2; printf END >&2; ";
    let failed = lab.sh(&format!("{script} exit 1"));
    let done = lab.sh(script);
    let ends = lab.ends();
    assert_eq!(ends[&failed].stderr_tail.len(), 2000);
    assert!(ends[&failed].stderr_tail.ends_with(b"eeEND"));
    assert_eq!((ends[&done].stderr_tail.len(), ends[&done].stderr_bytes), (0, 300_003));
}

#[test]
fn processor_time_memory_and_wall_time_are_the_programs() {
    let mut lab = Lab::new(Settings::default());
    let busy = lab.sh("i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done");
    // 64 MiB in a child that is waited for.
    let large = lab.sh("head -c 67108864 /dev/zero | tail -c 67108864 | wc -c");
    let slow = lab.run(&["sleep", "0.3"]);
    let ends = lab.ends();
    assert!(ends[&busy].cpu_s > 0.01, "{:?}", ends[&busy]);
    assert!(ends[&busy].cpu_s <= ends[&busy].wall_s + 0.1);
    assert!(ends[&large].peak_memory_bytes > 67_108_864);
    assert!(ends[&large].peak_memory_bytes < 67_108_864 * 4);
    assert!(ends[&slow].wall_s >= 0.3 && ends[&slow].cpu_s < 0.2);
    assert!(ends[&slow].start_unix_s >= ends[&busy].start_unix_s + ends[&busy].wall_s);
}

#[test]
fn five_hundred_tasks_pass_through_four_slots_each_exactly_once() {
    let mut lab = Lab::new(Settings { slots: 4, ..Settings::default() });
    let count = lab.base.path().join("count");
    for _ in 0..500 {
        lab.sh(&format!("echo x >> {}", count.display()));
    }
    let (mut running, mut ended) = (HashSet::new(), HashSet::new());
    let mut slots = HashSet::new();
    while ended.len() < 500 {
        match lab.next() {
            Event::Started(start) => {
                slots.insert(start.slot);
                assert!(running.insert(start.id));
            }
            Event::Ended(end) => {
                assert_eq!(end.how, How::Exited(0));
                assert!(running.remove(&end.id) && ended.insert(end.id));
            }
            other => panic!("{other:?}"),
        }
        assert!(running.len() <= 4);
    }
    assert!(slots.iter().all(|slot| *slot < 4));
    assert_eq!(fs::read_to_string(count).unwrap(), "x\n".repeat(500));
    assert!(lab.runner.next(Duration::from_millis(50)).is_none());
}

#[test]
fn fewer_slots_let_what_runs_go_on_and_more_begin_at_once() {
    let mut lab = Lab::new(Settings { slots: 4, ..Settings::default() });
    let gate = lab.base.path().join("gate");
    let wait = format!("while [ ! -e {} ]; do sleep 0.01; done", gate.display());
    let first: Vec<u64> = (0..4).map(|_| lab.sh(&wait)).collect();
    for id in first {
        lab.until_started(id);
    }
    lab.runner.set_slots(1);
    for _ in 0..6 {
        lab.sh("sleep 0.02");
    }
    // None begins while four are more than one.
    assert!(lab.runner.next(Duration::from_millis(200)).is_none());
    fs::write(gate, "").unwrap();
    let (mut running, mut ended) = (4_usize, 0);
    while ended < 10 {
        match lab.next() {
            Event::Started(_) => {
                running += 1;
                assert_eq!(running, 1, "one at a time");
            }
            Event::Ended(end) => {
                assert_eq!(end.how, How::Exited(0));
                (running, ended) = (running - 1, ended + 1);
            }
            other => panic!("{other:?}"),
        }
    }
    lab.runner.set_slots(8);
    let meet = lab.base.path().join("meet");
    fs::create_dir(&meet).unwrap();
    // Each waits for the other seven.
    let script = "mkdir $1/$$; while [ $(ls $1 | wc -l) -lt 8 ]; do sleep 0.01; done";
    for _ in 0..8 {
        let command = ["sh", "-c", script, "sh"].map(OsString::from);
        lab.run_with(command.into_iter().chain([meet.clone().into()]).collect(), Vec::new());
    }
    assert!((0..8).all(|_| lab.end().how == How::Exited(0)));
}

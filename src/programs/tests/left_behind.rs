//! What outlives a program, a runner or a rank: nothing.

use rustix::process::{Pid, Signal, kill_process};

use super::*;

#[test]
fn a_grandchild_that_outlives_its_program_is_killed_before_the_end_is_told() {
    let mut lab = Lab::new(Settings::default());
    let id = lab.sh("sleep 100 & echo $! > $0/output/pid");
    let end = lab.end();
    assert_eq!(end.how, How::Exited(0));
    let pid = fs::read_to_string(lab.folder(id).join("output/pid")).unwrap();
    assert!(!runs(pid.trim()));
}

#[test]
fn an_output_does_not_change_after_the_end_whatever_still_wrote() {
    let mut lab = Lab::new(Settings { slots: 2, ..Settings::default() });
    let write = "while :; do echo x >> $0/output/file; done";
    // In its own group, and in a session of its own without a living parent.
    let forked = lab.sh(&format!("({write}) & sleep 0.1"));
    let daemon = lab.sh(&format!("(setsid sh -c '{write}' $0 &) ; sleep 0.1"));
    let ends = lab.ends();
    for id in [forked, daemon] {
        assert_eq!(ends[&id].how, How::Exited(0));
        let file = lab.folder(id).join("output/file");
        let bytes = fs::metadata(&file).unwrap().len();
        std::thread::sleep(Duration::from_millis(100));
        assert_eq!(fs::metadata(&file).unwrap().len(), bytes);
    }
    assert!(ends[&forked].cpu_s > 0.0);
}

#[test]
fn an_orphan_that_ends_before_its_program_is_counted_and_waited_for() {
    let mut lab = Lab::new(Settings::default());
    // Its parent ends at once; it works for a while and leaves its number.
    let work = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
    let id = lab.sh(&format!("(sh -c 'echo $$ > $0/pid; {work}' $0 &) ; sleep 2.5"));
    let end = lab.end();
    assert_eq!(end.how, How::Exited(0));
    assert!(end.cpu_s > 0.02, "{end:?}");
    let pid = fs::read_to_string(lab.folder(id).join("pid")).unwrap();
    assert!(!Path::new("/proc").join(pid.trim()).exists());
}

#[test]
fn a_daemon_is_killed_with_its_own_program_and_not_with_another() {
    let mut lab = Lab::new(Settings { slots: 2, ..Settings::default() });
    let go = lab.base.path().join("go");
    let script = format!(
        "(setsid sh -c 'echo $$ > $0/daemon; exec sleep 100' $0 &); \
         while [ ! -e {} ]; do sleep 0.01; done",
        go.display()
    );
    let long = lab.sh(&script);
    let daemon = awaited(&lab.folder(long).join("daemon"));
    for _ in 0..20 {
        lab.sh("true");
    }
    assert!((0..20).all(|_| lab.end().id != long));
    assert!(runs(&daemon));
    fs::write(go, "").unwrap();
    assert_eq!(lab.end().id, long);
    assert!(!runs(&daemon));
}

#[test]
fn the_end_of_the_rank_kills_all_at_once() {
    let mut lab = Lab::new(Settings { slots: 2, ..Settings::default() });
    // The second hides its daemon's mark: that one goes with the runner.
    let deaf = lab.sh("trap '' TERM INT HUP; echo $$ > $0/pid; while :; do sleep 1; done");
    let script = "(env -i setsid sh -c 'echo $$ > $0/daemon; sleep 100' $0 &); sleep 100";
    let hidden = lab.sh(script);
    let pid = awaited(&lab.folder(deaf).join("pid"));
    let daemon = awaited(&lab.folder(hidden).join("daemon"));
    assert!(runs(&pid) && runs(&daemon));
    let Lab { runner, base: _base, .. } = lab;
    let dropping = Stopwatch::start();
    drop(runner);
    assert!(dropping.seconds() < 10.0);
    assert!(!runs(&pid) && !runs(&daemon));
}

#[test]
fn when_the_runner_dies_all_is_told_as_lost_or_unbegun_and_nothing_runs() {
    let mut lab = Lab::new(Settings { slots: 2, ..Settings::default() });
    let first = lab.sh("echo partial; echo why >&2; echo $$ > $0/pid; sleep 100");
    let second = lab.sh(
        "(setsid sh -c 'echo $$ > $0/daemon; exec sleep 100' $0 &) ; echo $$ > $0/pid; sleep 100",
    );
    let (third, fourth) = (lab.sh("true"), lab.sh("true"));
    let pids = [
        awaited(&lab.folder(first).join("pid")),
        awaited(&lab.folder(second).join("pid")),
        awaited(&lab.folder(second).join("daemon")),
    ];
    lab.until_started(first);
    lab.until_started(second);
    let runner = stat_parent(&pids[0]);
    kill_process(runner, Signal::KILL).unwrap();
    let end = lab.end();
    assert_eq!((end.id, &end.how), (first, &How::Lost));
    assert_eq!((end.stdout_bytes, end.stderr_tail.as_slice()), (8, b"why\n".as_slice()));
    assert_eq!(lab.end().how, How::Lost);
    assert!(pids.iter().all(|pid| !runs(pid)));
    assert_eq!(lab.next(), Event::Unbegun(third));
    assert_eq!(lab.next(), Event::Unbegun(fourth));
    assert_eq!(lab.next(), Event::Gone);
    assert!(!lab.runner.is_alive());
    let late = lab.sh("true");
    assert_eq!(lab.next(), Event::Unbegun(late));
    assert!(lab.runner.next(Duration::from_millis(10)).is_none());
}

#[test]
fn signals_to_the_runner_do_nothing() {
    let mut lab = Lab::new(Settings::default());
    let id = lab.sh("echo $$ > $0/pid; sleep 0.3; exit 5");
    let runner = stat_parent(&awaited(&lab.folder(id).join("pid")));
    for signal in [Signal::INT, Signal::TERM, Signal::HUP, Signal::USR1] {
        kill_process(runner, signal).unwrap();
    }
    assert_eq!(lab.end().how, How::Exited(5));
    lab.sh("exit 6");
    assert_eq!(lab.end().how, How::Exited(6));
}

#[test]
fn a_runner_within_a_program_goes_with_it() {
    let mut lab = Lab::new(Settings::default());
    // Stands for a run of its own: its programs carry a mark that goes on from their program's.
    let script = "setsid env SAUVA_ATTEMPT_ID=$SAUVA_ATTEMPT_ID/7.7-1 sh -c \
                  'echo $$ > $0/inner; exec sleep 100' $0 & \
                  while [ ! -s $0/inner ]; do sleep 0.01; done";
    let id = lab.sh(script);
    assert_eq!(lab.end().how, How::Exited(0));
    let inner = awaited(&lab.folder(id).join("inner"));
    assert!(!runs(&inner));
}

fn stat_parent(pid: &str) -> Pid {
    let stat = processes::stat(Pid::from_raw(pid.parse().unwrap()).unwrap()).unwrap();
    Pid::from_raw(stat.parent).unwrap()
}

//! Programs that are told to stop, all or one, and tasks that are taken back.

use super::*;

/// Says that it is ready, and saves its state when it is told to end.
const POLITE: &str = "trap 'echo saved > $0/output/state; exit 0' TERM; echo > $0/ready; \
                      while :; do sleep 0.01; done";
const DEAF: &str = "trap '' TERM; echo > $0/ready; while :; do sleep 1; done";

fn patient(grace: Duration) -> Lab {
    Lab::new(Settings { slots: 2, grace, ..Settings::default() })
}

fn ready(lab: &mut Lab, id: u64) {
    awaited(&lab.folder(id).join("ready"));
    lab.until_started(id);
}

#[test]
fn a_stopped_runner_interrupts_what_runs_and_begins_nothing_more() {
    let mut lab = patient(PATIENCE);
    let (first, second) = (lab.sh(POLITE), lab.sh(POLITE));
    let waiting = lab.sh("true");
    ready(&mut lab, first);
    ready(&mut lab, second);
    lab.runner.stop();
    let late = lab.sh("true");
    let (mut unbegun, mut ended) = (Vec::new(), Vec::new());
    while unbegun.len() + ended.len() < 4 {
        match lab.next() {
            Event::Unbegun(id) => unbegun.push(id),
            Event::Ended(end) => ended.push(end),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(unbegun, [waiting, late]);
    assert!(ended.iter().all(|end| end.how == How::Interrupted && !end.output_is_empty));
}

#[test]
fn who_does_not_stop_is_killed_after_the_grace() {
    let mut lab = patient(Duration::from_millis(300));
    let deaf = lab.sh(DEAF);
    ready(&mut lab, deaf);
    let stopping = Stopwatch::start();
    lab.runner.stop();
    assert_eq!(lab.end().how, How::Interrupted);
    assert!(stopping.seconds() >= 0.3 && stopping.seconds() < 10.0);
}

#[test]
fn one_task_is_interrupted_and_the_others_go_on() {
    let mut lab = patient(PATIENCE);
    let (unwanted, other) = (lab.sh(POLITE), lab.sh(POLITE));
    let (waiting, last) = (lab.sh("true"), lab.sh("exit 3"));
    ready(&mut lab, unwanted);
    ready(&mut lab, other);
    lab.runner.interrupt(waiting);
    assert_eq!(lab.next(), Event::Unbegun(waiting));
    lab.runner.interrupt(unwanted);
    let end = lab.end();
    assert_eq!((end.id, end.how), (unwanted, How::Interrupted));
    let end = lab.end();
    assert_eq!((end.id, end.how), (last, How::Exited(3)));
    // Whoever has ended is none of it.
    lab.runner.interrupt(last);
    lab.runner.interrupt(77);
    lab.sh("exit 4");
    assert_eq!(lab.end().how, How::Exited(4));
    lab.runner.interrupt(other);
    assert_eq!(lab.end().id, other);
}

#[test]
fn a_task_that_is_interrupted_as_it_begins_ends() {
    let mut lab = patient(PATIENCE);
    for _ in 0..50 {
        let id = lab.run(&["sleep", "100"]);
        lab.runner.interrupt(id);
        match lab.runner.next(PATIENCE).unwrap() {
            Event::Unbegun(unbegun) => assert_eq!(unbegun, id),
            _ => assert_eq!(lab.end().how, How::Interrupted),
        }
    }
}

#[test]
fn what_is_taken_back_is_not_begun_and_what_runs_goes_on() {
    let mut lab = patient(PATIENCE);
    let (first, second) = (lab.sh(POLITE), lab.sh(POLITE));
    ready(&mut lab, first);
    ready(&mut lab, second);
    let waiting: Vec<u64> = (0..5).map(|_| lab.sh("true")).collect();
    lab.runner.take_back();
    for id in waiting {
        assert_eq!(lab.next(), Event::Unbegun(id));
    }
    lab.runner.interrupt(first);
    assert_eq!(lab.end().id, first);
    lab.sh("exit 5");
    assert_eq!(lab.end().how, How::Exited(5));
}

//! Limits of time, memory, GPUs and load.

use super::*;

fn with_timeout(grace: Duration) -> Settings {
    Settings { timeout: Some(Duration::from_millis(300)), grace, ..Settings::default() }
}

#[test]
fn who_passes_the_time_is_told_to_end_and_may_save_its_state() {
    let mut lab = Lab::new(Settings { slots: 2, ..with_timeout(PATIENCE) });
    lab.run(&["sleep", "100"]);
    let saves = lab.sh("trap 'echo state > $0/output/state; exit 0' TERM; \
         while :; do sleep 0.01; done");
    let ends = lab.ends();
    assert!(ends.values().all(|end| end.how == How::TimeLimit && end.wall_s >= 0.3));
    assert!(!ends[&saves].output_is_empty);
}

#[test]
fn who_does_not_end_in_time_is_killed_and_the_others_go_on() {
    let mut lab = Lab::new(with_timeout(Duration::from_millis(300)));
    let deaf = lab.sh("trap '' TERM; while :; do sleep 1; done");
    let next = lab.run(&["true"]);
    let running = Stopwatch::start();
    let ends = lab.ends();
    assert!(running.seconds() < 10.0);
    assert_eq!(ends[&deaf].how, How::TimeLimit);
    assert!(ends[&deaf].wall_s >= 0.6);
    assert_eq!(ends[&next].how, How::Exited(0));
}

#[test]
fn who_grows_beyond_the_limit_is_out_of_memory_and_the_others_go_on() {
    let memory_bytes = Some(150 << 20);
    let mut lab = Lab::new(Settings { slots: 2, memory_bytes, ..Settings::default() });
    // Grows in a child of a child, and stays.
    let grows = lab.sh("sh -c 'head -c 300M /dev/zero | (tail -c 300M; sleep 100)' | sleep 100");
    let modest = lab.sh("sleep 1; echo done");
    let ends = lab.ends();
    assert_eq!(ends[&grows].how, How::OutOfMemory);
    assert!(ends[&grows].peak_memory_bytes > 150 << 20);
    assert_eq!(ends[&modest].how, How::Exited(0));
    assert_eq!(lab.stdout(modest), "done\n");
}

#[test]
fn several_processes_count_together_and_a_daemon_too() {
    let memory_bytes = Some(150 << 20);
    let mut lab = Lab::new(Settings { memory_bytes, ..Settings::default() });
    // Two of 90 MiB each, one in a session of its own.
    let hold = "import time; x = bytearray([1]) * (90 << 20); time.sleep(100)";
    lab.sh(&format!("python3 -c '{hold}' & (setsid python3 -c '{hold}' &) ; sleep 100"));
    let end = lab.end();
    assert_eq!(end.how, How::OutOfMemory);
    assert!(end.peak_memory_bytes > 150 << 20);
}

#[test]
fn pages_that_processes_share_are_no_reason_to_kill() {
    let memory_bytes = Some(220 << 20);
    let mut lab = Lab::new(Settings { memory_bytes, ..Settings::default() });
    // 100 MiB, seen by four processes.
    let script = "import os,time\nx=b'x'*(100<<20)\nfor _ in range(3):\n  if os.fork()==0: time.sleep(1); \
                  os._exit(0)\nfor _ in range(3): os.wait()\n";
    lab.run(&["python3", "-c", script]);
    let end = lab.end();
    assert_eq!(end.how, How::Exited(0));
    assert!(end.peak_memory_bytes > 100 << 20 && end.peak_memory_bytes < 220 << 20);
}

#[test]
fn a_gpu_is_never_shared_beyond_what_is_allowed() {
    let settings = Settings {
        slots: 8,
        gpus: ["3", "GPU-a", "7"].map(str::to_owned).to_vec(),
        gpus_per_task: 2,
        gpu_share: 2,
        ..Settings::default()
    };
    let mut lab = Lab::new(settings);
    let users = lab.base.path().join("users");
    fs::create_dir(&users).unwrap();
    // Each program signs for its GPUs while it runs, and looks at who else has.
    let script = "for g in $(echo $CUDA_VISIBLE_DEVICES | tr , ' '); do echo > $1/$g.$$; done; \
                  sleep 0.05; \
                  for g in $(echo $CUDA_VISIBLE_DEVICES | tr , ' '); do \
                    [ $(ls $1 | grep -c \"^$g\\.\") -le 2 ] || exit 9; done; \
                  echo $CUDA_VISIBLE_DEVICES $HIP_VISIBLE_DEVICES; rm $1/*.$$";
    for _ in 0..30 {
        let command = ["sh", "-c", script, "sh"].map(OsString::from);
        lab.run_with(command.into_iter().chain([users.clone().into()]).collect(), Vec::new());
    }
    for (id, end) in lab.ends() {
        assert_eq!(end.how, How::Exited(0));
        assert_eq!(end.gpus.len(), 2);
        assert_eq!(lab.stdout(id), format!("{} 0,1\n", end.gpus.join(",")));
        assert_eq!(lab.started[&id].gpus, end.gpus);
    }
}

#[test]
fn without_gpus_the_environment_is_left_as_it_is_and_too_many_are_refused() {
    let mut lab = Lab::new(Settings::default());
    let mine = vec![("CUDA_VISIBLE_DEVICES".into(), "5".into())];
    let script = ["sh", "-c", "echo $CUDA_VISIBLE_DEVICES"].map(OsString::from).to_vec();
    let id = lab.run_with(script, mine);
    lab.end();
    assert_eq!(lab.stdout(id), "5\n");
    let greedy = Settings { gpus_per_task: 1, ..Settings::default() };
    let refusal = Runner::new(RunnerProcess::for_tests(), greedy).unwrap_err();
    assert!(refusal.to_string().contains("--gpus"));
}

#[test]
fn nothing_begins_while_the_load_is_too_high() {
    let mut lab = Lab::new(Settings { max_load: Some(0.0), ..Settings::default() });
    let id = lab.sh("true");
    assert!(lab.runner.next(Duration::from_millis(700)).is_none());
    lab.runner.stop();
    assert_eq!(lab.next(), Event::Unbegun(id));
    let mut lab = Lab::new(Settings { max_load: Some(1e6), slots: 2, ..Settings::default() });
    for _ in 0..20 {
        lab.sh("true");
    }
    assert!(lab.ends().values().all(|end| end.how == How::Exited(0)));
}

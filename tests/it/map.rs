//! `sauva map` with real programs: what they are handed, what stays of them, and what becomes of those that fail.

use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use sauva::reference::{MAP_COLUMNS, MAP_FILES};
use sauva::stage::Stopwatch;
use serde_json::Value;

use crate::help::{Work, many_images, never_hanging, printed, rows, sample, sauva};

/// `sauva map` into the folder `out`.
fn map(work: &Work, options: &[&str], program: &[&str]) -> Output {
    command(work, options, program).output().unwrap()
}

fn command(work: &Work, options: &[&str], program: &[&str]) -> Command {
    let mut command = sauva(&["map", "--quiet", "--output"]);
    command.arg(work.path("out")).args(options).arg("--").args(program);
    command
}

fn table(work: &Work, name: &str) -> Vec<BTreeMap<String, String>> {
    rows(&work.path("out").join(name))
}

fn summary(work: &Work) -> Value {
    serde_json::from_slice(&std::fs::read(work.path("out/summary.json")).unwrap()).unwrap()
}

fn text(path: PathBuf) -> String {
    std::fs::read_to_string(path).unwrap()
}

/// How the attempts at each unit ended, in their order.
fn ends(work: &Work) -> BTreeMap<String, Vec<String>> {
    let mut ends: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table(work, "attempts.csv") {
        let end = format!("{} {}", row["ended"], row["exit_status"]);
        ends.entry(row["unit"].clone()).or_default().push(end.trim().to_owned());
    }
    ends
}

/// Waits until something holds.
fn await_that(what: &str, holds: impl Fn() -> bool) {
    let began = Stopwatch::start();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what} within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn runs_get_their_parameters_and_what_they_say_is_joined_in_their_order() {
    let work = Work::new();
    std::fs::write(work.path("grid.csv"), "alpha,the name\n-0.5,\"a b\"\n2,=c\n").unwrap();
    let grid = work.path("grid.csv");
    let options = ["--repetitions", "6", "--parameters", grid.to_str().unwrap(), "--slots", "3"];
    let say = "sleep 0.0$((6 - $1)); printf '%s' \"$1/$2/$SAUVA_PARAM_THE_NAME/$OMP_NUM_THREADS\"; echo $3 > $4/f";
    let program = ["sh", "-c", say, "sh", "{rank}", "{param:alpha}", "{repetitions}", "{output}"];
    let run = map(&work, &options, &program);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    let lines =
        ["0/-0.5/a b/1", "1/2/=c/1", "2/-0.5/a b/1", "3/2/=c/1", "4/-0.5/a b/1", "5/2/=c/1"];
    assert_eq!(text(work.path("out/output.txt")).lines().collect::<Vec<_>>(), lines);
    let rows = table(&work, "runs.csv");
    assert_eq!(rows.len(), 6);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(
            (&*row["rank"], &*row["state"], &*row["exit_status"]),
            (&*number.to_string(), "done", "0")
        );
        assert_eq!(row["param_alpha"], ["-0.5", "2"][number % 2]);
        assert_eq!(text(work.path("out").join(&row["output"]).join("f")), "6\n");
        let wall_s: f64 = row["wall_s"].parse().unwrap();
        assert!(wall_s > 0.009 && row["peak_memory_bytes"].parse::<u64>().unwrap() > 0);
    }
    assert_eq!(std::fs::metadata(work.path("out")).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(text(work.path("out/report.html")).contains("</html>"));

    // The same command again finds nothing to do.
    let inode = || std::fs::metadata(work.path("out/units/000003/f")).unwrap().ino();
    let before = inode();
    let again = map(&work, &options, &program);
    assert_eq!(again.status.code(), Some(0), "{}", printed(&again));
    assert_eq!((inode(), summary(&work)["attempts"]["all"].as_u64()), (before, Some(6)));
    // What was lost of it is made again.
    std::fs::remove_dir_all(work.path("out/units/000003")).unwrap();
    assert_eq!(map(&work, &options, &program).status.code(), Some(0));
    assert_eq!((inode() != before, summary(&work)["attempts"]["all"].as_u64()), (true, Some(7)));
}

#[test]
fn what_fails_is_tried_again_from_its_checkpoint_and_then_given_up() {
    let work = Work::new();
    let script = "echo $1.$SAUVA_ATTEMPT >&2; touch {output}/half; [ $1 = 1 ] && exit 7
        [ -e $SAUVA_CHECKPOINT/was ] && exit 0; touch $SAUVA_CHECKPOINT/was; kill -SEGV $$";
    let program = ["sh", "-c", script, "sh", "{rank}"];
    let run = map(&work, &["--repetitions", "3", "--attempts", "2"], &program);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let ends = ends(&work);
    assert_eq!(ends["000000"], ["signal 11", "exited 0"]);
    assert_eq!(ends["000001"], ["exited 7", "exited 7"]);
    let failures = table(&work, "failures.csv");
    assert_eq!(failures.len(), 1);
    assert_eq!((&*failures[0]["unit"], &*failures[0]["stderr_tail"]), ("000001", "1.2\n"));
    assert_eq!(text(work.path("out/logs/000001.err")), "1.2\n", "that of the last attempt");
    assert!(!work.path("out/units/000001").exists(), "nothing of what failed");
    assert!(work.path("out/units/000002/half").exists());

    let again = map(&work, &["--repetitions", "3", "--attempts", "2"], &program);
    assert_eq!(again.status.code(), Some(2), "given up is given up");
    assert_eq!(summary(&work)["attempts"]["all"], 6);
    let retried = map(&work, &["--repetitions", "3", "--attempts", "2", "--retry"], &program);
    assert_eq!(retried.status.code(), Some(2));
    assert_eq!(self::ends(&work)["000001"].len(), 4);
}

#[test]
fn time_and_memory_are_bounded() {
    let work = Work::new();
    let options = ["--repetitions", "1", "--attempts", "1", "--timeout", "1"];
    let run = map(&work, &options, &["sleep", "100"]);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    assert_eq!(ends(&work)["000000"], ["time-limit"]);
    let work = Work::new();
    let options = ["--repetitions", "1", "--attempts", "1", "--memory", "100M"];
    let script = "head -c 300000000 /dev/zero | tail | cat > /dev/null";
    let run = map(&work, &options, &["sh", "-c", script]);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    assert_eq!(ends(&work)["000000"], ["out-of-memory"]);
}

#[test]
fn a_node_that_ran_out_of_memory_has_half_as_many_at_once() {
    let work = Work::new();
    let options = ["--repetitions", "4", "--slots", "4", "--attempts", "1", "--memory", "100M"];
    let script = "[ $1 = 0 ] || exit 0; head -c 300000000 /dev/zero | tail | cat > /dev/null";
    let run = map(&work, &options, &["sh", "-c", script, "sh", "{rank}"]);
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    assert_eq!(summary(&work)["nodes"][0]["halvings"], 1);
}

#[test]
fn every_instance_is_handed_over_once_whatever_a_unit_is() {
    let work = Work::new();
    let input = work.path("in");
    many_images(&input, 40);
    std::fs::write(input.join("notes.txt"), "no image").unwrap();
    let input_text = input.to_str().unwrap();
    for (by, units) in [("instance", 40), ("series", 1), ("study", 1), ("patient", 1)] {
        let options = ["--input", input_text, "--by", by];
        let script = "test -d $1 && for f in $1/*; do readlink $f; done || echo $1";
        let run = map(&work, &options, &["sh", "-c", script, "sh", "{input}"]);
        assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
        let mut seen: Vec<String> =
            text(work.path("out/output.txt")).lines().map(str::to_owned).collect();
        seen.sort();
        seen.dedup();
        assert_eq!((table(&work, "runs.csv").len(), seen.len()), (units, 40), "{by}");
        assert!(seen.iter().all(|path| Path::new(path).is_file() && path.starts_with(input_text)));
        let skipped = table(&work, "skipped.csv");
        assert_eq!((&*skipped[0]["path"], &*skipped[0]["reason"]), ("notes.txt", "not-dicom"));
        assert_eq!(summary(&work)["inputs"]["in_units"], 40);
        std::fs::remove_dir_all(work.path("out")).unwrap();
    }
    let options = ["--input", input_text, "--by", "series"];
    let run = map(&work, &options, &["sh", "-c", "cat {list}; test ! -e \"$SAUVA_INPUT\""]);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    assert_eq!(text(work.path("out/output.txt")).lines().count(), 40);

    // A unit that has one file more is another unit.
    std::fs::copy(input.join("folder-1/1"), input.join("folder-1/more")).unwrap();
    map(&work, &options, &["sh", "-c", "cat {list}; test ! -e \"$SAUVA_INPUT\""]);
    assert_eq!(text(work.path("out/output.txt")).lines().count(), 41);
}

#[test]
fn a_stopped_job_ends_its_programs_and_goes_on_where_it_was() {
    let work = Work::new();
    let script = "[ -e $SAUVA_CHECKPOINT/was ] || { touch $SAUVA_CHECKPOINT/was $1/begun-{rank}; sleep 100; }; echo $2";
    let folder = work.path("");
    let program = ["sh", "-c", script, "sh", folder.to_str().unwrap(), "{rank}"];
    let options = ["--repetitions", "4", "--slots", "2"];
    for expected in [2, 4] {
        let mut child = command(&work, &options, &program).stderr(Stdio::piped()).spawn().unwrap();
        let begun = || (0..4).filter(|it| work.path(&format!("begun-{it}")).exists()).count();
        await_that("programs begin", || begun() >= expected);
        kill_process(Pid::from_child(&child), Signal::USR1).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(75));
        assert_eq!(summary(&work)["units"]["open"], if expected == 2 { 4 } else { 2 });
        let interrupted = summary(&work)["attempts"]["by_end"]["interrupted"].as_u64();
        assert_eq!(interrupted, Some(expected as u64));
    }
    let end = map(&work, &options, &program);
    assert_eq!(end.status.code(), Some(0), "{}", printed(&end));
    assert_eq!(text(work.path("out/output.txt")), "0\n1\n2\n3\n");
    assert_eq!(summary(&work)["run"]["tries"], 3);
}

#[test]
fn killed_at_any_moment_no_success_is_repeated_and_no_program_goes_on() {
    never_hanging(|| {
        let work = Work::new();
        let program =
            ["sh", "-c", "sleep 0.03; echo $1 > $2/out; echo $1", "sh", "{rank}", "{output}"];
        let options = ["--repetitions", "60", "--slots", "2"];
        let mut kills = 0;
        let mut wait = Duration::from_millis(150);
        loop {
            let mut child = command(&work, &options, &program).spawn().unwrap();
            let began = Stopwatch::start();
            // So many milliseconds later each time, and a little more, so that no moment is spared.
            while child.try_wait().unwrap().is_none() && began.elapsed() < wait {
                std::thread::sleep(Duration::from_millis(1));
            }
            if child.try_wait().unwrap().is_some_and(|status| status.success()) {
                break;
            }
            child.kill().ok();
            child.wait().unwrap();
            kills += 1;
            wait += Duration::from_millis(37);
        }
        assert!(kills > 2);
        for (unit, ends) in ends(&work) {
            let successes = ends.iter().filter(|end| *end == "exited 0").count();
            assert_eq!(successes, 1, "{unit}: {ends:?}");
            assert!(ends.iter().all(|end| end == "exited 0" || end == "lost"), "{ends:?}");
        }
        let wanted: Vec<String> = (0..60).map(|it| it.to_string()).collect();
        assert_eq!(text(work.path("out/output.txt")).lines().collect::<Vec<_>>(), wanted);
        for unit in 0..60 {
            assert_eq!(text(work.path(&format!("out/units/{unit:06}/out"))), format!("{unit}\n"));
        }
        let work_folder = work.path("out/.sauva/work");
        assert!(!work_folder.exists() || std::fs::read_dir(work_folder).unwrap().next().is_none());
    });
}

#[test]
fn a_gang_runs_together_and_stands_or_falls_together() {
    let work = Work::new();
    // Each waits for all others; the third fails the first time, when all have come.
    let script = "touch $1/$3.$SAUVA_ATTEMPT; until [ $(ls $1 | grep -c \"\\.$SAUVA_ATTEMPT$\") = $4 ]; do sleep 0.01; done
        [ $3.$SAUVA_ATTEMPT = 2.1 ] && exit 3; [ $SAUVA_ATTEMPT = 1 ] && sleep 100
        echo $MASTER_ADDR $RANK $WORLD_SIZE $LOCAL_RANK; echo $MASTER_PORT > {output}/port";
    let meeting = work.path("meeting");
    std::fs::create_dir(&meeting).unwrap();
    let program = [
        "sh",
        "-c",
        script,
        "sh",
        meeting.to_str().unwrap(),
        "{master_port}",
        "{rank}",
        "{world_size}",
    ];
    let run = map(&work, &["--parallel", "3", "--slots", "3"], &program);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    let said = "127.0.0.1 0 3 0\n127.0.0.1 1 3 1\n127.0.0.1 2 3 2\n";
    assert_eq!(text(work.path("out/output.txt")), said);
    let ends = ends(&work);
    assert_eq!(ends["000002"], ["exited 3", "exited 0"]);
    assert_eq!(ends["000000"], ["interrupted", "exited 0"]);
    let ports = (0..3).map(|it| text(work.path(&format!("out/units/00000{it}/port"))));
    assert_eq!(ports.collect::<std::collections::BTreeSet<_>>().len(), 1);
    let refused = map(&work, &["--parallel", "9", "--slots", "3"], &program);
    assert!(printed(&refused).contains("there are 3 slots"), "{}", printed(&refused));
}

#[test]
fn a_gang_that_fails_again_and_again_leaves_nothing() {
    let work = Work::new();
    let script = "touch {output}/x; [ $1 = 1 ] && exit 4; exit 0";
    let run = map(
        &work,
        &["--parallel", "2", "--slots", "2", "--attempts", "2"],
        &["sh", "-c", script, "sh", "{rank}"],
    );
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    assert!(!work.path("out/units").exists());
    assert_eq!(summary(&work)["units"]["failed"], 2);
}

#[test]
fn a_runner_that_is_killed_costs_an_attempt() {
    let work = Work::new();
    let script = "[ $SAUVA_ATTEMPT = 1 ] && { kill -9 $PPID; sleep 100; }; echo well";
    let run = map(&work, &["--repetitions", "1"], &["sh", "-c", script]);
    assert_eq!(run.status.code(), Some(0), "{}", printed(&run));
    assert_eq!(ends(&work)["000000"], ["lost", "exited 0"]);
}

#[test]
fn what_cannot_be_done_is_refused_in_a_sentence() {
    let work = Work::new();
    let input = sample();
    let input = input.to_str().unwrap();
    let refused = |options: &[&str], program: &[&str], sentence: &str| {
        let run = map(&work, options, program);
        assert_eq!(run.status.code(), Some(1), "{}", printed(&run));
        assert!(printed(&run).contains(sentence), "{}", printed(&run));
    };
    refused(&[], &["true"], "nothing says what to run over");
    refused(
        &["--repetitions", "2"],
        &["no-such-program"],
        "no program \"no-such-program\" is found in PATH",
    );
    refused(&["--repetitions", "2"], &["./nothing"], "there is no program \"./nothing\"");
    refused(&["--repetitions", "2"], &["/etc/passwd"], "is no program");
    refused(&["--repetitions", "2"], &[], "say what to run after `--`");
    refused(&["--repetitions", "2"], &["echo", "{input}"], "needs --input and --by");
    refused(&["--repetitions", "2", "--gpus", "1"], &["true"], "no rank has so many GPUs");
    refused(&["--input", input, "--repetitions", "2"], &["true"], "--by is not");
    refused(&["--repetitions", "2", "--max-load", "nan"], &["true"], "--max-load");
    assert!(
        !work.path("out").exists() || std::fs::read_dir(work.path("out")).unwrap().next().is_none()
    );
    assert_eq!(map(&work, &["--repetitions", "2"], &["true"]).status.code(), Some(0));
    refused(&["--repetitions", "2"], &["false"], "begun with another command");
    refused(&["--repetitions", "3"], &["true"], "begun with 2 repetitions, not 3 repetitions");
    let inside = sauva(&["map", "--input", input, "--by", "series", "--output"])
        .arg(sample().join("out"))
        .args(["--", "true"])
        .output()
        .unwrap();
    assert!(printed(&inside).contains("one inside the other"), "{}", printed(&inside));
    // A folder of another command is left alone.
    let run = work.run(&sample(), "run", &[]);
    assert!(run.status.code().is_some());
    let over = sauva(&["map", "--repetitions", "1", "--output"])
        .arg(work.path("run"))
        .args(["--", "true"])
        .output();
    assert!(printed(&over.unwrap()).contains("another command of sauva has begun it"));
}

#[test]
fn every_file_and_column_is_described() {
    let work = Work::new();
    many_images(&work.path("in"), 2);
    let input = work.path("in");
    let options = ["--input", input.to_str().unwrap(), "--by", "instance", "--attempts", "1"];
    let program = ["sh", "-c", "[ {rank} = 0 ] && exit 1; echo x; echo y > {output}/y"];
    assert_eq!(map(&work, &options, &program).status.code(), Some(2));
    chain(&work, "chained", "chain = \"read > write\"\n", &["--input", input.to_str().unwrap()]);
    for out in ["out", "chained"] {
        for entry in std::fs::read_dir(work.path(out)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            let name = if path.is_dir() { format!("{name}/") } else { name.to_owned() };
            assert!(MAP_FILES.iter().any(|(known, _)| *known == name), "{name}");
            let Some((_, columns)) = MAP_COLUMNS.iter().find(|(known, _)| *known == name) else {
                assert!(Path::new(&name).extension().is_none_or(|it| it != "csv"), "{name}");
                continue;
            };
            let head = text(path).lines().next().unwrap().to_owned();
            let described: Vec<&str> = columns.iter().map(|(name, ..)| *name).collect();
            assert_eq!(head, described.join(","), "{name}");
        }
    }
}

/// `sauva map --chain` with this file, into a folder of this name.
fn chain(work: &Work, name: &str, text: &str, options: &[&str]) -> Output {
    let file = work.path(&format!("{name}.toml"));
    std::fs::write(&file, text).unwrap();
    let mut command = sauva(&["map", "--quiet", "--chain"]);
    command.arg(file).arg("--output").arg(work.path(name)).args(options);
    command.env("XDG_CONFIG_HOME", work.path("config")).output().unwrap()
}

#[test]
fn a_chain_of_what_is_built_in_writes_what_the_main_job_writes() {
    let work = Work::new();
    let input = sample();
    let options = ["--input", input.to_str().unwrap()];
    let text_of = |copies: u32| {
        format!(
            "chain = \"read > pass > encode > write\"\n[stage.pass]\ncommand = [\"cat\"]\n[stage.encode]\ncopies = {copies}\n"
        )
    };
    let made = chain(&work, "one", &text_of(1), &options);
    // Some samples are damaged on purpose: they are held back.
    assert_eq!(made.status.code(), Some(2), "{}", printed(&made));
    let files = |name: &str| -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        let mut folders = vec![work.path(name)];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(&folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(work.path(name)).unwrap().to_owned();
                    files.insert(name, std::fs::read(&path).unwrap());
                }
            }
        }
        files
    };
    let one = files("one/files");
    let again = chain(&work, "three", &text_of(3), &options);
    assert_eq!(again.status.code(), Some(2), "{}", printed(&again));
    assert!(one == files("three/files"), "the same for any number of copies");
    // What `sauva run` writes with the same key is among it: where instances contradict each other it keeps one.
    let mut run = sauva(&["run", "--quiet", "--input"]);
    run.arg(&input).arg("--output").arg(work.path("run"));
    let run = run.env("XDG_CONFIG_HOME", work.path("config")).output().unwrap();
    assert_eq!(run.status.code(), Some(2), "{}", printed(&run));
    let written = files("run/dicom");
    assert!(written.len() > 10);
    for (path, bytes) in written {
        let path = Path::new("dicom").join(path);
        let beside = format!("{}.", path.display());
        let mut made =
            one.iter().filter(|(it, _)| **it == path || it.to_str().unwrap().starts_with(&beside));
        assert!(made.any(|(_, made)| *made == bytes), "{}", path.display());
    }
    // A later try finds it done.
    let done = chain(&work, "one", &text_of(1), &options);
    assert!(printed(&done).contains("nothing was left to do"), "{}", printed(&done));
}

#[test]
fn a_chain_that_fails_leaves_nothing_and_says_why() {
    let work = Work::new();
    many_images(&work.path("in"), 3);
    let input = work.path("in");
    let options = ["--input", input.to_str().unwrap()];
    let text_of = "chain = \"read > bad > write\"\n[stage.bad]\ncommand = [\"sh\", \"-c\", \"echo no luck >&2; exit 3\"]\n";
    let failed = chain(&work, "out", text_of, &options);
    assert_eq!(failed.status.code(), Some(2), "{}", printed(&failed));
    assert!(printed(&failed).contains("stage bad, copy 0"), "{}", printed(&failed));
    assert!(!work.path("out/files").exists());
    assert_eq!(table(&work, "failures.csv")[0]["stderr_tail"], "no luck\n");
    let refused = chain(&work, "out2", "chain = \"read > nothing\"\n", &options);
    assert_eq!(refused.status.code(), Some(1), "{}", printed(&refused));
    let refused = chain(&work, "out3", "chain = \"read > write\"\n", &[]);
    assert!(printed(&refused).contains("needs --input"), "{}", printed(&refused));
}

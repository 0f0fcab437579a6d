//! What programs are started with, and what is said of those that cannot be.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;

use super::*;

fn sentence(lab: &mut Lab) -> String {
    match lab.end() {
        End { how: How::CannotStart(why), output_is_empty: true, cpu_s: 0.0, .. } => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_program_that_cannot_be_started_is_named_with_what_to_do() {
    let mut lab = Lab::new(Settings::default());
    let file = |name: &str, text: &str, mode: u32| {
        let path = lab.base.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let headless = file("headless", "echo a\n", 0o755);
    let foreign = file("foreign", "#!/no/such/interpreter\n", 0o755);
    let closed = file("closed", "#!/bin/sh\n", 0o644);
    let folder = lab.base.path().to_str().unwrap().to_owned();
    let path = |folder: &str| vec![("PATH".into(), folder.into())];

    let mut told = |command: &[&str], environment| {
        lab.run_with(command.iter().map(OsString::from).collect(), environment);
        sentence(&mut lab)
    };
    assert!(
        told(&["no-such-program"], Vec::new()).contains("no program `no-such-program` in PATH")
    );
    assert!(told(&["/no/such/program"], Vec::new()).contains("no program `/no/such/program` on"));
    assert!(told(&["/etc/passwd/x"], Vec::new()).contains("no program `/etc/passwd/x`"));
    assert!(told(&[&headless], Vec::new()).contains("#!/bin/sh"));
    assert!(told(&[&foreign], Vec::new()).contains("interpreter that its first line names"));
    assert!(told(&[&closed], Vec::new()).contains("chmod +x"));
    assert!(told(&["closed"], path(&folder)).contains("`closed` may not be executed"));
    assert!(told(&[&folder], Vec::new()).contains("is a folder"));
    assert!(told(&[], Vec::new()).contains("no program is named"));
    assert!(told(&["true", "a\0b"], Vec::new()).contains("a byte 0"));
    let long = "x".repeat(200 << 10);
    assert!(told(&["true", &long], Vec::new()).contains("more arguments than the system takes"));
    // The runner is none the worse for it.
    lab.sh("exit 4");
    assert_eq!(lab.end().how, How::Exited(4));
}

#[test]
fn arguments_come_through_whatever_is_in_them() {
    let mut lab = Lab::new(Settings::default());
    let odd = OsString::from_vec(b"a  b\n'$(x)\"\\ \xFF\xFE*".to_vec());
    let command = ["printf", "%s|"].map(OsString::from);
    let arguments = [odd.clone(), OsString::new(), "--".into()];
    let id = lab.run_with(command.into_iter().chain(arguments).collect(), Vec::new());
    assert_eq!(lab.end().how, How::Exited(0));
    let printed = fs::read(lab.folder(id).join("stdout")).unwrap();
    assert_eq!(printed, [odd.as_bytes(), b"||--|"].concat());
}

#[test]
fn a_megabyte_of_arguments_comes_through() {
    let mut lab = Lab::new(Settings::default());
    let piece = OsString::from("y".repeat(100 << 10));
    let script = ["sh", "-c", "for a; do n=$((n+${#a})); done; echo $n", "sh"];
    let command = script.into_iter().map(OsString::from);
    let id = lab.run_with(command.chain((0..10).map(|_| piece.clone())).collect(), Vec::new());
    assert_eq!(lab.end().how, How::Exited(0));
    assert_eq!(lab.stdout(id), format!("{}\n", 10 * (100 << 10)));
}

#[test]
fn a_folder_of_odd_bytes_is_made_with_all_that_is_above_it() {
    let mut lab = Lab::new(Settings::default());
    let folder = lab.base.path().join(OsStr::from_bytes(b"a b\xFF/c"));
    let command = ["pwd"].map(OsString::from).to_vec();
    lab.runner.run(Task { id: 9, command, environment: Vec::new(), folder: folder.clone() });
    assert_eq!(lab.end().how, How::Exited(0));
    // The working directory is the rank's.
    let here = std::env::current_dir().unwrap();
    assert_eq!(fs::read_to_string(folder.join("stdout")).unwrap(), format!("{}\n", here.display()));
}

#[test]
fn an_output_that_holds_something_is_not_mixed_with_another() {
    let mut lab = Lab::new(Settings::default());
    let old = lab.folder(0).join("output");
    fs::create_dir_all(&old).unwrap();
    fs::write(old.join("old"), "").unwrap();
    lab.sh("true");
    let end = lab.end();
    assert!(matches!(&end.how, How::CannotStart(why) if why.contains("below OUT")), "{end:?}");
    assert!(!end.output_is_empty && old.join("old").exists());
}

#[test]
fn the_environment_is_the_users_with_threads_and_a_mark_and_standard_input_is_empty() {
    let mut lab = Lab::new(Settings { cpus_per_task: 3, ..Settings::default() });
    let script = "cat; echo $OMP_NUM_THREADS $MKL_NUM_THREADS; echo ${HOME:+home} $ALPHA; \
                  echo $SAUVA_ATTEMPT_ID";
    let command = ["sh", "-c", script].map(OsString::from).to_vec();
    let environment: Vec<(OsString, OsString)> =
        vec![("ALPHA".into(), "a b".into()), ("MKL_NUM_THREADS".into(), "1".into())];
    let first = lab.run_with(command.clone(), environment.clone());
    let second = lab.run_with(command, environment);
    assert!(lab.ends().values().all(|end| end.how == How::Exited(0)));
    let lines = |id| lab.stdout(id).lines().map(str::to_owned).collect::<Vec<_>>();
    let (first, second) = (lines(first), lines(second));
    // A task's own word is the last.
    assert_eq!(first[..2], ["3 1", "home a b"]);
    assert!(!first[2].is_empty() && first[2] != second[2]);
}

#[test]
fn a_command_without_the_job_keeps_the_rest() {
    let mut command = std::process::Command::new("env");
    without_job(&mut command);
    command.env("KEPT", "1");
    let seen = command.output().unwrap();
    let seen = String::from_utf8_lossy(&seen.stdout).into_owned();
    assert!(seen.lines().any(|line| line == "KEPT=1"));
    assert!(seen.lines().any(|line| line.starts_with("PATH=")));
}

//! A task to a command that can be started, and what is wrong where it cannot: one sentence that names the program
//! and says what to do.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::fs::{Access, access};

use super::Task;
use super::environment::{ATTEMPT_ID, of_gpus};

/// Where programs are looked for when there is no `PATH` (execvp(3)).
const USUAL_PATH: &str = "/bin:/usr/bin";

/// Starts the program of a task in a process group of its own.
pub(super) fn start(
    task: &Task,
    common: &[(OsString, OsString)],
    gpus: &[String],
    attempt: &str,
    (stdout, stderr): (File, File),
) -> Result<Child, String> {
    let [name, arguments @ ..] = task.command.as_slice() else {
        return Err("no program is named: give one after `--`".to_owned());
    };
    let variables = || common.iter().chain(&task.environment);
    let path = variables().rfind(|(name, _)| name == "PATH").map(|(_, value)| value.as_os_str());
    // Found here and not by the system: only so a file that may not be executed is told from one that is not
    // there, and only with a path does the standard library start it without copying this process.
    let program = find(name, path.unwrap_or(OsStr::new(USUAL_PATH)))?;
    let mut command = Command::new(&program);
    command.arg0(name).args(arguments).env_clear();
    command.envs(variables().map(|(name, value)| (name, value)));
    if !gpus.is_empty() {
        command.envs(of_gpus(gpus));
    }
    command.env(ATTEMPT_ID, attempt);
    command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).process_group(0);
    command.spawn().map_err(|error| sentence(&error, name, &program))
}

fn find(name: &OsStr, path: &OsStr) -> Result<PathBuf, String> {
    if name.as_bytes().contains(&b'/') {
        return Ok(PathBuf::from(name));
    }
    let is_file = |file: &PathBuf| file.is_file();
    let folders = || {
        std::env::split_paths(path)
            // An empty entry is the working directory.
            .map(|folder| if folder.as_os_str().is_empty() { "./".into() } else { folder })
            .map(|folder: PathBuf| folder.join(name))
    };
    if let Some(program) =
        folders().find(|file| access(file, Access::EXEC_OK).is_ok() && is_file(file))
    {
        return Ok(program);
    }
    match folders().find(is_file) {
        Some(_) => Err(not_executable(name)),
        None => Err(format!(
            "there is no program {} in PATH: load its module, or name it with its path",
            shown(name)
        )),
    }
}

fn shown(name: &OsStr) -> String {
    format!("`{}`", name.to_string_lossy())
}

fn not_executable(name: &OsStr) -> String {
    format!(
        "{} may not be executed: `chmod +x` makes it a program, or name its interpreter before it, \
         as in `python3 script.py`",
        shown(name)
    )
}

fn sentence(error: &io::Error, name: &OsStr, program: &Path) -> String {
    let shown = shown(name);
    match error.kind() {
        io::ErrorKind::NotFound if program.exists() => format!(
            "{shown} cannot be started, since the interpreter that its first line names is not on this node"
        ),
        io::ErrorKind::NotFound => format!("there is no program {shown} on this node"),
        io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory if program.is_dir() => {
            format!("{shown} is a folder, not a program")
        }
        io::ErrorKind::PermissionDenied => not_executable(name),
        io::ErrorKind::NotADirectory => format!("there is no program {shown} on this node"),
        io::ErrorKind::ArgumentListTooLong => format!(
            "{shown} was given more arguments than the system takes: give it the list of its files, {{list}}"
        ),
        io::ErrorKind::InvalidInput => {
            format!("{shown} was given a byte 0 in an argument, which no program can get")
        }
        io::ErrorKind::ExecutableFileBusy => {
            format!("{shown} is being written to: wait until it is there whole")
        }
        io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory => format!(
            "{shown} cannot be started, since this node gives no more processes or memory: \
             see `ulimit -u`, or take fewer slots"
        ),
        _ if error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => format!(
            "{shown} is no program of this kind of machine and no script whose first line names its \
             interpreter, as `#!/bin/sh`"
        ),
        kind => format!("{shown} cannot be started: {kind}"),
    }
}

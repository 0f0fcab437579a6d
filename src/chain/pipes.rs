//! The two pipes of a program. Bytes go in and come out as by any other pipe, but for one thing: when the
//! program has ended, nothing is waited for any more, even where something that it left behind holds the
//! other end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::OFlags;
use rustix::io::Errno;

/// How long to wait for the pipe before asking whether the program still runs.
const PATIENCE: Timespec = Timespec { tv_sec: 0, tv_nsec: 200_000_000 };
/// Pipes hold 64 KiB where nobody asks for more (pipe(7)).
const PIPE_BYTES: usize = 256 << 10;

/// Our end of a program's standard input or output.
#[derive(Debug)]
pub(super) struct Pipe<'a> {
    file: File,
    /// Whether the program is over.
    has_ended: &'a AtomicBool,
}

impl<'a> Pipe<'a> {
    pub(super) fn new(end: OwnedFd, has_ended: &'a AtomicBool) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&end, true)?;
        // Refused where a user has many large ones: then it stays as it is.
        rustix::pipe::fcntl_setpipe_size(&end, PIPE_BYTES).ok();
        Ok(Self { file: File::from(end), has_ended })
    }

    /// A reading end of the pipe that this one writes to: shows in the end what nobody has read.
    pub(super) fn leftovers(&self) -> io::Result<Leftovers> {
        let mut options = OpenOptions::new();
        options.read(true).custom_flags(OFlags::NONBLOCK.bits() as i32);
        options.open(format!("/proc/self/fd/{}", self.file.as_raw_fd())).map(Leftovers)
    }

    /// Until there is something to be done; `false` when there never will be.
    fn wait(&self, flags: PollFlags) -> io::Result<bool> {
        loop {
            let had_ended = self.has_ended.load(SeqCst);
            match poll(&mut [PollFd::new(&self.file, flags)], Some(&PATIENCE)) {
                Ok(0) if had_ended => return Ok(false),
                Ok(0) | Err(Errno::INTR) => {}
                Ok(_) => return Ok(true),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

impl Read for Pipe<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.file.read(into) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !self.wait(PollFlags::IN)? {
                        return Ok(0);
                    }
                }
                read => return read,
            }
        }
    }
}

impl Write for Pipe<'_> {
    fn write(&mut self, from: &[u8]) -> io::Result<usize> {
        loop {
            match self.file.write(from) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if !self.wait(PollFlags::OUT)? {
                        return Err(io::ErrorKind::BrokenPipe.into());
                    }
                }
                written => return written,
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// See [`Pipe::leftovers`].
#[derive(Debug)]
pub(super) struct Leftovers(File);

impl Leftovers {
    /// Bytes in the pipe.
    pub(super) fn bytes(&self) -> u64 {
        rustix::io::ioctl_fionread(&self.0).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_has_read_is_seen() {
        let ended = AtomicBool::new(false);
        let (reading, writing) = rustix::pipe::pipe().unwrap();
        let mut reading = Pipe::new(reading, &ended).unwrap();
        let mut writing = Pipe::new(writing, &ended).unwrap();
        writing.write_all(&[7; 100]).unwrap();
        let leftovers = writing.leftovers().unwrap();
        drop(writing);
        reading.read_exact(&mut [0; 60]).unwrap();
        drop(reading);
        assert_eq!(leftovers.bytes(), 40);
    }

    #[test]
    fn a_pipe_that_somebody_holds_ends_with_the_program() {
        let ended = AtomicBool::new(true);
        let (reading, writing) = rustix::pipe::pipe().unwrap();
        let mut written = Pipe::new(writing.try_clone().unwrap(), &ended).unwrap();
        written.write_all(b"last").unwrap();
        let mut text = String::new();
        Pipe::new(reading.try_clone().unwrap(), &ended).unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "last");
        let error = written.write_all(&vec![0; 10 << 20]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
        drop(writing);
    }
}

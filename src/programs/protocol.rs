//! What a rank and its runner say to each other over a socket: frames of a length and a message. The runner's
//! words are [`Event`](super::Event)s.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Settings, Task};

/// Longest message that is believed: a damaged length must not be allocated.
const LONGEST: u32 = 1 << 30;

/// From the rank to its runner.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Before all else.
    Begin {
        settings: Settings,
        /// What the attempt IDs of this runner begin with.
        name: String,
    },
    /// A program to be run.
    Run(Task),
    /// How many may run at a time from now on.
    Slots(usize),
    /// What is not begun comes back.
    TakeBack,
    /// This task is to end, or not to begin.
    Interrupt(u64),
    /// All are to end; nothing more is begun.
    Stop,
}

/// Writes one message.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    let mut frame = postcard::to_extend(message, vec![0; 4]).map_err(io::Error::other)?;
    let length = u32::try_from(frame.len() - 4).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    // In one piece: a frame of two writes would wake the reader twice.
    to.write_all(&frame)
}

/// Reads one message; `None` at the end.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut message = vec![0; length as usize];
    from.read_exact(&mut message)?;
    postcard::from_bytes(&message).map(Some).map_err(io::Error::other)
}

/// Paths as their bytes: serde's own way refuses those that are not UTF-8.
pub(super) mod path {
    use std::ffi::{OsStr, OsString};
    use std::path::{Path, PathBuf};

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ptr_arg, reason = "serde hands over the field as it is")]
    pub(in super::super) fn serialize<S: Serializer>(
        path: &PathBuf,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let path: &OsStr = Path::as_os_str(path);
        path.serialize(to)
    }

    pub(in super::super) fn deserialize<'a, D: Deserializer<'a>>(
        from: D,
    ) -> Result<PathBuf, D::Error> {
        OsString::deserialize(from).map(PathBuf::from)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt;

    use super::*;

    #[test]
    fn a_task_comes_out_as_it_went_in_whatever_its_bytes() {
        let odd = OsString::from_vec(vec![b'a', 0xFF, b'\n', b' ']);
        let task = Task {
            id: 7,
            command: vec![odd.clone()],
            environment: vec![(odd.clone(), odd.clone())],
            folder: odd.into(),
        };
        let mut wire = Vec::new();
        send(&mut wire, &Order::Run(task.clone())).unwrap();
        send(&mut wire, &Order::Stop).unwrap();
        let mut wire = wire.as_slice();
        assert!(matches!(receive(&mut wire).unwrap(), Some(Order::Run(came)) if came == task));
        assert!(matches!(receive(&mut wire).unwrap(), Some(Order::Stop)));
        assert!(receive::<Order>(&mut wire).unwrap().is_none());
    }

    #[test]
    fn a_length_that_cannot_be_is_not_allocated_and_a_cut_message_is_an_error() {
        assert!(receive::<Order>(&mut &[0xFF; 64][..]).is_err());
        let mut wire = Vec::new();
        send(&mut wire, &Order::Slots(7)).unwrap();
        assert!(receive::<Order>(&mut &wire[..wire.len() - 1]).is_err());
    }
}

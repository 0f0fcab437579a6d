//! What a rank and its worker process say to each other over a socket: frames of a length and a
//! message. One writer and one reader at each end.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::pool::Event;
use super::{Farewell, Orders};
use crate::manifest::FileEntry;

/// Longest message that is believed: a damaged length must not be allocated.
const LONGEST: u32 = 1 << 30;

/// From the rank to its worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Before all else.
    Begin(Box<Begin>),
    /// A file to be worked on.
    Task(FileEntry),
    /// No file will follow.
    End,
}

/// All that a worker knows of the run.
#[derive(Serialize, Deserialize)]
pub(super) struct Begin {
    pub(super) orders: Orders,
    /// The secret key.
    pub(super) key: Zeroizing<Vec<u8>>,
    pub(super) threads: usize,
    /// Memory that its files may use, in bytes.
    pub(super) memory_bytes: u64,
}

/// Without the key.
impl std::fmt::Debug for Begin {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.debug_struct("Begin").field("threads", &self.threads).finish_non_exhaustive()
    }
}

/// From the worker to its rank.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// A thread has begun or finished a file.
    Event(Event),
    /// It cannot work, and why.
    Unfit(String),
    /// The last word.
    Bye(Box<Farewell>),
}

/// Writes one message.
pub(super) fn send(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    to.write_all(&frame(message)?)
}

/// Writes one message and wipes its bytes, for one that holds the key.
pub(super) fn send_secret(to: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    // Growing would leave a copy behind that nobody wipes.
    let size = postcard::serialize_with_flavor(message, postcard::ser_flavors::Size::default());
    let size = size.map_err(io::Error::other)?;
    to.write_all(&Zeroizing::new(frame_in(Vec::with_capacity(size + 4), message)?))
}

fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    // Room for the histogram of an image.
    frame_in(Vec::with_capacity(1 << 16), message)
}

fn frame_in(mut frame: Vec<u8>, message: &impl Serialize) -> io::Result<Vec<u8>> {
    frame.extend([0; 4]);
    let mut frame = postcard::to_extend(message, frame).map_err(io::Error::other)?;
    let length = u32::try_from(frame.len() - 4).ok().filter(|length| *length <= LONGEST);
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    frame[..4].copy_from_slice(&length.to_le_bytes());
    Ok(frame)
}

/// Reads one message; `None` at the end.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let Some(bytes) = receive_bytes(from)? else { return Ok(None) };
    postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
}

/// Reads one message and wipes its bytes, for one that holds the key.
pub(super) fn receive_secret<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<Option<T>> {
    let Some(bytes) = receive_bytes(from)?.map(Zeroizing::new) else { return Ok(None) };
    postcard::from_bytes(&bytes).map(Some).map_err(io::Error::other)
}

fn receive_bytes(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
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
    Ok(Some(message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_out_as_they_went_in() {
        let mut wire = Vec::new();
        send(&mut wire, &Order::End).unwrap();
        send(&mut wire, &Word::Unfit("so".into())).unwrap();
        let mut wire = wire.as_slice();
        assert!(matches!(receive(&mut wire).unwrap(), Some(Order::End)));
        assert!(matches!(receive(&mut wire).unwrap(), Some(Word::Unfit(why)) if why == "so"));
        assert!(receive::<Word>(&mut wire).unwrap().is_none());
    }

    #[test]
    fn a_length_that_cannot_be_is_not_allocated_and_a_cut_message_is_an_error() {
        assert!(receive::<Word>(&mut &[0xFF; 64][..]).is_err());
        let mut wire = Vec::new();
        send(&mut wire, &Word::Unfit("so".into())).unwrap();
        assert!(receive::<Word>(&mut &wire[..wire.len() - 1]).is_err());
    }
}

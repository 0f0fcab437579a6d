//! A record and its frame on a program's standard input and output. In go bytes, out come records,
//! and the other way round.
//!
//! A frame is, with all numbers little endian and nothing between them:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | number of labels, at most 65,535 |
//! | 8 | length of the body in bytes |
//! | 2 and then so many, for each label | its length, then the label |
//! | the length of the body | the body |

use std::io::{self, Read, Write};

use bytes::Bytes;

/// Bytes of a frame before its labels.
const HEAD_BYTES: usize = 12;
/// More labels than this are a sign that what came is no frame.
const MOST_LABELS: u32 = 65_535;
/// A body grows by so much at a time: a length that is not true takes no memory.
const PIECE_BYTES: usize = 1 << 20;

/// What goes from stage to stage: labels, by which it may be sent, and a body. Both may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Bytes of any kind, each at most 65,535 of them.
    pub labels: Vec<Vec<u8>>,
    /// Shared where a record goes to several copies.
    pub body: Bytes,
}

/// Why what came is no record.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The bytes end within a frame.
    #[error("it ends in the middle of a record")]
    Cut,
    /// No program that writes frames begins one so.
    #[error(
        "what it wrote is no record, for it would have {0} labels: does it print to its standard output?"
    )]
    Labels(u32),
    /// Longer than what may be.
    #[error("a record of {bytes} bytes is longer than the limit of {limit} bytes")]
    Long {
        /// What the frame says.
        bytes: u64,
        /// What is allowed.
        limit: u64,
    },
    /// The system cannot give so much.
    #[error("there is no memory for a record of {0} bytes")]
    Memory(u64),
    /// A label that no frame can hold.
    #[error("a label of {0} bytes is longer than 65535 bytes")]
    Label(usize),
    /// More labels than a frame may have.
    #[error("a record has {0} labels, more than 65535")]
    ManyLabels(usize),
    /// The pipe itself.
    #[error("its pipe failed: {0}")]
    Pipe(io::Error),
}

impl Record {
    /// A record with one label.
    pub fn new(label: impl Into<Vec<u8>>, body: impl Into<Bytes>) -> Self {
        Self { labels: vec![label.into()], body: body.into() }
    }

    /// Bytes that it takes as a frame, at most: what flow control counts.
    pub(super) fn weight(&self) -> u64 {
        let labels: usize = self.labels.iter().map(|label| 2 + label.len()).sum();
        (HEAD_BYTES + labels + self.body.len()) as u64
    }

    /// Whether a frame can hold it, and whether its body is not longer than this.
    pub(super) fn check(&self, limit: u64) -> Result<(), FrameError> {
        let bytes = self.body.len() as u64;
        let long_label = self.labels.iter().find(|label| label.len() > usize::from(u16::MAX));
        match long_label {
            Some(label) => Err(FrameError::Label(label.len())),
            None if self.labels.len() > MOST_LABELS as usize => {
                Err(FrameError::ManyLabels(self.labels.len()))
            }
            None if bytes > limit => Err(FrameError::Long { bytes, limit }),
            None => Ok(()),
        }
    }

    /// What stands before the body in a frame.
    pub(super) fn head(&self) -> Result<Vec<u8>, FrameError> {
        self.check(u64::MAX)?;
        let count = self.labels.len() as u32;
        let mut head = Vec::with_capacity(self.weight() as usize - self.body.len());
        head.extend_from_slice(&count.to_le_bytes());
        head.extend_from_slice(&(self.body.len() as u64).to_le_bytes());
        for label in &self.labels {
            head.extend_from_slice(&(label.len() as u16).to_le_bytes());
            head.extend_from_slice(label);
        }
        Ok(head)
    }

    /// Writes the frame.
    pub fn write(&self, to: &mut impl Write) -> Result<(), FrameError> {
        let head = self.head()?;
        to.write_all(&head).and_then(|()| to.write_all(&self.body)).map_err(FrameError::Pipe)
    }
}

/// The head of the next frame, or none where the bytes end before it: the number of labels, and the
/// length of the body.
pub(super) fn read_head(from: &mut impl Read) -> Result<Option<(u32, u64)>, FrameError> {
    let mut head = [0; HEAD_BYTES];
    let mut filled = 0;
    while filled < HEAD_BYTES {
        match from.read(&mut head[filled..]) {
            Ok(0) if filled == 0 => return Ok(None),
            Ok(0) => return Err(FrameError::Cut),
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(FrameError::Pipe(error)),
        }
    }
    let (labels, body) = head.split_first_chunk().expect("a head is longer than 4 bytes");
    let (body, _) = body.split_first_chunk().expect("a head has 12 bytes");
    let (labels, body) = (u32::from_le_bytes(*labels), u64::from_le_bytes(*body));
    if labels > MOST_LABELS { Err(FrameError::Labels(labels)) } else { Ok(Some((labels, body))) }
}

/// What follows a head.
pub(super) fn read_rest(
    from: &mut impl Read,
    (labels, bytes): (u32, u64),
    limit: u64,
) -> Result<Record, FrameError> {
    if bytes > limit {
        return Err(FrameError::Long { bytes, limit });
    }
    let labels = (0..labels).map(|_| read_label(from)).collect::<Result<_, _>>()?;
    let length = usize::try_from(bytes).map_err(|_| FrameError::Memory(bytes))?;
    let mut body = Vec::new();
    body.try_reserve_exact(length).map_err(|_| FrameError::Memory(bytes))?;
    while body.len() < length {
        let filled = body.len();
        body.resize(length.min(filled + PIECE_BYTES), 0);
        from.read_exact(&mut body[filled..]).map_err(cut)?;
    }
    Ok(Record { labels, body: Bytes::from(body) })
}

fn read_label(from: &mut impl Read) -> Result<Vec<u8>, FrameError> {
    let mut length = [0; 2];
    from.read_exact(&mut length).map_err(cut)?;
    let mut label = vec![0; usize::from(u16::from_le_bytes(length))];
    from.read_exact(&mut label).map_err(cut)?;
    Ok(label)
}

fn cut(error: io::Error) -> FrameError {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => FrameError::Cut,
        _ => FrameError::Pipe(error),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(mut bytes: &[u8], limit: u64) -> Result<Option<Record>, FrameError> {
        let head = read_head(&mut bytes)?;
        head.map(|head| read_rest(&mut bytes, head, limit)).transpose()
    }

    #[test]
    fn a_frame_is_as_the_table_says() {
        let record = Record { labels: vec![b"ab".to_vec(), Vec::new()], body: "xyz".into() };
        let mut frame = Vec::new();
        record.write(&mut frame).unwrap();
        let by_hand = b"\x02\0\0\0\x03\0\0\0\0\0\0\0\x02\0ab\0\0xyz";
        assert_eq!(frame, by_hand);
        assert_eq!(record.weight(), frame.len() as u64);
    }

    #[test]
    fn what_is_no_frame_is_told_so() {
        let said = |bytes: &[u8]| read(bytes, 100).unwrap_err().to_string();
        assert!(said(b"Hello, world").contains("does it print to its standard output?"));
        assert_eq!(said(&[0; 5]), "it ends in the middle of a record");
        let mut long = [0; 12];
        long[4] = 101;
        assert_eq!(said(&long), "a record of 101 bytes is longer than the limit of 100 bytes");
        let label = Record::new(vec![0; 70_000], "");
        let too_long = label.write(&mut Vec::new()).unwrap_err().to_string();
        assert_eq!(too_long, "a label of 70000 bytes is longer than 65535 bytes");
    }

    #[test]
    fn a_length_that_is_not_true_takes_no_memory() {
        let mut head = vec![0; 12];
        head[4..12].copy_from_slice(&(1_u64 << 45).to_le_bytes());
        head.extend_from_slice(b"short");
        assert!(matches!(read(&head, u64::MAX), Err(FrameError::Cut | FrameError::Memory(_))));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again_and_no_part_of_it_is(
            labels in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..5),
            body in prop::collection::vec(any::<u8>(), 0..3000),
            part in any::<prop::sample::Index>(),
        ) {
            let record = Record { labels, body: body.into() };
            let mut frame = Vec::new();
            record.write(&mut frame).unwrap();
            prop_assert_eq!(read(&frame, 3000).unwrap(), Some(record));
            let part = part.index(frame.len());
            if part == 0 {
                prop_assert!(read(&[], 3000).unwrap().is_none());
            } else {
                prop_assert!(matches!(read(&frame[..part], 3000), Err(FrameError::Cut)));
            }
        }
    }
}

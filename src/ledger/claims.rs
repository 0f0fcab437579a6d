//! Claims: the records of files on their way to the rank that owns what they claim. All that claim one
//! SOP Instance UID come to one rank, so that who wins is decided there, and no rank needs the whole.

use std::io;

use serde::{Deserialize, Serialize};

use super::past::{LineId, PastRecord};
use crate::comm::stream::owner;
use crate::record::FileRecord;
use crate::sorting::Item;

/// Bytes that a claim takes as a rule.
const ROOM: usize = 1 << 10;

/// A record and where it comes from.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claim {
    /// The try in which the file was done.
    pub session: u32,
    /// What became of it.
    pub record: FileRecord,
    /// Of an earlier try: what is known of it.
    pub earlier: Option<Earlier>,
}

/// What is known of a record of an earlier try.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Earlier {
    /// The line of the journal that it stands in.
    pub line: LineId,
    /// Whether it stands; else the file is done anew.
    pub stands: bool,
    /// Whether the input has the file still.
    pub is_present: bool,
}

impl Claim {
    /// Of a file that was done in this try.
    pub fn now(session: u32, record: FileRecord) -> Self {
        Self { session, record, earlier: None }
    }

    /// Of a file that was done in an earlier one.
    pub fn earlier(past: PastRecord) -> Self {
        let earlier = Earlier {
            line: past.line(),
            stands: past.known.stands,
            is_present: past.known.is_present,
        };
        Self { session: past.known.session, record: past.record, earlier: Some(earlier) }
    }

    /// The rank that decides about it, of so many.
    pub fn owner(&self, ranks: usize) -> usize {
        let label = match &self.record.instance {
            Some(instance) => instance.claimed(),
            None => self.record.path_id.as_str(),
        };
        owner(label.as_bytes(), ranks)
    }

    /// As an item whose order is that in which claims of one SOP Instance UID win: by content, then by
    /// path, then by the keyed name of the file.
    pub fn to_item(&self) -> io::Result<Item> {
        let mut key = Vec::with_capacity(ROOM / 2);
        if let Some(instance) = &self.record.instance {
            for part in [instance.claimed(), &instance.sha256, &instance.path] {
                key.extend_from_slice(part.as_bytes());
                key.push(0);
            }
        }
        key.extend_from_slice(self.record.path_id.as_bytes());
        let counted = self.record.instance.as_ref().is_some_and(|instance| instance.counted);
        let mut value = Vec::with_capacity(ROOM);
        value.push(u8::from(counted));
        let value = postcard::to_extend(self, value).map_err(io::Error::other)?;
        Ok(Item { key, value })
    }

    /// What [`Claim::to_item`] made.
    pub fn from_item(item: &Item) -> io::Result<Self> {
        Self::from_bytes(item.value.get(1..).unwrap_or_default())
    }

    /// Of an item, without reading more: the SOP Instance UID, and whether the totals hold the file.
    pub(super) fn head_of(item: &Item) -> (&[u8], bool) {
        let uid = item.key.split(|byte| *byte == 0).next().unwrap_or_default();
        (uid, item.value.first() == Some(&1))
    }

    /// As a message.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        postcard::to_extend(self, Vec::with_capacity(ROOM)).map_err(io::Error::other)
    }

    /// What [`Claim::to_bytes`] made.
    pub fn from_bytes(bytes: &[u8]) -> io::Result<Self> {
        postcard::from_bytes(bytes).map_err(io::Error::other)
    }

    /// What is claimed: the SOP Instance UID, the digest and the path of the content.
    pub fn content(&self) -> Option<[&str; 3]> {
        let instance = self.record.instance.as_ref()?;
        Some([instance.claimed(), &instance.sha256, &instance.path])
    }
}

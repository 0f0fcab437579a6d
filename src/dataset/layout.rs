//! What reader and writer agree on: item tags, the undefined length, families of VRs.

use super::{Tag, VR};

/// The length that says "until the delimiter".
pub const UNDEFINED_LENGTH: u32 = 0xFFFF_FFFF;
/// Item (PS3.5 section 7.5).
pub const ITEM: Tag = Tag(0xFFFE, 0xE000);
/// Item Delimitation Item.
pub const ITEM_DELIMITATION: Tag = Tag(0xFFFE, 0xE00D);
/// Sequence Delimitation Item.
pub const SEQUENCE_DELIMITATION: Tag = Tag(0xFFFE, 0xE0DD);

/// VRs whose explicit header has two reserved bytes and a 32-bit length (PS3.5 table 7.1-1).
pub fn has_long_length(vr: VR) -> bool {
    matches!(
        vr,
        VR::OB
            | VR::OD
            | VR::OF
            | VR::OL
            | VR::OV
            | VR::OW
            | VR::SQ
            | VR::SV
            | VR::UC
            | VR::UN
            | VR::UR
            | VR::UT
            | VR::UV
    )
}

/// VRs of characters, UI aside (PS3.5 table 6.2-1).
pub fn is_text(vr: VR) -> bool {
    matches!(
        vr,
        VR::AE
            | VR::AS
            | VR::CS
            | VR::DA
            | VR::DS
            | VR::DT
            | VR::IS
            | VR::LO
            | VR::LT
            | VR::PN
            | VR::SH
            | VR::ST
            | VR::TM
            | VR::UC
            | VR::UR
            | VR::UT
    )
}

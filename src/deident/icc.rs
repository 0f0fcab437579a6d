//! ICC profiles (ICC.1, and ISO 15076-1): what describes colours stays, every text goes. The profile is
//! built anew from the tags below, so that nothing between or behind them stays either.

/// Tags of curves, matrices, tables and measured colours; none of them holds text by its type.
const COLOUR_TAGS: [&[u8; 4]; 22] = [
    b"rXYZ", b"gXYZ", b"bXYZ", b"rTRC", b"gTRC", b"bTRC", b"kTRC", b"wtpt", b"bkpt", b"chad",
    b"lumi", b"A2B0", b"A2B1", b"A2B2", b"B2A0", b"B2A1", b"B2A2", b"gamt", b"D2B0", b"D2B1",
    b"B2D0", b"B2D1",
];

/// Types whose content is numbers alone.
const NUMBER_TYPES: [&[u8; 4]; 8] =
    [b"XYZ ", b"curv", b"para", b"sf32", b"mft1", b"mft2", b"mAB ", b"mBA "];

const HEADER: usize = 128;
const ENTRY: usize = 12;
/// How often the content of a profile may be written.
const MOST_GROWTH: usize = 4;
/// More tags than any profile has.
const MOST_TAGS: usize = 200;

/// The profile without text; `None` where the bytes are no profile.
pub(super) fn cleaned(profile: &[u8]) -> Option<Vec<u8>> {
    let number = |at: usize| -> Option<usize> {
        let bytes: [u8; 4] = profile.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_be_bytes(bytes) as usize)
    };
    if profile.get(36..40)? != b"acsp" {
        return None;
    }
    let count = number(HEADER).filter(|count| *count <= MOST_TAGS)?;
    let mut kept: Vec<([u8; 4], Vec<u8>)> = Vec::new();
    let mut bytes = 0;
    for at in (0..count).map(|index| HEADER + 4 + index * ENTRY) {
        let name: [u8; 4] = profile.get(at..at + 4)?.try_into().ok()?;
        let data = profile.get(number(at + 4)?..)?.get(..number(at + 8)?)?;
        let kind = data.get(..4)?;
        let is_numbers = NUMBER_TYPES.iter().any(|numbers| *numbers == kind);
        let data = length(data).and_then(|length| data.get(..length)).unwrap_or(data);
        if COLOUR_TAGS.contains(&&name) && is_numbers && !kept.iter().any(|(n, _)| *n == name) {
            bytes += data.len();
            // Tags may share their content, as three equal curves do; it is written once for each.
            if bytes > MOST_GROWTH * profile.len() {
                return None;
            }
            let mut data = data.to_vec();
            // Reserved.
            data.get_mut(4..8)?.fill(0);
            kept.push((name, data));
        }
    }
    let is_v4 = *profile.get(8)? >= 4;
    let (description, copyright) = if is_v4 {
        (multi_localized("Cleaned profile"), multi_localized("Not stated"))
    } else {
        (text_description("Cleaned profile"), text("Not stated"))
    };
    kept.push((*b"desc", description));
    kept.push((*b"cprt", copyright));
    Some(written(&header(profile)?, &kept))
}

/// How long the content of a tag is by its own numbers (ICC.1 section 10); what stands behind is none of
/// it. `None` for types whose parts lie at offsets.
fn length(data: &[u8]) -> Option<usize> {
    let byte = |at: usize| data.get(at).copied().map(usize::from);
    let short = |at: usize| Some(byte(at)? << 8 | byte(at + 1)?);
    let tables = |width: usize, header: usize, entries: (usize, usize)| {
        let (inputs, outputs, points) = (byte(8)?, byte(9)?, byte(10)?);
        let grid = points.checked_pow(inputs as u32)?.checked_mul(outputs)?;
        let curves = inputs * entries.0 + outputs * entries.1;
        Some(curves.saturating_add(grid).saturating_mul(width).saturating_add(header))
    };
    match data.get(..4)? {
        b"XYZ " => Some(20),
        b"sf32" => Some(44),
        b"curv" => Some(12 + 2 * (short(8)? << 16 | short(10)?)),
        b"para" => Some(12 + 4 * [1, 3, 4, 5, 7].get(short(8)?)?),
        b"mft1" => tables(1, 48, (256, 256)),
        b"mft2" => tables(2, 52, (short(48)?, short(50)?)),
        _ => None,
    }
}

/// Device classes and colour spaces (ICC.1 tables 18 and 19) that images have.
const SIGNATURES: [&[u8; 4]; 13] = [
    b"scnr", b"mntr", b"prtr", b"spac", b"link", b"abst", b"RGB ", b"GRAY", b"CMYK", b"XYZ ",
    b"Lab ", b"YCbr", b"Luv ",
];

/// The illuminant of the connection space, D50, as every profile has it.
const D50: [u8; 12] = [0, 0, 0xF6, 0xD6, 0, 1, 0, 0, 0, 0, 0xD3, 0x2D];

/// The fields of the header that say how colours are coded; sizes, dates, names and IDs do not stay.
fn header(profile: &[u8]) -> Option<[u8; HEADER]> {
    let mut header = [0; HEADER];
    // Version; class, colour space, connection space; signature; rendering intent; illuminant.
    header[8..10].copy_from_slice(&profile[8..10]);
    let names = &profile[12..24];
    let are_known = names.chunks(4).all(|name| SIGNATURES.iter().any(|known| *known == name));
    header[12..24].copy_from_slice(are_known.then_some(names)?);
    header[36..40].copy_from_slice(b"acsp");
    header[67] = profile[67] & 3;
    header[68..80].copy_from_slice(&D50);
    Some(header)
}

fn written(header: &[u8; HEADER], tags: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let mut profile = header.to_vec();
    profile.extend((tags.len() as u32).to_be_bytes());
    let mut offset = HEADER + 4 + tags.len() * ENTRY;
    for (name, data) in tags {
        profile.extend(name);
        profile.extend((offset as u32).to_be_bytes());
        profile.extend((data.len() as u32).to_be_bytes());
        offset += data.len().next_multiple_of(4);
    }
    for (_, data) in tags {
        profile.extend(data);
        profile.resize(profile.len().next_multiple_of(4), 0);
    }
    let length = profile.len() as u32;
    profile[..4].copy_from_slice(&length.to_be_bytes());
    profile
}

/// `textType`.
fn text(text: &str) -> Vec<u8> {
    [b"text\0\0\0\0", text.as_bytes(), b"\0"].concat()
}

/// `textDescriptionType` of version 2, with empty Unicode and Macintosh parts.
fn text_description(text: &str) -> Vec<u8> {
    let length = (text.len() as u32 + 1).to_be_bytes();
    [b"desc\0\0\0\0", &length[..], text.as_bytes(), b"\0", &[0; 4 + 4 + 2 + 1 + 67]].concat()
}

/// `multiLocalizedUnicodeType` of version 4, in English.
fn multi_localized(text: &str) -> Vec<u8> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let numbers = [1_u32, 12].map(u32::to_be_bytes).concat();
    let place = [utf16.len() as u32, 28].map(u32::to_be_bytes).concat();
    [b"mluc\0\0\0\0", &numbers[..], b"enUS", &place, &utf16].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile() -> Vec<u8> {
        let mut header = [b'Z'; HEADER];
        header[8..12].copy_from_slice(&[2, 0x10, 0, 0]);
        header[12..24].copy_from_slice(b"mntrRGB XYZ ");
        header[36..40].copy_from_slice(b"acsp");
        let white = b"XYZ JANE\0\0\xf6\xd6\0\x01\0\0\0\0\xd3\x2dJANE";
        let secret = text_description("JANE DOE");
        let mut made = written(
            &header,
            &[(*b"wtpt", white.to_vec()), (*b"desc", secret.clone()), (*b"dmnd", secret)],
        );
        made.extend(b"JANE DOE");
        made
    }

    #[test]
    fn colours_stay_and_texts_go() {
        let cleaned = cleaned(&profile()).unwrap();
        assert!(!cleaned.windows(4).any(|window| window == b"JANE"));
        assert!(!cleaned.windows(4).any(|window| window == b"ZZZZ"));
        assert!(cleaned.windows(4).any(|window| window == b"\0\0\xf6\xd6"));
        assert_eq!(&cleaned[12..24], b"mntrRGB XYZ ");
        assert_eq!(cleaned[..4], (cleaned.len() as u32).to_be_bytes());
        assert_eq!(super::cleaned(&cleaned).unwrap(), cleaned, "again, and nothing changes");
    }

    #[test]
    fn tags_may_share_a_curve() {
        let curve = [&b"curv\0\0\0\0\0\0\0\x40"[..], &[7; 128]].concat();
        let mut shared = written(&profile()[..HEADER].try_into().unwrap(), &[(*b"rTRC", curve)]);
        let (count, entry) = (HEADER, shared[HEADER + 4..HEADER + 4 + ENTRY].to_vec());
        // Two more entries that point at the same curve, behind which all moves by their length.
        shared[count + 3] = 3;
        for (at, name) in [(1, b"gTRC"), (2, b"bTRC")] {
            let place = HEADER + 4 + at * ENTRY;
            let more = [&name[..], &entry[4..]].concat();
            shared.splice(place..place, more);
        }
        for at in (0..3).map(|at| HEADER + 4 + at * ENTRY) {
            let offset = (HEADER + 4 + 3 * ENTRY) as u32;
            shared[at + 4..at + 8].copy_from_slice(&offset.to_be_bytes());
        }
        let cleaned = cleaned(&shared).unwrap();
        for name in [b"rTRC", b"gTRC", b"bTRC"] {
            assert!(cleaned.windows(4).any(|window| window == name));
        }
    }

    #[test]
    fn what_is_no_profile_is_refused() {
        assert_eq!(cleaned(b"JANE DOE"), None);
        let whole = profile();
        for cut in 0..HEADER + 4 {
            assert_eq!(cleaned(&whole[..cut]), None, "{cut}");
        }
    }
}
